package io.postern.auth.spf;

import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The questions of one check, counted and written down with their answers. Confined to it.
final class Questions {
    /// A name can have thousands of addresses; people need a few.
    private static final int SHOWN = 12;

    private final Resolver resolver;
    private final List<String> steps = new ArrayList<>();
    private int asked;

    Questions(Resolver resolver) {
        this.resolver = resolver;
    }

    int asked() {
        return asked;
    }

    List<String> steps() {
        return steps;
    }

    /// Writes a decision down.
    void note(String decision) {
        steps.add("spf: " + decision);
    }

    Answer<String> txt(String name) {
        return noted("TXT", name, resolver.txt(name));
    }

    /// The SPF records among the TXT records (§4.5); of the others only the number is written down.
    Answer<String> spf(String name) {
        var answer = resolver.txt(name);
        if (!(answer instanceof Answer.Records<String>(var texts, var ttl, var authentic))) {
            return noted("TXT", name, answer);
        }
        var records = texts.stream().filter(SpfRecord::isOne).toList();
        Answer<String> spf =
                records.isEmpty()
                        ? new Answer.NoData<>()
                        : new Answer.Records<>(records, ttl, authentic);
        return noted("TXT", name, spf, texts.size() - records.size());
    }

    Answer<MxRecord> mx(String name) {
        return noted("MX", name, resolver.mx(name));
    }

    Answer<InetAddress> a(String name) {
        return noted("A", name, resolver.a(name));
    }

    /// The addresses that a client could be: A or AAAA by its family (§5).
    Answer<InetAddress> addresses(String name, ClientAddress client) {
        return client.isIpv4() ? a(name) : aaaa(name);
    }

    Answer<InetAddress> aaaa(String name) {
        return noted("AAAA", name, resolver.aaaa(name));
    }

    Answer<String> ptr(ClientAddress client) {
        return noted("PTR", client.readable(), resolver.ptr(client.address()));
    }

    private <T> Answer<T> noted(String type, String name, Answer<T> answer) {
        return noted(type, name, answer, 0);
    }

    private <T> Answer<T> noted(String type, String name, Answer<T> answer, int others) {
        asked++;
        var said =
                switch (answer) {
                    case Answer.Records<T>(var records, var ttl, var authentic) ->
                            shown(records)
                                    + " (ttl "
                                    + ttl.toSeconds()
                                    + " s"
                                    + (authentic ? ", authentic)" : ")");
                    case Answer.NoSuchName<T>() -> "no such name";
                    case Answer.NoData<T>() -> "no such record";
                    case Answer.TemporaryFailure<T>(var why) -> Visible.of(why);
                };
        var more = others == 0 ? "" : ", and " + others + " without v=spf1";
        steps.add("dns: " + type + " " + Visible.of(name) + ": " + said + more);
        return answer;
    }

    private static String shown(List<?> records) {
        var few =
                records.stream()
                        .limit(SHOWN)
                        .map(Questions::shown)
                        .collect(Collectors.joining(" "));
        return records.size() > SHOWN ? few + " and " + (records.size() - SHOWN) + " more" : few;
    }

    private static String shown(Object entry) {
        return switch (entry) {
            case InetAddress address -> ClientAddress.of(address).readable();
            case MxRecord(int preference, var exchange) ->
                    preference + " " + (exchange.isEmpty() ? "." : Visible.of(exchange));
            default -> "\"" + Visible.of(entry.toString()) + "\"";
        };
    }
}
