package io.postern.admin;

import io.postern.store.QueueEntry;
import java.time.Instant;

/// A recipient that waits for delivery.
///
/// @param recipient place in the envelope, from 0
/// @param from the reverse-path with its angle brackets
/// @param to the forward-path with its angle brackets
/// @param destination the domain or route whose queue it is in
/// @param size of the message, in octets
/// @param due when the next attempt may begin
/// @param expires when delivery is given up
/// @param detail why it still waits; empty before the first attempt
public record QueueItem(
        String id,
        int recipient,
        String from,
        String to,
        String destination,
        String state,
        Instant received,
        long size,
        int attempts,
        Instant due,
        Instant expires,
        String detail) {
    static QueueItem of(QueueEntry entry) {
        var waiting = entry.recipient();
        return new QueueItem(
                waiting.id().toString(),
                waiting.number(),
                entry.reversePath(),
                waiting.recipient().path().toString(),
                waiting.destination(),
                entry.state(),
                entry.receivedAt(),
                entry.size(),
                waiting.attempts(),
                waiting.due(),
                waiting.expires(),
                entry.lastDetail());
    }
}
