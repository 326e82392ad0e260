package io.postern.gateway.path;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets sessions wait before a refusal, as many as there is room for. A waiting session holds a
/// virtual thread, so a few KiB and no thread of the machine. Safe for many threads.
public final class Delays implements AutoCloseable {
    private final int sessions;
    private final Semaphore room;
    private final Duration longest;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// @param sessions that may wait at once; those above it don't
    /// @param longest wait; longer ones are cut
    public Delays(int sessions, Duration longest) {
        this.sessions = sessions;
        this.room = new Semaphore(sessions);
        this.longest = longest;
    }

    /// Waits on the session's own thread; not at all when there is no room, or when the gateway
    /// stops.
    public void await(Duration wait) {
        if (wait.isZero() || !room.tryAcquire()) {
            return;
        }
        try {
            var bounded = wait.compareTo(longest) < 0 ? wait : longest;
            var _ = closed.await(bounded.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    /// Sessions that wait now.
    public int waiting() {
        return sessions - room.availablePermits();
    }

    /// Ends all waits, and those to come.
    @Override
    public void close() {
        closed.countDown();
    }
}
