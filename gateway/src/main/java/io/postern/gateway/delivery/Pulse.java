package io.postern.gateway.delivery;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes one waiting thread; beats while it is awake are remembered as one.
final class Pulse {
    private final Semaphore beats = new Semaphore(0);

    void beat() {
        beats.release();
    }

    /// Returns at a beat, at the latest after `patience`.
    void await(Duration patience) {
        try {
            if (beats.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                beats.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
