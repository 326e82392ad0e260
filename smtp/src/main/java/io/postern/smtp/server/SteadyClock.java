package io.postern.smtp.server;

import java.time.Instant;
import java.time.InstantSource;

/// Time that only goes forward, at one pace: for waits and rates. It tells no date; when somebody
/// sets the machine's clock by an hour, no session has lasted an hour longer.
public final class SteadyClock implements InstantSource {
    private static final long BEGINNING = System.nanoTime();

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(System.nanoTime() - BEGINNING);
    }
}
