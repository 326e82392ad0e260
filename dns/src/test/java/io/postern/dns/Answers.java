package io.postern.dns;

import java.net.InetAddress;

/// Answers as text, for tables.
final class Answers {
    private Answers() {}

    static String text(Answer<?> answer) {
        return switch (answer) {
            case Answer.Records<?>(var records, var ttl, _) ->
                    records.stream().map(Answers::record).toList() + " " + ttl.toSeconds();
            case Answer.NoSuchName<?>() -> "no such name";
            case Answer.NoData<?>() -> "no data";
            case Answer.TemporaryFailure<?>(_) -> "failure";
        };
    }

    private static String record(Object record) {
        return switch (record) {
            case InetAddress address -> address.getHostAddress();
            case MxRecord(var preference, var exchange) -> preference + " " + exchange;
            default -> record.toString();
        };
    }
}
