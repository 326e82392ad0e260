package io.postern.store;

import io.postern.mail.Content;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.SuppliedContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Content that lies in the store: its header section in memory, its body read chunk by chunk.
final class StoredContent {
    private StoredContent() {}

    /// @param chunks 0: one row of `content`; else so many of `chunk`
    /// @param first octets of that row, or of the first chunk, which alone may be of any size: see
    ///   [Replacing]
    private record Row(
            long id,
            long size,
            int headerSize,
            int chunks,
            int traits,
            long longestLine,
            int first) {}

    /// A row with the octets that were read with it.
    private static final class Found {
        final Row row;
        final byte[] first;

        Found(Row row, byte[] first) {
            this.row = row;
            this.first = first;
        }
    }

    static Optional<Content> open(Readers readers, long id) {
        // In one statement, so that header section and sizes are of the same state.
        var found =
                readers.read(on ->
                        on.first(
                                "SELECT m.size, m.header_size, m.chunks, m.traits, m.longest_line,"
                                        + " coalesce(c.octets, k.octets) FROM message m"
                                        + " LEFT JOIN content c ON c.message_id = m.id"
                                        + " LEFT JOIN chunk k ON k.message_id = m.id AND k.n = 0"
                                        + " WHERE m.id = ? AND EXISTS"
                                        + " (SELECT 1 FROM recipient WHERE message_id = ?)",
                                row -> found(id, row),
                                id,
                                id));
        return found.flatMap(Function.identity()).flatMap(one -> open(readers, one));
    }

    private static Optional<Found> found(long id, ResultSet row) throws SQLException {
        byte @Nullable [] first = row.getBytes(6);
        return first == null
                ? Optional.empty()
                : Optional.of(
                        new Found(
                                new Row(
                                        id,
                                        row.getLong(1),
                                        row.getInt(2),
                                        row.getInt(3),
                                        row.getInt(4),
                                        row.getLong(5),
                                        first.length),
                                first));
    }

    private static Optional<Content> open(Readers readers, Found found) {
        var row = found.row;
        var header = new ByteArrayOutputStream(row.headerSize);
        header.write(found.first, 0, Math.min(found.first.length, row.headerSize));
        for (int n = 1; header.size() < row.headerSize; n++) {
            var octets = chunk(readers, row, n);
            if (octets.isEmpty()) {
                return Optional.empty(); // delivered meanwhile
            }
            header.write(
                    octets.get(), 0, Math.min(octets.get().length, row.headerSize - header.size()));
        }
        // What comes in one piece is kept; the rest is fetched as it is asked for.
        var kept = row.chunks == 0 ? Optional.of(found.first) : Optional.<byte[]>empty();
        return Optional.of(
                SuppliedContent.of(
                        parse(header.toByteArray()),
                        row.size - row.headerSize - 2,
                        Kept.facts(row.traits, row.longestLine),
                        () -> new Body(readers, row, kept),
                        () -> {}));
    }

    private static HeaderFields parse(byte[] section) {
        var limits = new HeaderLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);
        return switch (HeaderFields.parse(section, limits)) {
            case HeaderParse.Parsed(var fields, _) -> fields;
            case HeaderParse.TooLarge(var why) -> throw new IllegalStateException(why);
        };
    }

    private static Optional<byte[]> chunk(Readers readers, Row row, int n) {
        return row.chunks == 0
                ? readers.read(on ->
                        on.first(
                                "SELECT octets FROM content WHERE message_id = ?",
                                found -> found.getBytes(1),
                                row.id))
                : readers.read(on ->
                        on.first(
                                "SELECT octets FROM chunk WHERE message_id = ? AND n = ?",
                                found -> found.getBytes(1),
                                row.id,
                                n));
    }

    /// Confined to one thread.
    private static final class Body extends InputStream {
        private final Readers readers;
        private final Row row;
        private long at;
        private byte[] octets;
        private int octetsFrom;

        Body(Readers readers, Row row, Optional<byte[]> kept) {
            this.readers = readers;
            this.row = row;
            at = row.headerSize + 2L;
            octets = kept.orElseGet(() -> new byte[0]);
            octetsFrom = kept.isPresent() ? 0 : -1;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            if (at >= row.size) {
                return -1;
            }
            int n = at < row.first ? 0 : 1 + (int) ((at - row.first) / Kept.CHUNK);
            if (n != octetsFrom) {
                octets = fetch(n);
                octetsFrom = n;
            }
            int from = (int) (n == 0 ? at : (at - row.first) % Kept.CHUNK);
            int part = Math.min(length, octets.length - from);
            if (part <= 0) {
                throw new IOException("content of " + new QueueId(row.id) + " ends early");
            }
            System.arraycopy(octets, from, into, offset, part);
            at += part;
            return part;
        }

        private byte[] fetch(int n) throws IOException {
            try {
                var fetched =
                        chunk(readers, row, n)
                                .orElseThrow(() ->
                                        new IOException(
                                                "content of "
                                                        + new QueueId(row.id)
                                                        + " was deleted while it was read"));
                if (n == 0 && fetched.length != row.first) {
                    throw new IOException(
                            "content of " + new QueueId(row.id) + " changed while it was read");
                }
                return fetched;
            } catch (StoreException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
