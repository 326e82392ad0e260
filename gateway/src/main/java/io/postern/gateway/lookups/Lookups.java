package io.postern.gateway.lookups;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Look-ups beside the dialogue: each on a virtual thread of its own, so many at once that sockets
/// last. Safe for many threads.
public final class Lookups {
    /// A socket each.
    private static final int AT_ONCE = 500;

    private final Semaphore slots;

    public Lookups() {
        this(AT_ONCE);
    }

    /// @param atOnce look-ups; the others wait, within their deadlines
    public Lookups(int atOnce) {
        slots = new Semaphore(atOnce);
    }

    /// A look-up under way or done.
    public static final class Lookup<T> {
        private final FutureTask<T> task;
        private final T none;
        private final long until;

        private Lookup(FutureTask<T> task, T none, long until) {
            this.task = task;
            this.none = none;
            this.until = until;
        }

        public boolean isDone() {
            return task.isDone();
        }

        /// What was found so far, without waiting; "none" when nothing yet.
        public T now() {
            return isDone() ? get() : none;
        }

        /// What was found; "none" when that takes longer than the deadline, which counts from the
        /// start of the look-up, not from this call.
        public T get() {
            try {
                return task.get(Math.max(until - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                return none;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return none;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a look-up threw", e.getCause());
            }
        }
    }

    /// One that found its answer without asking anybody.
    public static <T> Lookup<T> done(T answer) {
        var task = new FutureTask<T>(() -> answer);
        task.run();
        return new Lookup<>(task, answer, System.nanoTime());
    }

    /// Starts a look-up.
    ///
    /// @param ask must end by itself and not throw
    /// @param none stands for the answer when there is none within the deadline
    public <T> Lookup<T> start(Supplier<T> ask, T none, Duration deadline) {
        long until = System.nanoTime() + deadline.toNanos();
        var task = new FutureTask<T>(() -> withSlot(ask, none, until));
        Thread.ofVirtual().name("look-up").start(task);
        return new Lookup<>(task, none, until);
    }

    private <T> T withSlot(Supplier<T> ask, T none, long until) throws InterruptedException {
        if (!slots.tryAcquire(Math.max(until - System.nanoTime(), 0), TimeUnit.NANOSECONDS)) {
            return none;
        }
        try {
            return ask.get();
        } finally {
            slots.release();
        }
    }
}
