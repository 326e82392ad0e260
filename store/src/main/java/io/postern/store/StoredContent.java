package io.postern.store;

import io.postern.mail.Content;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.SuppliedContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/// Content that lies in the store: its header section in memory, its body read chunk by chunk.
final class StoredContent {
    private StoredContent() {}

    /// @param chunks 0: one row of `content`; else so many of `chunk`
    private record Row(
            long id, long size, int headerSize, int chunks, int traits, long longestLine) {}

    static Optional<Content> open(Readers readers, long id) {
        var row =
                readers.read(on ->
                        on.first(
                                "SELECT size, header_size, chunks, traits, longest_line"
                                        + " FROM message WHERE id = ? AND EXISTS"
                                        + " (SELECT 1 FROM recipient WHERE message_id = ?)",
                                found ->
                                        new Row(
                                                id,
                                                found.getLong(1),
                                                found.getInt(2),
                                                found.getInt(3),
                                                found.getInt(4),
                                                found.getLong(5)),
                                id,
                                id));
        return row.flatMap(found -> open(readers, found));
    }

    private static Optional<Content> open(Readers readers, Row row) {
        var header = new ByteArrayOutputStream(row.headerSize);
        byte[] first = new byte[0];
        for (int n = 0; header.size() < row.headerSize; n++) {
            var octets = chunk(readers, row, n);
            if (octets.isEmpty()) {
                return Optional.empty(); // delivered meanwhile
            }
            first = n == 0 ? octets.get() : first;
            header.write(
                    octets.get(), 0, Math.min(octets.get().length, row.headerSize - header.size()));
        }
        // What comes in one piece is kept; the rest is fetched as it is asked for.
        var kept = row.chunks == 0 ? Optional.of(first) : Optional.<byte[]>empty();
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
            int n = row.chunks == 0 ? 0 : (int) (at / Kept.CHUNK);
            if (n != octetsFrom) {
                octets = fetch(n);
                octetsFrom = n;
            }
            int from = (int) (at - (long) n * Kept.CHUNK);
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
                return chunk(readers, row, n)
                        .orElseThrow(() ->
                                new IOException(
                                        "content of "
                                                + new QueueId(row.id)
                                                + " was deleted while it was read"));
            } catch (StoreException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
