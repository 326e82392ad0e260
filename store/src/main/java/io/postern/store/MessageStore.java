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
public interface MessageStore extends StateStore, AutoCloseable {
    /// Name of the fact by which a DSN says which message it is about (a [QueueId] in text). When
    /// it is accepted, that message gets a `dsn` event with the DSN's id.
    String DSN_OF = "dsn-of";

    /// Name of the fact by which a message is kept as held, for the reason that is its value: it is
    /// not delivered until an operator releases it, and gets a `held` event. Not with `inMemory`.
    String HELD = "held";

    /// An id greater than every earlier one of this store.
    QueueId nextId();

    /// Keeps a message with its queue rows, decision record and a `received` event. The content is
    /// read by the calling thread before this returns, and may be closed after the future
    /// completes. Large content is written in parts as it is read, and the caller blocks for that
    /// long.
    ///
    /// Futures complete on a thread that all writers share: what hangs on them must not block.
    CompletableFuture<Void> accept(NewMessage message);

    /// Writes outcomes, one event each, and in the same transaction accepts the DSNs that they
    /// cause. When the last recipient of a message has left the queue, its content is deleted;
    /// record and events stay.
    ///
    /// A [Settlement.Deferred] that counts no attempt leaves no event, or a million messages for a
    /// dead destination would leave a million events at each try. An outcome for a recipient that
    /// does not wait any more changes nothing.
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

    /// Messages in which the text occurs (id, address part, any fact), newest first, without case
    /// for ASCII letters. Looks at no more than the newest five million.
    List<KeptMessage> search(String text, int limit);

    /// Queue entries, oldest first, starting after the given id. The recipients of one message stay
    /// together, so that there may be more than `limit`; none is empty when `limit` is positive and
    /// something matches.
    List<QueueEntry> list(QueueFilter filter, Optional<QueueId> after, int limit);

    /// Looks through a part of the queue for messages in whose decision record some entry has these
    /// inputs, one right after the other and in this order.
    ///
    /// @param heldOnly whether only messages with a held recipient are looked at
    /// @param limit how many messages are looked at; the answer may be found in none of them
    Part decided(Map<String, String> inputs, boolean heldOnly, Optional<QueueId> after, int limit);

    /// What was found in a part of the queue, oldest first.
    ///
    /// @param next after which message to go on; empty at the end of the queue
    record Part(List<QueueId> found, Optional<QueueId> next) {}

    /// Puts another header section on a queued message, with its decisions and an event
    /// (`resigned`, or `released` when it is let go as well). False when the message has left the
    /// queue, or one of its recipients is taken: then nothing has changed.
    CompletableFuture<Boolean> replace(Replacement replacement);

    /// How many queue entries match; and their number by destination with [#countByDestination].
    long count(QueueFilter filter);

    Map<String, Long> countByDestination();

    /// Held entries are not delivered until released, and do not expire until then. Returns how
    /// many changed. Entries being delivered at this moment are not touched.
    ///
    /// This and the three below work through a large queue in steps, each its own transaction, so
    /// that mail is accepted between them. An error in one leaves the earlier ones done.
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

    /// Several values of a kind, all or none of them.
    CompletableFuture<Void> putValues(String kind, Map<String, byte[]> values);

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
