package io.postern.store;

import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A few threads that read, each with a connection of its own; they see what is committed and never
/// make the committer wait.
///
/// Platform threads, because a native call holds the carrier of a virtual thread: a slow query on a
/// virtual thread would stop sessions.
final class Readers {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);

    /// Longer than any query of ours on a million entries; who waits longer gets an error.
    private static final long DEADLINE_SECONDS = 60;

    private final SqliteFile file;
    private final ThreadPoolExecutor threads;

    /// Queries that walk many rows leave one thread to those that fetch content.
    private final Semaphore wide;

    /// Connections that no thread uses now: never more in all than there are threads.
    private final ConcurrentLinkedDeque<Statements> idle = new ConcurrentLinkedDeque<>();

    Readers(SqliteFile file, int count) {
        this.file = file;
        threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("store-reader-", 0).factory());
        wide = new Semaphore(Math.max(1, count - 1));
    }

    /// Reads a few rows.
    <T> T read(Write<T> query) {
        var task = submit(query);
        try {
            return task.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case SQLException cause -> {
                    var fault = StoreFault.of(cause, file.path());
                    yield new StoreException(fault.remedy(), cause);
                }
                case RuntimeException cause -> cause;
                case Error cause -> throw cause;
                case null, default -> new StoreException("internal error: " + e, e);
            };
        } catch (TimeoutException e) {
            task.cancel(false);
            throw new StoreException(
                    "no answer from "
                            + file.path()
                            + " within "
                            + DEADLINE_SECONDS
                            + " s: too many queries at once, or a very slow disk",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while reading " + file.path(), e);
        }
    }

    /// Reads what may be many rows.
    <T> T readWide(Write<T> query) {
        try {
            wide.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while reading " + file.path(), e);
        }
        try {
            return read(query);
        } finally {
            wide.release();
        }
    }

    private <T> Future<T> submit(Write<T> query) {
        try {
            return threads.submit(() -> run(query));
        } catch (RejectedExecutionException e) {
            throw new StoreException("the store is closed: the gateway is stopping", e);
        }
    }

    private <T> T run(Write<T> query) throws SQLException {
        var free = idle.poll();
        var statements = free == null ? file.reader() : free;
        boolean sound = true;
        try {
            return query.apply(statements);
        } catch (SQLException e) {
            sound = !StoreFault.of(e, file.path()).reopen();
            throw e;
        } finally {
            if (sound) {
                idle.push(statements);
            } else {
                discard(statements);
            }
        }
    }

    private static void discard(Statements statements) {
        try {
            statements.close();
        } catch (SQLException e) {
            LOG.debug("A reading connection was not closed cleanly", e);
        }
    }

    /// Lets queries that run end, then closes the connections.
    void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A query did not end in time; its connection stays open");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        idle.forEach(Readers::discard);
    }
}
