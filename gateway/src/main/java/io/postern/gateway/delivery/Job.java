package io.postern.gateway.delivery;

import io.postern.mail.Envelope;
import io.postern.store.QueueId;
import io.postern.store.QueuedRecipient;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One message for one destination: what one transaction carries.
///
/// @param origin who stands behind the reverse-path
/// @param envelope the message's envelope with this job's recipients only, in the order of
///   `recipients`
/// @param recipients their rows
/// @param fresh the content when it is still in memory; else it is read from the store
record Job(
        QueueId id,
        Origin origin,
        Instant receivedAt,
        Envelope envelope,
        List<QueuedRecipient> recipients,
        Optional<FreshContent> fresh) {
    Job {
        recipients = List.copyOf(recipients);
    }
}
