package io.postern.gateway.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The jobs in memory for one destination, its workers, and whether it can be reached.
///
/// All state is guarded by one lock; nothing blocks under it but waiting for a job. A worker holds
/// at most one connection, so the number of workers is the number of connections.
final class DestinationQueue {
    /// The destination is not tried before `until`.
    ///
    /// @param failures how many times in a row
    record Down(Instant until, String reason, int failures) {}

    /// A look at a destination that is down costs a connection. New mail waits for it, and all of
    /// the mail when it is the smart host, so hours, as for one message, would be too long.
    private static final Duration LONGEST_DOWN = Duration.ofMinutes(10);

    private final Destination destination;
    private final int maxWorkers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition jobOrStop = lock.newCondition();
    private final ArrayDeque<Job> waiting = new ArrayDeque<>();
    private int workers;
    private int idleWorkers;
    private boolean stopped;
    private volatile Optional<Down> down = Optional.empty();
    private final Announced announced = new Announced();

    private boolean retired;
    private Instant used;

    DestinationQueue(Destination destination, int maxWorkers, Instant now) {
        this.destination = destination;
        this.maxWorkers = maxWorkers;
        this.used = now;
    }

    Destination destination() {
        return destination;
    }

    /// Adds a job. False: this queue was retired, the job belongs into another.
    boolean add(Job job) {
        lock.lock();
        try {
            if (retired) {
                return false;
            }
            waiting.add(job);
            jobOrStop.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Retires the queue if it has neither job nor worker, had none since then, and knows nothing
    /// that is worth keeping; whether it did.
    boolean retire(Instant since) {
        lock.lock();
        try {
            boolean unused =
                    waiting.isEmpty()
                            && workers == 0
                            // Fixed hosts are few, and what they announced is asked for in the
                            // dialogue.
                            && !(destination instanceof Destination.Hosts)
                            && used.isBefore(since)
                            && down.map(it -> it.until().isBefore(since)).orElse(true);
            retired |= unused;
            return retired;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a job waits or is being tried.
    boolean busy() {
        lock.lock();
        try {
            return !waiting.isEmpty() || workers > idleWorkers;
        } finally {
            lock.unlock();
        }
    }

    /// An attempt has ended.
    void used(Instant now) {
        lock.lock();
        try {
            used = now;
        } finally {
            lock.unlock();
        }
    }

    /// Whether another worker is worth starting; if so it counts as started.
    ///
    /// A worker that is about to finish serves a waiting job sooner than a new connection would, so
    /// fewer jobs than workers wait for them at first.
    ///
    /// @param overdue whether jobs have waited for workers long enough
    boolean startWorker(boolean overdue) {
        lock.lock();
        try {
            int least = overdue ? idleWorkers : Math.max(idleWorkers, workers);
            boolean worth = !stopped && workers < maxWorkers && waiting.size() > least;
            if (worth) {
                workers++;
            }
            return worth;
        } finally {
            lock.unlock();
        }
    }

    /// The next job, waiting for one up to `patience`; empty ends the worker, which then counts as
    /// gone.
    Optional<Job> next(Duration patience) {
        lock.lock();
        try {
            idleWorkers++;
            long left = patience.toNanos();
            while (waiting.isEmpty() && !stopped && left > 0) {
                left = jobOrStop.awaitNanos(left);
            }
            idleWorkers--;
            if (stopped || waiting.isEmpty()) {
                workers--;
                return Optional.empty();
            }
            return Optional.of(waiting.poll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            idleWorkers--;
            workers--;
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// A worker ended otherwise than by `next`.
    void workerGone() {
        lock.lock();
        try {
            workers--;
        } finally {
            lock.unlock();
        }
    }

    /// Takes out all jobs that no worker has.
    List<Job> drain() {
        lock.lock();
        try {
            var jobs = new ArrayList<>(waiting);
            waiting.clear();
            return jobs;
        } finally {
            lock.unlock();
        }
    }

    /// After this no worker starts and every worker ends after its job.
    void stop() {
        lock.lock();
        try {
            stopped = true;
            jobOrStop.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    int workers() {
        lock.lock();
        try {
            return workers;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the last worker has ended or the time is over.
    ///
    /// @param until by [System#nanoTime]
    boolean awaitIdle(long until) throws InterruptedException {
        while (workers() > 0) {
            if (System.nanoTime() - until > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    /// Marks the destination as down, longer each time in a row.
    Down markDown(String reason, Instant now, RetrySchedule schedule) {
        lock.lock();
        try {
            // Workers that fail together count as one failure.
            if (down(now).isPresent()) {
                return down.get();
            }
            int failures = down.map(Down::failures).orElse(0) + 1;
            var wait = schedule.after(failures);
            var next =
                    new Down(
                            now.plus(wait.compareTo(LONGEST_DOWN) > 0 ? LONGEST_DOWN : wait),
                            reason,
                            failures);
            down = Optional.of(next);
            return next;
        } finally {
            lock.unlock();
        }
    }

    /// Marks the destination as reached.
    void markUp() {
        if (down.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            down = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Forgets that the destination was down: an operator asked for another attempt now.
    void tryAgain() {
        markUp();
    }

    /// Why the destination is not tried now; empty when it is.
    Optional<Down> down(Instant now) {
        lock.lock();
        try {
            // Further ahead than ever said: the clock was set back, and nobody would try for so
            // long.
            return down.filter(
                    it -> it.until().isAfter(now) && !it.until().isAfter(now.plus(LONGEST_DOWN)));
        } finally {
            lock.unlock();
        }
    }

    /// Whether the last attempt failed: then one job tries before many do.
    boolean probing() {
        lock.lock();
        try {
            return down.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /// What the destination's hosts said when last asked.
    Announced announced() {
        return announced;
    }
}
