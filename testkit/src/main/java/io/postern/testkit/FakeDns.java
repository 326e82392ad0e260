package io.postern.testkit;

import io.postern.dns.Aliases;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.dns.ZoneFileResolver;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// A DNS that is a literal: a zone in text, with forced failures. What is not in it does not exist;
/// nothing is ever asked over the network. Keeps what was asked. Safe for many threads.
public final class FakeDns implements Resolver, Aliases {
    private final ZoneFileResolver zone;
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private FakeDns(ZoneFileResolver zone) {
        this.zone = zone;
    }

    /// A DNS of that zone, in the syntax of a zone file; names are relative to the root, so write
    /// them whole or begin with `$ORIGIN`.
    ///
    /// @throws IllegalArgumentException when it is not one, with the line
    public static FakeDns zone(String text) {
        return switch (ZoneFileResolver.parse(text)) {
            case ZoneFileResolver.Parsed.Ok(var resolver) -> new FakeDns(resolver);
            case ZoneFileResolver.Parsed.Bad(var line, var why) ->
                    throw new IllegalArgumentException("zone, line " + line + ": " + why);
        };
    }

    /// A DNS in which no name exists.
    public static FakeDns empty() {
        return zone("");
    }

    /// From now on every question about that name fails for now, as with SERVFAIL. For reverse
    /// look-ups the name is the address as text.
    public FakeDns fail(String name) {
        failures.put(key(name), "SERVFAIL");
        return this;
    }

    /// From now on every question about that name fails for now, as when no server answers in time.
    public FakeDns timeout(String name) {
        failures.put(key(name), "no answer");
        return this;
    }

    /// From now on that name is answered again.
    public FakeDns recover(String name) {
        failures.remove(key(name));
        return this;
    }

    /// How many questions were asked.
    public int lookups() {
        return asked.size();
    }

    /// How many questions were asked about that name, of any type.
    public int lookups(String name) {
        var key = " " + key(name);
        return (int) asked.stream().filter(question -> question.endsWith(key)).count();
    }

    /// The questions in the order asked, such as `TXT s._domainkey.example.com`.
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private static String key(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private <T> Answer<T> answer(String type, String name, Supplier<Answer<T>> ask) {
        asked.add(type + " " + key(name));
        var failure = failures.get(key(name));
        return failure == null ? ask.get() : new Answer.TemporaryFailure<>(failure);
    }

    @Override
    public Answer<String> txt(String name) {
        return answer("TXT", name, () -> zone.txt(name));
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return answer("MX", name, () -> zone.mx(name));
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return answer("A", name, () -> zone.a(name));
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return answer("AAAA", name, () -> zone.aaaa(name));
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return answer("PTR", address.getHostAddress(), () -> zone.ptr(address));
    }

    @Override
    public Answer<String> cname(String name) {
        return answer("CNAME", name, () -> zone.cname(name));
    }
}
