package io.postern.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only thread that writes. It takes whatever waits, runs it in one transaction, and answers
/// when the commit is on stable storage; what arrives meanwhile is the next transaction. So the
/// price of an fsync is shared by all who wait for it, and nobody waits for more than two.
///
/// Confined to the thread: connection, statements, `wrote`. Under `lock`: the queue and its
/// figures. Answers are given on a thread of their own, so that waking a hundred sessions overlaps
/// with the next transaction.
final class Committer {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    /// Bounds of one transaction, so that its pages fit the cache and no write waits long behind
    /// it.
    private static final int BATCH_WRITES = 2_000;

    private static final long BATCH_BYTES = 8L << 20;

    /// Without work for so long, the log is folded into the file, or a fault is probed.
    private static final Duration IDLE = Duration.ofSeconds(1);

    /// What the thread needs of the store.
    interface Database {
        Statements open() throws SQLException;

        StoreFault fault(SQLException e);

        /// Added to each transaction, last.
        void beforeCommit(Statements statements) throws SQLException;

        void afterCommit();
    }

    private final Database database;
    private final StoreSettings settings;
    private final Thread thread;
    private final ExecutorService answers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item<?>> queue = new ArrayDeque<>();
    private long waitingBytes;
    private int waitingWrites;
    private long oldestSince;
    private boolean closing;

    private @Nullable Statements statements;
    private boolean wrote;
    private volatile @Nullable String fault;

    private static final class Item<T> {
        final Write<T> write;
        final long bytes;
        final long since;
        final CompletableFuture<T> future = new CompletableFuture<>();
        @Nullable T result;
        @Nullable Throwable failure;

        Item(Write<T> write, long bytes, long since) {
            this.write = write;
            this.bytes = bytes;
            this.since = since;
        }

        void run(Statements on) throws SQLException {
            result = write.apply(on);
        }

        @SuppressWarnings("NullAway") // a write of type Void has the result null
        void answer() {
            if (failure != null) {
                future.completeExceptionally(failure);
            } else {
                future.complete(result);
            }
        }
    }

    Committer(Database database, StoreSettings settings, Statements statements) {
        this.database = database;
        this.settings = settings;
        this.statements = statements;
        thread = Thread.ofPlatform().daemon().name("store-committer").unstarted(this::work);
        answers =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().name("store-answers").factory());
    }

    void start() {
        thread.start();
    }

    /// Queues a write. The future completes when it is committed, and fails with a [StoreException]
    /// when it is not and never will be, which may be at once.
    ///
    /// @param bytes what it holds in memory, about
    <T extends @Nullable Object> CompletableFuture<T> submit(long bytes, Write<T> write) {
        var item = new Item<T>(write, bytes, System.nanoTime());
        lock.lock();
        try {
            if (closing) {
                return CompletableFuture.failedFuture(
                        new StoreException("the store is closed: the gateway is stopping"));
            }
            if (waitingWrites >= settings.maxWaitingWrites()
                    || (waitingBytes > 0 && waitingBytes + bytes > settings.maxWaitingBytes())) {
                return CompletableFuture.failedFuture(
                        new StoreException(
                                "overloaded: "
                                        + waitingWrites
                                        + " writes of "
                                        + waitingBytes
                                        + " octets wait for the disk"));
            }
            if (waitingWrites == 0) {
                oldestSince = item.since;
            }
            waitingWrites++;
            waitingBytes += bytes;
            queue.add(item);
            changed.signal();
        } finally {
            lock.unlock();
        }
        return item.future;
    }

    /// Why writes fail now; empty when they succeed.
    Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    /// Age of the oldest write that waits.
    Duration lag() {
        lock.lock();
        try {
            return waitingWrites == 0
                    ? Duration.ZERO
                    : Duration.ofNanos(System.nanoTime() - oldestSince);
        } finally {
            lock.unlock();
        }
    }

    /// Commits what waits, then ends. Later writes fail.
    void close() {
        lock.lock();
        try {
            closing = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // what waits is still owed its commit
            }
        }
        answers.shutdown();
        try {
            answers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            for (var batch = next(); batch != null; batch = next()) {
                if (batch.isEmpty()) {
                    idle();
                } else {
                    commit(batch);
                    done(batch);
                }
            }
        } finally {
            drop();
        }
    }

    /// What to commit together; empty after a while without work; null at the end.
    private @Nullable List<Item<?>> next() {
        lock.lock();
        try {
            long nanos = IDLE.toNanos();
            while (queue.isEmpty() && !closing) {
                // With nothing to fold and nothing to probe there is nothing to wake up for.
                if (!wrote && fault == null) {
                    changed.awaitUninterruptibly();
                } else if ((nanos = changed.awaitNanos(nanos)) <= 0) {
                    return List.of();
                }
            }
            if (queue.isEmpty()) {
                return null;
            }
            var batch = new ArrayList<Item<?>>(Math.min(queue.size(), BATCH_WRITES));
            long bytes = 0;
            for (var item = queue.peek();
                    item != null && batch.size() < BATCH_WRITES && bytes < BATCH_BYTES;
                    item = queue.peek()) {
                bytes += item.bytes;
                batch.add(queue.remove());
            }
            return batch;
        } catch (InterruptedException e) {
            return List.of(); // nobody has a reason to; the thread ends by `closing`
        } finally {
            lock.unlock();
        }
    }

    private void done(List<Item<?>> batch) {
        lock.lock();
        try {
            waitingWrites -= batch.size();
            for (var item : batch) {
                waitingBytes -= item.bytes;
            }
            var oldest = queue.peek();
            if (oldest != null) {
                oldestSince = oldest.since;
            }
        } finally {
            lock.unlock();
        }
        answers.execute(() -> batch.forEach(Item::answer));
    }

    private void commit(List<Item<?>> batch) {
        var failure = attempt(batch);
        if (failure == null) {
            return;
        }
        if (batch.size() == 1) {
            batch.getFirst().failure = failure;
            return;
        }
        // One of them, or all: alone, each gets the answer that is its own.
        for (var item : batch) {
            item.failure = attempt(List.of(item));
        }
    }

    /// Runs and commits; what went wrong, or null.
    private @Nullable Throwable attempt(List<Item<?>> batch) {
        try {
            var on = statements;
            if (on == null) {
                on = database.open();
                statements = on;
            }
            on.update("BEGIN IMMEDIATE");
            for (var item : batch) {
                item.run(on);
            }
            database.beforeCommit(on);
            on.update("COMMIT");
        } catch (SQLException e) {
            rollback();
            return translate(e);
        } catch (Throwable e) {
            // A bug in one write must not end the thread that all others wait for.
            rollback();
            LOG.error("A write to the store failed", e);
            return e instanceof StoreException ? e : new StoreException("internal error: " + e, e);
        }
        wrote = true;
        database.afterCommit();
        if (fault != null) {
            fault = null;
            LOG.info("The store can be written again");
        }
        return null;
    }

    private StoreException translate(SQLException e) {
        var what = database.fault(e);
        if (what.everybody()) {
            if (!what.remedy().equals(fault)) {
                fault = what.remedy();
                LOG.error("The store can't be written: {}", what.remedy(), e);
            }
            if (what.reopen()) {
                drop();
            }
        } else {
            LOG.error("A write to the store was refused", e);
        }
        return new StoreException(what.remedy(), e);
    }

    private void rollback() {
        var on = statements;
        if (on == null) {
            return;
        }
        try {
            on.update("ROLLBACK");
        } catch (SQLException e) {
            // After some errors SQLite has rolled back itself, and then says that there is nothing
            // to roll back. A transaction that is really still open makes the next BEGIN fail.
            LOG.debug("No roll-back", e);
        }
    }

    private void drop() {
        var on = statements;
        statements = null;
        if (on != null) {
            try {
                on.close();
            } catch (SQLException e) {
                LOG.debug("The connection was not closed cleanly", e);
            }
        }
    }

    private void idle() {
        if (fault != null) {
            attempt(List.of());
            return;
        }
        wrote = false;
        var on = statements;
        if (on == null) {
            return;
        }
        try {
            // Readers are short; one that is not must not make writers wait.
            on.execute("PRAGMA busy_timeout = 50");
            on.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            on.execute("PRAGMA busy_timeout = " + SqliteFile.BUSY.toMillis());
        } catch (SQLException e) {
            LOG.debug("The log was not folded into the file", e);
        }
    }
}
