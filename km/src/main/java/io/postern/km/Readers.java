package io.postern.km;

import io.postern.km.secret.KmException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Questions to the database by any number of threads. A few threads of its own ask it, each on a
/// connection that is its alone meanwhile: the library holds a carrier of virtual threads while it
/// works, and on a disk that hangs mail would wait with it. Signing is not done here.
final class Readers implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING = 1_000;
    private static final long LONGEST_SECONDS = 3;

    private final List<Database> all = new ArrayList<>();
    private final BlockingQueue<Database> idle = new ArrayBlockingQueue<>(THREADS);
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    1,
                    TimeUnit.MINUTES,
                    new ArrayBlockingQueue<>(WAITING),
                    Thread.ofPlatform().daemon().name("km-read-", 0).factory());

    /// @throws KmException when the database can't be opened
    static Readers open(Path folder) {
        var readers = new Readers();
        boolean opened = false;
        try {
            for (int i = 0; i < THREADS; i++) {
                readers.all.add(Database.read(folder));
            }
            readers.idle.addAll(readers.all);
            opened = true;
            return readers;
        } finally {
            if (!opened) {
                readers.close();
            }
        }
    }

    /// The answer.
    ///
    /// @throws KmException when there is none, or none in three seconds
    <T> T read(Database.Work<T> work) {
        try {
            var answer =
                    threads.submit(() -> {
                        // As many connections as threads: one is there.
                        var database = idle.remove();
                        try {
                            return database.transaction(work);
                        } finally {
                            idle.add(database);
                        }
                    });
            return answer.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException | TimeoutException e) {
            throw new KmException(
                    "the database of key management does not answer in time: is the machine or its disk overloaded?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KmException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KmException known
                    ? known
                    : new IllegalStateException(e.getCause());
        }
    }

    /// Ends the threads and leaves the connections as they are: for a file that is not there any
    /// more under its name. Closing the last connection would remove the write-ahead log by its
    /// name, and that is the new file's.
    ///
    /// @return whether the connections are at rest
    boolean forsake() {
        threads.shutdown();
        try {
            return threads.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Questions under way may fail.
    @Override
    public void close() {
        // A connection in use can't be closed: the end of the process does it.
        if (forsake()) {
            all.forEach(Database::close);
        }
    }
}
