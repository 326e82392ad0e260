package io.postern.dns;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/// The way from the name that was asked for along its CNAMEs (RFC 1034 §3.6.2). Confined to one
/// call.
final class CnameChain {
    /// Names in a chain; resolvers in use allow 11 to 17.
    private static final int MAX_NAMES = 12;

    private final Set<Name> names = new HashSet<>();
    private Name end;
    private long ttl = Integer.MAX_VALUE;
    private boolean authentic = true;

    CnameChain(Name start) {
        end = start;
        names.add(start);
    }

    /// The name that the chain has reached.
    Name end() {
        return end;
    }

    /// Follows the CNAMEs among these records, and gives what is at the end if it is among them;
    /// empty when it is not.
    <T> Optional<Answer<T>> follow(List<Record> records, RecordKind<T> kind, boolean vouched) {
        authentic &= vouched;
        while (true) {
            var found =
                    records.stream().filter(r -> r.getType() == kind.type() && isAtEnd(r)).toList();
            if (!found.isEmpty()) {
                return Optional.of(answer(found, kind));
            }
            var cname =
                    records.stream()
                            .filter(r -> r instanceof CNAMERecord && isAtEnd(r))
                            .map(CNAMERecord.class::cast)
                            .findFirst();
            if (cname.isEmpty()) {
                return Optional.empty();
            }
            end = cname.get().getTarget();
            ttl = Math.min(ttl, cname.get().getTTL());
            if (!names.add(end)) {
                return Optional.of(
                        new Answer.TemporaryFailure<>("CNAME loop at " + DnsNames.text(end)));
            }
            if (names.size() > MAX_NAMES) {
                return Optional.of(
                        new Answer.TemporaryFailure<>("more than " + MAX_NAMES + " CNAMEs"));
            }
        }
    }

    private boolean isAtEnd(Record r) {
        return r.getDClass() == DClass.IN && r.getName().equals(end);
    }

    private <T> Answer<T> answer(List<Record> found, RecordKind<T> kind) {
        long shortest = found.stream().mapToLong(Record::getTTL).min().orElse(0);
        var values = kind.read(found);
        if (values.isEmpty()) {
            return new Answer.TemporaryFailure<>("more than " + kind.limit() + " records");
        }
        // RFC 2181 §8: a TTL with the top bit set counts as 0.
        long seconds = Math.clamp(Math.min(ttl, shortest), 0, Integer.MAX_VALUE);
        return new Answer.Records<>(values.get(), Duration.ofSeconds(seconds), authentic);
    }
}
