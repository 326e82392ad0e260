package io.postern.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes the queue: what became of recipients, and what operators do to them. All run on the
/// committer.
final class Outcomes {
    private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);

    private final Ids ids;

    Outcomes(Ids ids) {
        this.ids = ids;
    }

    void settle(Statements on, List<Settlement> settlements) throws SQLException {
        var left = new LinkedHashSet<Long>();
        for (var settlement : settlements) {
            settle(on, settlement, left);
        }
        deleteContent(on, left);
    }

    private void settle(Statements on, Settlement settlement, Set<Long> left) throws SQLException {
        switch (settlement) {
            case Settlement.Delivered delivered -> leave(on, delivered, "delivered", left);
            case Settlement.Failed failed -> leave(on, failed, "failed", left);
            case Settlement.Deferred deferred -> defer(on, deferred);
        }
    }

    private void leave(Statements on, Settlement settlement, String kind, Set<Long> left)
            throws SQLException {
        if (remove(on, settlement.id().value(), settlement.number())) {
            event(on, settlement, kind);
            left.add(settlement.id().value());
        } else {
            unknown(settlement);
        }
    }

    private void defer(Statements on, Settlement.Deferred deferred) throws SQLException {
        int changed =
                on.update(
                        "UPDATE recipient SET taken_by = 0, attempts = attempts + ?, due = ?,"
                                + " deadline = ?, delay_notice_sent = ?, last_detail = ?"
                                + " WHERE message_id = ? AND number = ?",
                        deferred.countAttempt() ? 1 : 0,
                        deferred.next().toEpochMilli(),
                        deferred.deadline().toEpochMilli(),
                        deferred.delayNoticeSent() ? 1 : 0,
                        deferred.detail(),
                        deferred.id().value(),
                        deferred.number());
        if (changed == 0) {
            unknown(deferred);
        } else if (deferred.countAttempt()) {
            event(on, deferred, "deferred");
        }
    }

    private static void unknown(Settlement settlement) {
        LOG.warn(
                "An outcome for {} recipient {}, which does not wait: {}",
                settlement.id(),
                settlement.number(),
                settlement.detail());
    }

    private static boolean remove(Statements on, long id, int number) throws SQLException {
        return on.update("DELETE FROM recipient WHERE message_id = ? AND number = ?", id, number)
                > 0;
    }

    private void event(Statements on, Settlement settlement, String kind) throws SQLException {
        on.update(
                Sql.EVENT,
                settlement.id().value(),
                ids.next(),
                settlement.at().toEpochMilli(),
                kind,
                settlement.number(),
                settlement.detail());
    }

    /// Deletes the content of those for which nobody waits any more.
    private static void deleteContent(Statements on, Set<Long> left) throws SQLException {
        var empty = " AND NOT EXISTS (SELECT 1 FROM recipient WHERE message_id = ?)";
        for (long id : left) {
            if (on.update("DELETE FROM content WHERE message_id = ?" + empty, id, id) == 0) {
                on.update("DELETE FROM chunk WHERE message_id = ?" + empty, id, id);
            }
        }
    }

    /// What an operator does to entries.
    enum Act {
        HOLD("UPDATE recipient SET state = 'held'", "state = 'queued'", "held"),
        RELEASE("UPDATE recipient SET state = 'queued', due = ?", "state = 'held'", "released"),
        RETRY("UPDATE recipient SET due = ?", "state = 'queued'", "queued"),
        DELETE("DELETE FROM recipient", "1 = 1", "deleted");

        private final String change;
        private final String where;
        private final String event;

        Act(String change, String where, String event) {
            this.change =
                    change + " WHERE message_id = ? AND number = ? AND taken_by = 0 AND " + where;
            this.where = where;
            this.event = event;
        }

        /// Which entries it can change.
        String where() {
            return where;
        }

        private boolean setsDue() {
            return this == RELEASE || this == RETRY;
        }
    }

    /// Does it to those that are still as they were when they were looked up. Returns how many.
    int act(Statements on, Act act, List<Entries.Key> keys, Instant at, String why)
            throws SQLException {
        var left = new LinkedHashSet<Long>();
        int changed = 0;
        for (var key : keys) {
            int rows =
                    act.setsDue()
                            ? on.update(act.change, at.toEpochMilli(), key.id(), key.number())
                            : on.update(act.change, key.id(), key.number());
            if (rows > 0) {
                changed++;
                on.update(
                        Sql.EVENT,
                        key.id(),
                        ids.next(),
                        at.toEpochMilli(),
                        act.event,
                        key.number(),
                        why);
                left.add(key.id());
            }
        }
        if (act == Act.DELETE) {
            deleteContent(on, left);
        }
        return changed;
    }

    /// Takes the recipients that `where` names, in order.
    static List<QueuedRecipient> take(Statements on, long run, String where, Object... arguments)
            throws SQLException {
        var found =
                on.query(
                        "SELECT "
                                + Sql.RECIPIENT
                                + " FROM recipient r WHERE "
                                + Sql.FREE
                                + " AND "
                                + where,
                        Entries::recipient,
                        arguments);
        for (var recipient : found) {
            on.update(
                    "UPDATE recipient SET taken_by = ? WHERE message_id = ? AND number = ?",
                    run,
                    recipient.id().value(),
                    recipient.number());
        }
        return found;
    }

    static void giveBack(Statements on, long run, List<QueuedRecipient> recipients)
            throws SQLException {
        for (var recipient : recipients) {
            on.update(
                    "UPDATE recipient SET taken_by = 0"
                            + " WHERE message_id = ? AND number = ? AND taken_by = ?",
                    recipient.id().value(),
                    recipient.number(),
                    run);
        }
    }
}
