package io.postern.smtp.server;

import java.time.Duration;
import java.time.InstantSource;

/// Holds a content, or a chunk, to its least data rate and longest duration.
final class Pace {
    private final Limits limits;
    private final InstantSource clock;
    private final long started;

    Pace(Limits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        started = clock.millis();
    }

    /// How long the peer may be waited for now; zero or less when it is too slow.
    ///
    /// @param octets that have come so far
    Duration patience(long octets) {
        long elapsed = clock.millis() - started;
        long due = Math.max(limits.dataGrace().toMillis(), octets * 1000 / limits.dataRate());
        long left = Math.min(due, limits.session().toMillis()) - elapsed;
        return Duration.ofMillis(Math.min(left, limits.dataBlock().toMillis()));
    }
}
