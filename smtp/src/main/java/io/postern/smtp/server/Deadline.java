package io.postern.smtp.server;

import java.time.Duration;

/// When a blocked session is cut off, whatever it waits for. Written by the session's thread, read
/// by the sweeper's.
///
/// Socket timeouts let a client be told 421; they do not cover a write that blocks, nor TLS records
/// that arrive octet by octet. This does.
final class Deadline {
    private final long slack;
    private volatile long at;
    private volatile boolean set;

    /// @param slack by how much a wait may be outlasted: socket timeouts come first
    Deadline(Duration slack) {
        this.slack = slack.toNanos();
    }

    /// From now on the session may wait so long, and a little longer.
    void set(Duration wait) {
        at = System.nanoTime() + wait.toNanos() + slack;
        set = true;
    }

    /// The session does not wait for its peer.
    void clear() {
        set = false;
    }

    boolean passed(long nanoTime) {
        return set && nanoTime - at > 0;
    }
}
