package io.postern.gateway.users;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Bounds how many passwords are hashed at once: each takes 19 MiB and a processor, and whoever can
/// connect can ask for it.
final class PasswordWork {
    /// How long a login waits for its turn before it is told to come again.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Semaphore permits;
    private final Duration patience;

    /// One for each processor, but not more memory than for four.
    PasswordWork() {
        this(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4), PATIENCE);
    }

    PasswordWork(int atOnce, Duration patience) {
        permits = new Semaphore(atOnce, true);
        this.patience = patience;
    }

    /// The work's result; empty when its turn did not come in time.
    <T> Optional<T> run(Supplier<T> work) {
        try {
            if (!permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            return Optional.of(work.get());
        } finally {
            permits.release();
        }
    }
}
