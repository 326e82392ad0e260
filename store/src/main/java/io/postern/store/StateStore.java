package io.postern.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Keeps small state that has to outlive the process: token buckets, greylisting, lock-outs,
/// suspensions. Safe for many threads.
///
/// It is made for a working copy in memory: load a kind once at start, then write behind, in
/// batches. `kind` groups entries; a key is unique in its kind. Writes are group-committed with all
/// others of the store; reads block and see committed state, so they are not for a session's thread
/// at each command.
public interface StateStore {
    /// Writes entries, replacing those of the same key. Large batches are written in steps, each
    /// its own transaction, so that mail is kept between them: when the future fails with a
    /// [StoreException], earlier steps may have been written.
    ///
    /// Futures complete on a thread that all writers share: what hangs on them must not block.
    CompletableFuture<Void> putStates(String kind, Collection<StateEntry> entries);

    /// Removes entries; keys that are not there do no harm. In steps, as [#putStates].
    CompletableFuture<Void> removeStates(String kind, Collection<String> keys);

    /// One entry, also when it has expired and was not deleted yet.
    Optional<StateEntry> state(String kind, String key);

    /// Entries of a kind by key, in the order of the keys' UTF-8, starting after the given key
    /// (from the first with the empty one); also those that have expired and were not deleted yet.
    List<StateEntry> states(String kind, String after, int limit);

    /// Deletes entries, of all kinds, that expired before then. Returns how many went; at most
    /// `limit`.
    int expireStates(Instant before, int limit);

    /// Shows all entries of a kind to the consumer, page by page; what is written meanwhile may be
    /// seen or not.
    default void eachState(String kind, Consumer<StateEntry> consumer) {
        int limit = 5_000;
        String after = "";
        List<StateEntry> page;
        do {
            page = states(kind, after, limit);
            page.forEach(consumer);
            after = page.isEmpty() ? after : page.getLast().key();
        } while (page.size() == limit);
    }

    /// Writes one entry.
    default CompletableFuture<Void> putState(String kind, StateEntry entry) {
        return putStates(kind, List.of(entry));
    }

    /// Removes one entry; that it is not there does no harm.
    default CompletableFuture<Void> removeState(String kind, String key) {
        return removeStates(kind, List.of(key));
    }
}
