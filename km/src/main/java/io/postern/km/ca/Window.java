package io.postern.km.ca;

import java.time.Instant;

/// From when until before when an answer or a list is in force.
public record Window(Instant thisUpdate, Instant nextUpdate) {
    /// [IllegalArgumentException] when the end is not after the beginning.
    public Window {
        if (!nextUpdate.isAfter(thisUpdate)) {
            throw new IllegalArgumentException(nextUpdate + " is not after " + thisUpdate);
        }
    }

    /// Whether it is in force then.
    public boolean holds(Instant at) {
        return !at.isBefore(thisUpdate) && at.isBefore(nextUpdate);
    }
}
