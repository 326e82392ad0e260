package io.postern.store;

import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.List;

/// Another header section for a message that waits in the queue; its body stays.
///
/// @param header whole, as it will leave
/// @param decisions added to the decision record
/// @param at when
/// @param why for the event
/// @param release whether recipients that are held are let go, due at once. The time for which the
///   message was held does not count: delay notice and expiry are put off by as much.
public record Replacement(
        QueueId id,
        HeaderFields header,
        List<Decision> decisions,
        Instant at,
        String why,
        boolean release) {
    public Replacement {
        decisions = List.copyOf(decisions);
    }
}
