package io.postern.store;

import java.time.Instant;

/// The outcome of one attempt for one recipient.
public sealed interface Settlement {
    QueueId id();

    int number();

    Instant at();

    /// The remote's last reply, or what went wrong, with the host; for the event and for `explain`.
    String detail();

    /// Delivered or relayed: leaves the queue.
    record Delivered(QueueId id, int number, Instant at, String detail) implements Settlement {}

    /// Goes back into the queue.
    ///
    /// @param next when the next attempt is due
    /// @param deadline the next of delay notice and expiry
    /// @param countAttempt false when the attempt never reached this recipient (destination down)
    record Deferred(
            QueueId id,
            int number,
            Instant at,
            String detail,
            Instant next,
            Instant deadline,
            boolean countAttempt,
            boolean delayNoticeSent)
            implements Settlement {}

    /// Given up: leaves the queue. A DSN, if one is due, is accepted in the same transaction.
    record Failed(QueueId id, int number, Instant at, String detail) implements Settlement {}
}
