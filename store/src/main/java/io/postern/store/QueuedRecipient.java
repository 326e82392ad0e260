package io.postern.store;

import io.postern.mail.EnvelopeRecipient;
import java.time.Instant;

/// One recipient of a message that waits for delivery.
///
/// @param number place in the envelope, from 0
/// @param attempts attempts made so far
/// @param delayNoticeSent whether a delay DSN went out already (one is enough)
public record QueuedRecipient(
        QueueId id,
        int number,
        EnvelopeRecipient recipient,
        String destination,
        int attempts,
        Instant due,
        Instant deadline,
        Instant expires,
        boolean delayNoticeSent) {}
