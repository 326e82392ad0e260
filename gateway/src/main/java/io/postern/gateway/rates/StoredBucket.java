package io.postern.gateway.rates;

import io.postern.store.StateEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A bucket as it is written down: readable, and enough to be shown without the configuration.
///
/// Not the moment at which it is full again is kept but the time that it then needed: when the
/// clock was put back in between, the bucket is as it was, and not full only after as long again.
///
/// @param debt nanoseconds that it needed at `savedAt` until it is full
/// @param window nanoseconds that an empty one needs
record StoredBucket(
        String rate,
        String owner,
        Instant savedAt,
        long debt,
        long window,
        long burst,
        String limit) {
    static final String KIND = "rate";

    /// How long a full bucket may still be there.
    private static final Duration GRACE = Duration.ofMinutes(1);

    StateEntry entry() {
        return StateEntry.ofText(
                rate + " " + owner,
                String.join(
                        " ",
                        Long.toString(savedAt.toEpochMilli()),
                        Long.toString(debt),
                        Long.toString(window),
                        Long.toString(burst),
                        limit),
                Optional.of(savedAt.plusNanos(debt).plus(GRACE)));
    }

    /// Empty when it is not one of ours: another version's, or damaged.
    static Optional<StoredBucket> of(StateEntry entry) {
        int space = entry.key().indexOf(' ');
        var parts = entry.text().split(" ", 5);
        if (space <= 0 || parts.length != 5) {
            return Optional.empty();
        }
        try {
            var bucket =
                    new StoredBucket(
                            entry.key().substring(0, space),
                            entry.key().substring(space + 1),
                            Instant.ofEpochMilli(Long.parseLong(parts[0])),
                            Long.parseLong(parts[1]),
                            Long.parseLong(parts[2]),
                            Long.parseLong(parts[3]),
                            parts[4]);
            return bucket.debt >= 0 && bucket.window > 0 && bucket.burst > 0
                    ? Optional.of(bucket)
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// Nanoseconds until it is full, at that time; 0 when it is.
    long debtAt(Instant now) {
        var gone = Duration.between(savedAt, now);
        if (gone.isNegative()) {
            return debt; // the clock was put back
        }
        return gone.compareTo(Duration.ofNanos(debt)) >= 0 ? 0 : debt - gone.toNanos();
    }

    RateView view(Instant now) {
        long left = debtAt(now);
        return new RateView(
                rate,
                owner,
                limit,
                Math.min(burst, (long) Math.ceil((double) left / window * burst)),
                burst,
                now.plusNanos(left));
    }
}
