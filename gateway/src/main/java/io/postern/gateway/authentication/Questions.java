package io.postern.gateway.authentication;

import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/// Says in words what the DNS was asked and what it answered.
final class Questions {
    private Questions() {}

    static List<String> words(List<MessageResolver.Asked> asked) {
        return asked.stream().map(Questions::words).toList();
    }

    private static String words(MessageResolver.Asked asked) {
        return asked.type()
                + " "
                + Visible.of(asked.name())
                + ": "
                + switch (asked.answer()) {
                    case Answer.Records<?>(var records, var ttl, var authentic) ->
                            records.stream()
                                            .map(Questions::record)
                                            .collect(Collectors.joining(", "))
                                    + " (ttl "
                                    + ttl.toSeconds()
                                    + " s"
                                    + (authentic ? ", authentic)" : ")");
                    case Answer.NoSuchName<?>() -> "no such name";
                    case Answer.NoData<?>() -> "no such record";
                    case Answer.TemporaryFailure<?>(var why) -> "no answer: " + Visible.of(why);
                };
    }

    private static String record(Object record) {
        return switch (record) {
            case String text -> "\"" + Visible.of(text) + "\"";
            case MxRecord mx -> mx.preference() + " " + Visible.of(mx.exchange());
            case InetAddress address -> address.getHostAddress();
            default -> Visible.of(record.toString());
        };
    }
}
