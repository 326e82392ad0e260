package io.postern.gateway.seen;

import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

/// How many entries are stored, and their octets, by the hour: what has expired is forgotten
/// without asking the store. Confined to who holds the log's lock.
final class Tally {
    private static final long HOUR = 3_600_000;

    /// One hour's.
    private record Sum(long entries, long octets) {
        Sum plus(long more, long moreOctets) {
            return new Sum(Math.max(0, entries + more), Math.max(0, octets + moreOctets));
        }
    }

    private final TreeMap<Long, Sum> hours = new TreeMap<>();
    private Sum all = new Sum(0, 0);

    long entries() {
        return all.entries();
    }

    long octets() {
        return all.octets();
    }

    void add(Instant at, long octets) {
        hours.merge(hour(at), new Sum(1, octets), (one, _) -> one.plus(1, octets));
        all = all.plus(1, octets);
    }

    void remove(Instant at, long octets) {
        if (hours.computeIfPresent(hour(at), (_, one) -> one.plus(-1, -octets)) != null) {
            all = all.plus(-1, -octets);
        }
    }

    /// The store deletes what is older.
    void forget(Instant now, Duration keep) {
        long first = hour(now.minus(keep));
        var old = hours.headMap(first);
        for (var sum : old.values()) {
            all = all.plus(-sum.entries(), -sum.octets());
        }
        old.clear();
    }

    private static long hour(Instant at) {
        return Math.floorDiv(at.toEpochMilli(), HOUR);
    }
}
