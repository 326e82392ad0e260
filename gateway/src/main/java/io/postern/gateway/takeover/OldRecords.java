package io.postern.gateway.takeover;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.keys.KeyType;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The key records that belong to the old keys, made of their public halves: what should be in the
/// DNS already. Nothing else is known.
final class OldRecords implements Resolver {
    private final Map<String, String> records = new TreeMap<>();

    void add(String name, KeyType type, String publicKey) {
        records.put(normal(name), "v=DKIM1; k=" + type.tag() + "; p=" + publicKey);
    }

    private static String normal(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    @Override
    public Answer<String> txt(String name) {
        var text = records.get(normal(name));
        return text == null
                ? new Answer.NoSuchName<>()
                : new Answer.Records<>(List.of(text), Duration.ZERO, false);
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return new Answer.NoSuchName<>();
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return new Answer.NoSuchName<>();
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return new Answer.NoSuchName<>();
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return new Answer.NoSuchName<>();
    }
}
