package io.postern.gateway.path;

import java.util.concurrent.atomic.AtomicLong;

/// Octets of content being received that may stand in memory, over all sessions. Safe for many
/// threads.
public final class MemoryBudget {
    /// Up to this much of a body stays in memory when there is room.
    static final int ROOMY = 256 * 1024;

    /// And this much when there is not: most mail still needs no file.
    static final int TIGHT = 16 * 1024;

    private final long octets;
    private final AtomicLong used = new AtomicLong();

    MemoryBudget(long octets) {
        this.octets = octets;
    }

    /// The threshold for a message that begins now.
    int threshold() {
        return used.get() < octets ? ROOMY : TIGHT;
    }

    /// Octets in use.
    public long used() {
        return used.get();
    }

    void take(long more) {
        used.addAndGet(more);
    }

    void give(long back) {
        used.addAndGet(-back);
    }
}
