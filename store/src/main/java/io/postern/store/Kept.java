package io.postern.store;

import io.postern.mail.Content;
import io.postern.mail.ContentFacts;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// A message made ready for its transaction on the thread of the session, so that the committer has
/// only to bind and step: the rows' values, and the content as octets, or already in the store as
/// chunks that count for nothing until the transaction.
final class Kept {
    /// Octets of content in one row, and in memory at once.
    static final int CHUNK = 256 * 1024;

    /// Chunks that may wait for their commit while the next is read.
    private static final int AHEAD = 3;

    /// Octets of a recipient's or a fact's text that a search looks into.
    private static final int WORDS_OF_FACT = 512;

    private final NewMessage message;
    private final byte @Nullable [] octets;
    private final int chunks;
    private final long size;
    private final String envelope;
    private final String facts;
    private final String decisions;
    private final String words;

    private Kept(NewMessage message, byte @Nullable [] octets, int chunks) {
        this.message = message;
        this.octets = octets;
        this.chunks = chunks;
        size = message.content().size();
        envelope = Json.envelope(message.envelope());
        facts = Json.facts(message.facts());
        decisions = Json.decisions(message.decisions());
        words = words(message);
    }

    /// Reads the content; when it is large, blocks while its chunks are committed.
    ///
    /// @throws StoreException when the content can't be read, or a chunk not be written
    static Kept of(NewMessage message, Committer committer) {
        if (message.destinations().size() != message.envelope().recipients().size()) {
            throw new IllegalArgumentException("a destination for each recipient");
        }
        long size = message.content().size();
        if (size > CHUNK) {
            var staging = new Staging(message.id().value(), committer);
            int chunks = staging.write(message.content());
            return new Kept(message, null, chunks);
        }
        var out = new Octets((int) size);
        try {
            message.content().writeTo(out);
        } catch (IOException e) {
            throw unreadable(e);
        }
        return new Kept(message, out.all(), 0);
    }

    private static StoreException unreadable(IOException e) {
        return new StoreException("the received content can't be read back: " + e, e);
    }

    /// Octets it holds in memory, about.
    long weight() {
        return 1024L + words.length() + (octets == null ? 0 : octets.length);
    }

    /// Writes all rows.
    ///
    /// @param run taken by this run, when the caller keeps it in memory
    void insert(Statements to, long run, long seq) throws SQLException {
        long id = message.id().value();
        if (octets == null) {
            to.update("DELETE FROM staging WHERE message_id = ?", id);
        } else {
            to.update("INSERT INTO content (message_id, octets) VALUES (?, ?)", id, octets);
        }
        to.update(
                "INSERT INTO message (id, received_at, reverse_path, size, header_size, chunks,"
                        + " traits, longest_line, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id,
                message.receivedAt().toEpochMilli(),
                Paths.store(message.envelope().reversePath()),
                size,
                size - message.content().bodySize() - 2,
                chunks,
                traits(message.content().facts()),
                message.content().facts().longestLine(),
                words);
        to.update(
                "INSERT INTO record (message_id, envelope, facts, decisions) VALUES (?, ?, ?, ?)",
                id,
                envelope,
                facts,
                decisions);
        var held = message.facts().get(MessageStore.HELD);
        insertRecipients(to, message.inMemory() ? run : 0, held == null ? "queued" : "held");
        if (held != null) {
            to.update(Sql.EVENT, id, seq, message.receivedAt().toEpochMilli(), "held", null, held);
        }
        var original = QueueId.parse(message.facts().getOrDefault(MessageStore.DSN_OF, ""));
        if (original.isPresent()) {
            to.update(
                    Sql.EVENT,
                    original.get().value(),
                    seq,
                    message.receivedAt().toEpochMilli(),
                    "dsn",
                    null,
                    message.id().toString());
        }
    }

    private void insertRecipients(Statements to, long takenBy, String state) throws SQLException {
        var recipients = message.envelope().recipients();
        for (int number = 0; number < recipients.size(); number++) {
            var recipient = recipients.get(number);
            to.update(
                    "INSERT INTO recipient (message_id, number, path, notify, original_recipient,"
                            + " destination, state, taken_by, attempts, due, deadline, expires,"
                            + " delay_notice_sent, last_detail)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 0, '')",
                    message.id().value(),
                    number,
                    Paths.store(recipient.path()),
                    recipient.notifyOn().map(Paths::store).orElse(null),
                    recipient.originalRecipient().orElse(null),
                    message.destinations().get(number),
                    state,
                    takenBy,
                    message.due().toEpochMilli(),
                    message.deadline().toEpochMilli(),
                    message.expires().toEpochMilli());
        }
    }

    private static String words(NewMessage message) {
        var text = new StringBuilder(256);
        text.append(Paths.store(message.envelope().reversePath()));
        for (var recipient : message.envelope().recipients()) {
            text.append('\n').append(Paths.store(recipient.path()));
        }
        for (var fact : message.facts().values()) {
            text.append('\n').append(fact, 0, Math.min(fact.length(), WORDS_OF_FACT));
        }
        return text.toString();
    }

    static int traits(ContentFacts facts) {
        return (facts.eightBitHeader() ? 1 : 0)
                | (facts.eightBitBody() ? 2 : 0)
                | (facts.bareCrOrLf() ? 4 : 0)
                | (facts.nul() ? 8 : 0);
    }

    static ContentFacts facts(int traits, long longestLine) {
        return new ContentFacts(
                (traits & 1) != 0,
                (traits & 2) != 0,
                longestLine,
                (traits & 4) != 0,
                (traits & 8) != 0);
    }

    /// Whether chunks of it are in the store already.
    boolean staged() {
        return octets == null;
    }

    /// Takes away chunks that no transaction will come for, after a failure.
    void discard(Committer committer) {
        if (octets == null) {
            var _ = Staging.discard(message.id().value(), committer);
        }
    }

    /// A buffer of known size that gives its array away.
    private static final class Octets extends java.io.ByteArrayOutputStream {
        Octets(int size) {
            super(size);
        }

        byte[] all() {
            return count == buf.length ? buf : toByteArray();
        }
    }

    /// Cuts content into chunks and commits them one by one between the transactions of others.
    private static final class Staging extends OutputStream {
        private final long id;
        private final Committer committer;
        private final ArrayDeque<CompletableFuture<?>> waiting = new ArrayDeque<>();
        private byte[] chunk = new byte[CHUNK];
        private int filled;
        private int chunks;

        Staging(long id, Committer committer) {
            this.id = id;
            this.committer = committer;
        }

        int write(Content content) {
            try {
                content.writeTo(this);
                if (filled > 0) {
                    stage();
                }
                await(0);
                return chunks;
            } catch (IOException e) {
                var _ = discard(id, committer);
                throw unreadable(e);
            } catch (StoreException e) {
                var _ = discard(id, committer);
                throw e;
            }
        }

        static CompletableFuture<?> discard(long id, Committer committer) {
            return committer.submit(
                    0,
                    to -> {
                        to.update("DELETE FROM chunk WHERE message_id = ?", id);
                        return to.update("DELETE FROM staging WHERE message_id = ?", id);
                    });
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            int at = offset;
            for (int rest = length; rest > 0; ) {
                int part = Math.min(rest, CHUNK - filled);
                System.arraycopy(from, at, chunk, filled, part);
                filled += part;
                at += part;
                rest -= part;
                if (filled == CHUNK) {
                    stage();
                }
            }
        }

        private void stage() {
            int n = chunks++;
            var octets = filled == CHUNK ? chunk : Arrays.copyOf(chunk, filled);
            chunk = filled == CHUNK ? new byte[CHUNK] : chunk;
            filled = 0;
            await(AHEAD - 1);
            waiting.add(
                    committer.submit(
                            CHUNK,
                            to -> {
                                // With each chunk: the first one's write may be the one that
                                // failed.
                                to.update(
                                        "INSERT INTO staging (message_id) VALUES (?)"
                                                + " ON CONFLICT DO NOTHING",
                                        id);
                                return to.update(
                                        "INSERT INTO chunk (message_id, n, octets) VALUES (?, ?, ?)",
                                        id,
                                        n,
                                        octets);
                            }));
        }

        private void await(int most) {
            while (waiting.size() > most) {
                try {
                    waiting.remove().join();
                } catch (CompletionException e) {
                    throw e.getCause() instanceof StoreException s ? s : e;
                }
            }
        }
    }
}
