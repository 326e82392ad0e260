package io.postern.gateway.path;

import io.postern.store.MessageStore;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// Whether mail can be kept now, looked at beside the dialogue so that no session waits for the
/// answer. Safe for many threads.
public final class Storage {
    private final Supplier<MessageStore.Health> health;
    private final long minFree;
    private volatile Optional<String> trouble = Optional.empty();
    private final AtomicLong spooled = new AtomicLong();
    private volatile long spare;

    /// @param minFree octets of free disk below which mail is refused, and which files of content
    ///   being received leave free
    public Storage(Supplier<MessageStore.Health> health, long minFree) {
        this.health = health;
        this.minFree = minFree;
    }

    /// Looks again. Called about once a second.
    public void look() {
        var now = health.get();
        spare = now.freeBytes() - minFree;
        if (!now.writable()) {
            trouble = Optional.of(now.reason());
        } else if (now.freeBytes() < minFree) {
            trouble = Optional.of("only " + now.freeBytes() + " octets of disk are free");
        } else {
            trouble = Optional.empty();
        }
    }

    /// Asks for octets of disk for content being received, of all sessions together; false when
    /// they are not to be had.
    ///
    /// As much must stay free as such files take: what they are received for is kept on the same
    /// disk, and mail that needs no file is to be taken still when those that do have had enough.
    boolean spool(long octets) {
        if (spooled.addAndGet(octets) <= spare) {
            return true;
        }
        spooled.addAndGet(-octets);
        return false;
    }

    /// Gives octets of disk back.
    void unspool(long octets) {
        spooled.addAndGet(-octets);
    }

    /// Octets of disk that content being received takes now.
    public long spooled() {
        return spooled.get();
    }

    /// Why mail can't be kept; empty when it can.
    public Optional<String> trouble() {
        return trouble;
    }
}
