package io.postern.store;

/// Statements that more than one class uses.
final class Sql {
    static final String EVENT =
            "INSERT INTO event (message_id, seq, at, kind, recipient, detail)"
                    + " VALUES (?, ?, ?, ?, ?, ?)";

    /// Waits for whoever takes it. The partial indexes are for just this condition.
    static final String FREE = "state = 'queued' AND taken_by = 0";

    /// The columns that [Entries] reads, of `recipient r`.
    static final String RECIPIENT =
            "r.message_id, r.number, r.path, r.notify, r.original_recipient, r.destination,"
                    + " r.attempts, r.due, r.deadline, r.expires, r.delay_notice_sent";

    private Sql() {}
}
