package io.postern.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads the queue: entries, filters, counts.
final class Entries {
    private Entries() {}

    /// The place of a recipient in the queue.
    record Key(long id, int number) {
        static final Key START = new Key(0, -1);
    }

    /// A filter as SQL over `recipient r JOIN message m`.
    ///
    /// @param where conditions joined by AND; never empty
    /// @param needsMessage whether a condition names `m`
    record Condition(String where, List<Object> arguments, boolean needsMessage) {
        static Condition of(QueueFilter filter) {
            var where = new StringBuilder("1 = 1");
            var arguments = new ArrayList<>();
            filter.id().ifPresent(id -> add(where, arguments, "r.message_id = ?", id.value()));
            filter.domain()
                    .ifPresent(domain ->
                            add(
                                    where,
                                    arguments,
                                    "r.path LIKE ? ESCAPE '\\'",
                                    "%@" + literal(domain.toLowerCase(Locale.ROOT))));
            filter.to()
                    .ifPresent(to -> add(where, arguments, "r.path LIKE ? ESCAPE '\\'", part(to)));
            filter.state().ifPresent(state -> add(where, arguments, "r.state = ?", state));
            filter.from()
                    .ifPresent(from ->
                            add(where, arguments, "m.reverse_path LIKE ? ESCAPE '\\'", part(from)));
            filter.receivedBefore()
                    .ifPresent(at -> add(where, arguments, "m.received_at < ?", at.toEpochMilli()));
            filter.receivedAfter()
                    .ifPresent(at -> add(where, arguments, "m.received_at > ?", at.toEpochMilli()));
            boolean needsMessage =
                    filter.from().isPresent()
                            || filter.receivedBefore().isPresent()
                            || filter.receivedAfter().isPresent();
            return new Condition(where.toString(), arguments, needsMessage);
        }

        private static void add(
                StringBuilder where, List<Object> arguments, String condition, Object argument) {
            where.append(" AND ").append(condition);
            arguments.add(argument);
        }

        /// This and one more condition on `r`, which is the only table with the column.
        Condition and(String more) {
            return new Condition(where + " AND " + more, arguments, needsMessage);
        }

        /// `recipient r`, with the message when it is named.
        String from() {
            return needsMessage
                    ? "recipient r JOIN message m ON m.id = r.message_id"
                    : "recipient r";
        }

        Object[] with(Object... more) {
            var all = new ArrayList<>(arguments);
            all.addAll(List.of(more));
            return all.toArray();
        }
    }

    /// A LIKE pattern for texts in which the part occurs.
    static String part(String text) {
        return "%" + literal(text) + "%";
    }

    private static String literal(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    static QueuedRecipient recipient(ResultSet row) throws SQLException {
        return new QueuedRecipient(
                new QueueId(row.getLong(1)),
                row.getInt(2),
                Paths.recipient(row.getString(3), row.getString(4), row.getString(5)),
                row.getString(6),
                row.getInt(7),
                Instant.ofEpochMilli(row.getLong(8)),
                Instant.ofEpochMilli(row.getLong(9)),
                Instant.ofEpochMilli(row.getLong(10)),
                row.getInt(11) != 0);
    }

    private static QueueEntry entry(ResultSet row) throws SQLException {
        return new QueueEntry(
                recipient(row),
                Paths.reversePath(row.getString(12)).toString(),
                Instant.ofEpochMilli(row.getLong(13)),
                row.getLong(14),
                row.getString(15),
                row.getString(16));
    }

    static List<QueueEntry> list(Statements on, Condition condition, long afterId, int limit)
            throws SQLException {
        // CROSS JOIN keeps the order of the tables: the queue leads, in the order of its key.
        var select =
                "SELECT "
                        + Sql.RECIPIENT
                        + ", m.reverse_path, m.received_at, m.size, r.state, r.last_detail"
                        + " FROM recipient r CROSS JOIN message m ON m.id = r.message_id WHERE "
                        + condition.where();
        var order = " ORDER BY r.message_id, r.number";
        var found =
                on.query(
                        select + " AND r.message_id > ?" + order + " LIMIT ?",
                        Entries::entry,
                        condition.with(afterId, limit));
        if (found.size() < limit || found.isEmpty()) {
            return found;
        }
        // The page may end inside a message, and the next one starts after that message.
        var last = found.getLast().recipient();
        found.addAll(
                on.query(
                        select + " AND r.message_id = ? AND r.number > ?" + order,
                        Entries::entry,
                        condition.with(last.id().value(), last.number())));
        return found;
    }

    /// Messages of the next so many whose decisions have these inputs in a row.
    static MessageStore.Part decided(
            Statements on, Map<String, String> inputs, boolean heldOnly, long afterId, int limit)
            throws SQLException {
        var json = Json.facts(inputs);
        var seen = new ArrayList<QueueId>();
        var found = new ArrayList<QueueId>();
        on.query(
                "SELECT q.message_id, EXISTS (SELECT 1 FROM record r"
                        + " WHERE r.message_id = q.message_id AND r.decisions LIKE ? ESCAPE '\\')"
                        + " FROM (SELECT DISTINCT message_id FROM recipient WHERE message_id > ?"
                        + (heldOnly ? " AND state = 'held'" : "")
                        + " ORDER BY message_id LIMIT ?) q ORDER BY q.message_id",
                row -> {
                    var id = new QueueId(row.getLong(1));
                    seen.add(id);
                    return row.getBoolean(2) && found.add(id);
                },
                part(json.substring(1, json.length() - 1)),
                afterId,
                limit);
        return new MessageStore.Part(
                List.copyOf(found),
                seen.size() < limit ? Optional.empty() : Optional.of(seen.getLast()));
    }

    static long count(Statements on, Condition condition) throws SQLException {
        return on.first(
                        "SELECT count(*) FROM " + condition.from() + " WHERE " + condition.where(),
                        row -> row.getLong(1),
                        condition.with())
                .orElseThrow();
    }

    /// Recipients that match and that nobody has taken, after a place, in order.
    static List<Key> keys(Statements on, Condition condition, Key after, int limit)
            throws SQLException {
        return on.query(
                "SELECT r.message_id, r.number FROM "
                        + condition.from()
                        + " WHERE "
                        + condition.where()
                        + " AND r.taken_by = 0 AND (r.message_id, r.number) > (?, ?)"
                        + " ORDER BY r.message_id, r.number LIMIT ?",
                row -> new Key(row.getLong(1), row.getInt(2)),
                condition.with(after.id(), after.number(), limit));
    }

    /// Walks from one destination to the next in the index, so that the price is by destination and
    /// not by entry.
    static Map<String, Instant> waitingDestinations(Statements on) throws SQLException {
        var found = new HashMap<String, Instant>();
        var next =
                "SELECT destination, due FROM recipient WHERE "
                        + Sql.FREE
                        + " AND destination > ? ORDER BY destination, due LIMIT 1";
        Optional<Map.Entry<String, Instant>> at = Optional.of(Map.entry("", Instant.EPOCH));
        while (at.isPresent()) {
            at =
                    on.first(
                            next,
                            row ->
                                    Map.entry(
                                            row.getString(1), Instant.ofEpochMilli(row.getLong(2))),
                            at.get().getKey());
            at.ifPresent(entry -> found.put(entry.getKey(), entry.getValue()));
        }
        return found;
    }

    static Map<String, Long> countByDestination(Statements on) throws SQLException {
        var found = new HashMap<String, Long>();
        // The first in the order of its index, without sorting; the others are few.
        for (var which : List.of(Sql.FREE, "NOT (" + Sql.FREE + ")")) {
            on.query(
                            "SELECT destination, count(*) FROM recipient WHERE "
                                    + which
                                    + " GROUP BY destination",
                            row -> Map.entry(row.getString(1), row.getLong(2)))
                    .forEach(entry -> found.merge(entry.getKey(), entry.getValue(), Long::sum));
        }
        return found;
    }
}
