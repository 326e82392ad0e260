package io.postern.gateway.seen;

import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;

/// The messages that were seen, as they are stored: by time.
public final class StoredSeen implements SeenDesk {
    static final String KIND = "seen";

    private final StateStore store;
    private final InstantSource clock;

    public StoredSeen(StateStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// What the keys of messages of that time begin with, and sorts before them.
    static String key(Instant at) {
        return "%015d".formatted(Math.max(0, at.toEpochMilli()));
    }

    /// When the message of a key was seen; the beginning of time when that is no key.
    static Instant at(String key) {
        try {
            return Instant.ofEpochMilli(
                    Long.parseLong(key.substring(0, Math.min(15, key.length()))));
        } catch (NumberFormatException _) {
            return Instant.EPOCH;
        }
    }

    @Override
    public SeenPage page(Duration since, Optional<String> after, int limit) {
        var now = clock.instant();
        var entries = store.states(KIND, after.orElseGet(() -> key(now.minus(since))), limit);
        var messages = new ArrayList<SeenMessage>();
        int unreadable = 0;
        for (var entry : entries) {
            if (entry.expired(now)) {
                continue;
            }
            var message = SeenText.read(entry.text());
            message.ifPresent(messages::add);
            unreadable += message.isPresent() ? 0 : 1;
        }
        return new SeenPage(
                messages,
                unreadable,
                entries.size() < limit
                        ? Optional.empty()
                        : Optional.of(entries.getLast()).map(StateEntry::key));
    }
}
