package io.postern.smtp.client;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Closes a socket whose owner waits too long.
///
/// A socket's own time limit is for one read: a peer that dribbles octets starts it anew with each,
/// a write has none at all, and under TLS one read is many. So the limit is kept here for the stage
/// as a whole. When it passes, the socket is closed by a thread of this class, whatever the owner
/// is blocked in, and [#passed] tells the owner why.
///
/// Limits are minutes and stages are milliseconds, so a look is planned only when none is planned
/// early enough: a busy connection costs one look in some minutes, not one a stage.
final class StageDeadline {
    private static final ScheduledThreadPoolExecutor WATCH = watch();

    private final Socket socket;
    private long dueNanos;
    private boolean running;
    private boolean passed;
    private @Nullable Future<?> look;
    private long lookNanos;

    StageDeadline(Socket socket) {
        this.socket = socket;
    }

    /// Starts anew: the socket will be closed after this time.
    synchronized void start(Duration limit) {
        dueNanos = System.nanoTime() + limit.toNanos();
        running = true;
        if (look == null || lookNanos - dueNanos > 0) {
            plan();
        }
    }

    /// Nobody waits now.
    synchronized void stop() {
        running = false;
    }

    /// Nobody will wait again.
    synchronized void end() {
        running = false;
        if (look != null) {
            look.cancel(false);
            look = null;
        }
    }

    /// Whether a limit passed and the socket is closed for it.
    synchronized boolean passed() {
        return passed;
    }

    private void plan() {
        if (look != null) {
            look.cancel(false);
        }
        lookNanos = dueNanos;
        look = WATCH.schedule(this::look, dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void look() {
        synchronized (this) {
            look = null;
            if (!running) {
                return;
            }
            if (dueNanos - System.nanoTime() > 0) {
                plan();
                return;
            }
            passed = true;
        }
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same; the owner sees that.
            return;
        }
    }

    private static ScheduledThreadPoolExecutor watch() {
        var executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("smtp-client-deadlines").daemon().factory());
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
