package io.postern.store;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// Gives out ids: the time in milliseconds above 20 bits of a counter, but always more than the one
/// before, also when the clock steps back.
final class Ids {
    private static final int COUNTER_BITS = 20;

    /// How far the stored ceiling runs ahead, so that it need not be written with each id.
    private static final long AHEAD = 10_000L << COUNTER_BITS;

    private final InstantSource clock;
    private final AtomicLong last;

    /// @param ceiling at least the greatest id ever stored
    Ids(InstantSource clock, long ceiling) {
        this.clock = clock;
        last = new AtomicLong(ceiling);
    }

    long next() {
        long now = clock.millis() << COUNTER_BITS;
        return last.updateAndGet(before -> Math.max(before + 1, now));
    }

    /// The ceiling to store, given the stored one: the same while ids are below it.
    long ceiling(long stored) {
        long reached = last.get();
        return reached <= stored ? stored : reached + AHEAD;
    }

    /// The ceiling to store when no more are given out.
    long last() {
        return last.get();
    }

    /// The smallest id of that time.
    static long at(long millis) {
        return millis << COUNTER_BITS;
    }
}
