package io.postern.store;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;

/// Puts another header section on a message in the queue. Runs on the committer.
///
/// Of a message in chunks only those are written that the header section is in: the first grows or
/// shrinks, the others keep their size, so that megabytes of body need not move.
final class Replacing {
    private Replacing() {}

    private record Row(long receivedAt, int headerSize, int chunks) {}

    /// Whether it was done: not when the message left the queue, or somebody has it in memory.
    static boolean replace(Statements on, long seq, Replacement replacement) throws SQLException {
        long id = replacement.id().value();
        var row =
                on.first(
                        "SELECT received_at, header_size, chunks FROM message WHERE id = ?"
                                + " AND EXISTS (SELECT 1 FROM recipient WHERE message_id = ?)"
                                + " AND NOT EXISTS (SELECT 1 FROM recipient"
                                + " WHERE message_id = ? AND taken_by <> 0)",
                        found -> new Row(found.getLong(1), found.getInt(2), found.getInt(3)),
                        id,
                        id,
                        id);
        if (row.isEmpty() || !header(on, replacement, row.get())) {
            return false;
        }
        decisions(on, replacement);
        if (replacement.release()) {
            release(on, replacement, row.get());
        }
        on.update(
                Sql.EVENT,
                id,
                seq,
                replacement.at().toEpochMilli(),
                replacement.release() ? "released" : "resigned",
                null,
                replacement.why());
        return true;
    }

    private static boolean header(Statements on, Replacement replacement, Row row)
            throws SQLException {
        long id = replacement.id().value();
        var header = replacement.header().toBytes();
        int more = header.length - row.headerSize;
        boolean done =
                row.chunks == 0
                        ? inContent(on, id, header, row)
                        : inChunks(on, id, header, row, more);
        if (done) {
            on.update(
                    "UPDATE message SET size = size + ?, header_size = ? WHERE id = ?",
                    more,
                    header.length,
                    id);
        }
        return done;
    }

    private static boolean inContent(Statements on, long id, byte[] header, Row row)
            throws SQLException {
        var octets =
                on.first(
                        "SELECT octets FROM content WHERE message_id = ?",
                        found -> found.getBytes(1),
                        id);
        if (octets.isEmpty()) {
            return false;
        }
        on.update(
                "UPDATE content SET octets = ? WHERE message_id = ?",
                joined(header, octets.get(), row.headerSize),
                id);
        return true;
    }

    private static byte[] joined(byte[] header, byte[] old, int oldHeaderSize) {
        var all = Arrays.copyOf(header, header.length + old.length - oldHeaderSize);
        System.arraycopy(old, oldHeaderSize, all, header.length, old.length - oldHeaderSize);
        return all;
    }

    private static boolean inChunks(Statements on, long id, byte[] header, Row row, int more)
            throws SQLException {
        var old = new ByteArrayOutputStream();
        var sizes = new ArrayList<Integer>();
        while (old.size() < row.headerSize) {
            var chunk = chunk(on, id, sizes.size());
            if (chunk.isEmpty()) {
                return false;
            }
            sizes.add(chunk.get().length);
            old.writeBytes(chunk.get());
        }
        sizes.set(0, sizes.getFirst() + more);
        if (sizes.getFirst() <= 0) {
            return false; // shorter by more than a chunk: nobody takes so much away
        }
        var all = joined(header, old.toByteArray(), row.headerSize);
        int from = 0;
        for (int n = 0; n < sizes.size(); n++) {
            on.update(
                    "UPDATE chunk SET octets = ? WHERE message_id = ? AND n = ?",
                    Arrays.copyOfRange(all, from, from + sizes.get(n)),
                    id,
                    n);
            from += sizes.get(n);
        }
        return true;
    }

    private static Optional<byte[]> chunk(Statements on, long id, int n) throws SQLException {
        return on.first(
                "SELECT octets FROM chunk WHERE message_id = ? AND n = ?",
                found -> found.getBytes(1),
                id,
                n);
    }

    private static void decisions(Statements on, Replacement replacement) throws SQLException {
        long id = replacement.id().value();
        var before =
                on.first(
                        "SELECT decisions FROM record WHERE message_id = ?",
                        found -> found.getString(1),
                        id);
        if (before.isPresent()) {
            var all = new ArrayList<>(Json.decisions(before.get()));
            all.addAll(replacement.decisions());
            on.update(
                    "UPDATE record SET decisions = ? WHERE message_id = ?",
                    Json.decisions(all),
                    id);
        }
    }

    private static void release(Statements on, Replacement replacement, Row row)
            throws SQLException {
        long now = replacement.at().toEpochMilli();
        long held = Math.max(0, now - row.receivedAt);
        on.update(
                "UPDATE recipient SET state = 'queued', due = ?, deadline = deadline + ?,"
                        + " expires = expires + ? WHERE message_id = ? AND state = 'held'",
                now,
                held,
                held,
                replacement.id().value());
    }
}
