package io.postern.gateway.path;

import io.postern.store.MessageStore;
import java.util.Optional;

/// Whether mail can be kept now, looked at beside the dialogue so that no session waits for the
/// answer.
public final class Storage {
    private final MessageStore store;
    private final long minFree;
    private volatile Optional<String> trouble = Optional.empty();

    /// @param minFree octets of free disk below which mail is refused
    public Storage(MessageStore store, long minFree) {
        this.store = store;
        this.minFree = minFree;
    }

    /// Looks again. Called about once a second.
    public void look() {
        var health = store.health();
        if (!health.writable()) {
            trouble = Optional.of(health.reason());
        } else if (health.freeBytes() < minFree) {
            trouble = Optional.of("only " + health.freeBytes() + " octets of disk are free");
        } else {
            trouble = Optional.empty();
        }
    }

    /// Why mail can't be kept; empty when it can.
    public Optional<String> trouble() {
        return trouble;
    }
}
