package io.postern.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads and expires what is known of messages, also of those that have left the queue.
final class History {
    /// How many messages a search looks at in one query, and in all.
    private static final int SEARCH_STEP = 100_000;

    private static final int SEARCH_ALL = 5_000_000;

    private History() {}

    private record Message(
            Instant receivedAt, long size, String envelope, String facts, String decisions) {}

    private record Event(Instant at, String kind, OptionalInt recipient, String detail) {}

    static Optional<KeptMessage> find(Statements on, QueueId id) throws SQLException {
        var found =
                on.first(
                        "SELECT m.received_at, m.size, r.envelope, r.facts, r.decisions"
                                + " FROM message m JOIN record r ON r.message_id = m.id"
                                + " WHERE m.id = ?",
                        History::message,
                        id.value());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var message = found.get();
        var envelope = Json.envelope(message.envelope);
        var facts = Json.facts(message.facts);
        var events = new ArrayList<MessageEvent>();
        events.add(
                new MessageEvent(
                        id,
                        message.receivedAt,
                        "received",
                        "",
                        message.size
                                + " octets"
                                + Optional.ofNullable(facts.get("client"))
                                        .map(client -> " from " + client)
                                        .orElse("")));
        var stored =
                on.query(
                        "SELECT at, kind, recipient, detail FROM event WHERE message_id = ?"
                                + " ORDER BY seq",
                        History::event,
                        id.value());
        for (var event : stored) {
            var recipient =
                    event.recipient.isEmpty()
                            ? ""
                            : envelope.recipients()
                                    .get(event.recipient.getAsInt())
                                    .path()
                                    .toString();
            events.add(new MessageEvent(id, event.at, event.kind, recipient, event.detail));
        }
        var filter = QueueFilter.of(id);
        var waiting = Entries.list(on, Entries.Condition.of(filter), 0, Integer.MAX_VALUE);
        return Optional.of(
                new KeptMessage(
                        id,
                        message.receivedAt,
                        envelope,
                        message.size,
                        facts,
                        Json.decisions(message.decisions),
                        List.copyOf(events),
                        List.copyOf(waiting)));
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(
                Instant.ofEpochMilli(row.getLong(1)),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getString(5));
    }

    private static Event event(ResultSet row) throws SQLException {
        int recipient = row.getInt(3);
        return new Event(
                Instant.ofEpochMilli(row.getLong(1)),
                row.getString(2),
                row.wasNull() ? OptionalInt.empty() : OptionalInt.of(recipient),
                row.getString(4));
    }

    static List<KeptMessage> search(Readers readers, String text, int limit) {
        var ids = new ArrayList<QueueId>();
        QueueId.parse(text.strip())
                .filter(id -> readers.read(on -> find(on, id)).isPresent())
                .ifPresent(ids::add);
        long below = Long.MAX_VALUE;
        for (int seen = 0; seen < SEARCH_ALL && ids.size() < limit; seen += SEARCH_STEP) {
            long from = below;
            // One query a step, so that no reading transaction is long: it would keep the log.
            var lowest =
                    readers.readWide(on ->
                            on.first(
                                    "SELECT id FROM message WHERE id < ? ORDER BY id DESC"
                                            + " LIMIT 1 OFFSET "
                                            + (SEARCH_STEP - 1),
                                    row -> row.getLong(1),
                                    from));
            long to = lowest.orElse(0L);
            readers
                    .readWide(on ->
                            on.query(
                                    "SELECT id FROM message WHERE id < ? AND id >= ?"
                                            + " AND words LIKE ? ESCAPE '\\'"
                                            + " ORDER BY id DESC LIMIT ?",
                                    row -> new QueueId(row.getLong(1)),
                                    from,
                                    to,
                                    Entries.part(text),
                                    limit))
                    .stream()
                    .filter(id -> !ids.contains(id))
                    .forEach(ids::add);
            if (lowest.isEmpty()) {
                break;
            }
            below = to;
        }
        return ids.stream()
                .limit(limit)
                .flatMap(id -> readers.read(on -> find(on, id)).stream())
                .toList();
    }

    /// Messages of which nothing waits and nothing happened since, oldest first.
    static List<Long> expired(Statements on, Instant before, int limit) throws SQLException {
        long millis = before.toEpochMilli();
        return on.query(
                "SELECT id FROM message m WHERE received_at < ?"
                        + " AND NOT EXISTS (SELECT 1 FROM recipient WHERE message_id = m.id)"
                        + " AND NOT EXISTS"
                        + " (SELECT 1 FROM event WHERE message_id = m.id AND at >= ?)"
                        + " AND id < ? ORDER BY id LIMIT ?",
                row -> row.getLong(1),
                millis,
                millis,
                // The id is its time, unless the clock stepped back; then it is kept a little
                // longer.
                Ids.at(millis),
                limit);
    }

    static int expire(Statements on, List<Long> ids) throws SQLException {
        int gone = 0;
        for (long id : ids) {
            on.update("DELETE FROM event WHERE message_id = ?", id);
            on.update("DELETE FROM record WHERE message_id = ?", id);
            gone += on.update("DELETE FROM message WHERE id = ?", id);
        }
        return gone;
    }
}
