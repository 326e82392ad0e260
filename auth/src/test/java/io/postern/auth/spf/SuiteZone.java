package io.postern.auth.spf;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The zone data of an openspf suite. An SPF record counts as TXT where there is no TXT, `NONE`
/// says that there is none, and `TIMEOUT` is the answer for the types that the name has not.
final class SuiteZone implements Resolver {
    private static final String HEX = "0123456789abcdef";

    /// @param values the character-strings of a TXT, preference and host of an MX, else one
    record Entry(String type, List<String> values) {}

    private static final Entry TIMEOUT = new Entry("TIMEOUT", List.of());

    private final Map<String, List<Entry>> names = new HashMap<>();

    void add(String name, Entry entry) {
        names.computeIfAbsent(key(name), _ -> new ArrayList<>()).add(entry);
    }

    void addTimeout(String name) {
        add(name, TIMEOUT);
    }

    private static String key(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /// How an entry is read as a record.
    private interface Reading<T> {
        T of(List<String> values);
    }

    private <T> Answer<T> ask(String name, String type, Reading<T> reading) {
        var at = key(name);
        var seen = new HashSet<String>();
        while (seen.add(at)) {
            var entries = names.get(at);
            if (entries == null) {
                return new Answer.NoSuchName<>();
            }
            var alias = only(entries, "CNAME").findFirst();
            if (alias.isPresent() && !type.equals("CNAME")) {
                at = key(alias.get().values().getFirst());
                continue;
            }
            var found = only(entries, type).filter(e -> !e.values().equals(List.of("NONE")));
            var records = found.map(e -> reading.of(e.values())).toList();
            if (!records.isEmpty()) {
                return new Answer.Records<>(records, Duration.ofMinutes(5), false);
            }
            return entries.contains(TIMEOUT)
                    ? new Answer.TemporaryFailure<>("no answer")
                    : new Answer.NoData<>();
        }
        return new Answer.TemporaryFailure<>("CNAME loop");
    }

    private static Stream<Entry> only(List<Entry> entries, String type) {
        return entries.stream().filter(e -> e.type().equals(type));
    }

    @Override
    public Answer<String> txt(String name) {
        var entries = names.getOrDefault(key(name), List.of());
        var type =
                only(entries, "SPF").findAny().isPresent()
                                && only(entries, "TXT").findAny().isEmpty()
                        ? "SPF"
                        : "TXT";
        return ask(name, type, values -> String.join("", values));
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return ask(
                name,
                "MX",
                values -> new MxRecord(Integer.parseInt(values.getFirst()), key(values.getLast())));
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return ask(name, "A", values -> InetAddress.ofLiteral(values.getFirst()));
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return ask(name, "AAAA", values -> InetAddress.ofLiteral(values.getFirst()));
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return ask(reverse(address), "PTR", values -> key(values.getFirst()));
    }

    private static String reverse(InetAddress address) {
        var labels = new ArrayList<String>();
        for (byte octet : address.getAddress()) {
            if (address instanceof Inet4Address) {
                labels.addFirst(Integer.toString(octet & 0xFF));
            } else {
                labels.addFirst(String.valueOf(HEX.charAt(octet >> 4 & 0xF)));
                labels.addFirst(String.valueOf(HEX.charAt(octet & 0xF)));
            }
        }
        return String.join(".", labels)
                + (address instanceof Inet6Address ? ".ip6" : ".in-addr")
                + ".arpa";
    }

    /// An address of a suite; some are none.
    static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
