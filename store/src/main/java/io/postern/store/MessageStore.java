package io.postern.store;

import io.postern.mail.Content;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Keeps messages, their queue and their history. Safe for many threads.
///
/// Writes are group-committed: a future completes when what it stands for is on stable storage, and
/// fails with a [StoreException] when it is not and never will be. A write is all or nothing. Reads
/// block and see committed state.
public interface MessageStore extends AutoCloseable {
    /// An id greater than every earlier one of this store.
    QueueId nextId();

    /// Keeps a message with its queue rows, decision record and a `received` event. The content is
    /// read before the future completes and may be closed after it.
    CompletableFuture<Void> accept(NewMessage message);

    /// Writes outcomes, one event each, and in the same transaction accepts the DSNs that they
    /// cause. When the last recipient of a message has left the queue, its content is deleted;
    /// record and events stay.
    CompletableFuture<Void> settle(List<Settlement> settlements, List<NewMessage> dsns);

    /// Destinations with recipients that wait for `take`, each with the earliest due time. Fast on
    /// a million entries.
    Map<String, Instant> waitingDestinations();

    /// Takes recipients of a destination whose time has come, earliest first, so that nobody else
    /// takes them before they are settled or this store is opened anew. Held ones are not given
    /// out.
    List<QueuedRecipient> take(String destination, Instant now, int limit);

    /// Gives taken recipients back untouched (drain, memory pressure).
    CompletableFuture<Void> giveBack(List<QueuedRecipient> recipients);

    /// Takes waiting recipients, of any destination, whose deadline (delay notice or expiry) has
    /// passed.
    List<QueuedRecipient> takeOverdue(Instant now, int limit);

    /// The content of a queued message; empty when the message is unknown or has left the queue.
    /// Body octets are read from the store in chunks as they are asked for.
    Optional<Content> content(QueueId id);

    /// Record, events and what still waits; empty when unknown or expired from history.
    Optional<KeptMessage> find(QueueId id);

    /// Messages in which the text occurs (id, address part, Message-ID, subject, client), newest
    /// first.
    List<KeptMessage> search(String text, int limit);

    /// Queue entries, oldest first, starting after the given id.
    List<QueueEntry> list(QueueFilter filter, Optional<QueueId> after, int limit);

    /// How many queue entries match; and their number by destination with [#countByDestination].
    long count(QueueFilter filter);

    Map<String, Long> countByDestination();

    /// Held entries are not delivered until released. Returns how many changed. Entries being
    /// delivered at this moment are not touched.
    int hold(QueueFilter filter, Instant at, String why);

    int release(QueueFilter filter, Instant at);

    /// Makes the next attempt due now.
    int retry(QueueFilter filter, Instant at);

    /// Removes entries without a DSN; the event says who asked.
    int delete(QueueFilter filter, Instant at, String why);

    /// Deletes record and events of messages that left the queue before then. Returns how many
    /// went; at most `limit`.
    int expireHistory(Instant before, int limit);

    /// Small named values (keys, settings): `kind` groups them. Values are wrapped by the caller
    /// where secret.
    CompletableFuture<Void> putValue(String kind, String name, byte[] value);

    Optional<byte[]> value(String kind, String name);

    /// All of a kind, by name.
    Map<String, byte[]> values(String kind);

    CompletableFuture<Void> removeValue(String kind, String name);

    /// Whether writes succeed now, and if not why: for the health endpoint and for 452 in the
    /// dialogue.
    Health health();

    /// How the last writes went.
    ///
    /// @param lag age of the oldest write that waits for its commit
    record Health(boolean writable, String reason, Duration lag, long freeBytes) {}

    /// Commits what waits, then closes. Idempotent.
    @Override
    void close();
}
