package io.postern.store;

import io.postern.mail.Content;
import io.postern.mail.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A message to be kept: all of it, or nothing.
///
/// @param id from [MessageStore#nextId]
/// @param envelope its recipients are queued in order, numbered from 0
/// @param content byte for byte what will leave
/// @param destinations for each recipient in order, the queue it waits in (a domain, or a route's
///   name)
/// @param deadline when the first of delay notice and expiry is due
/// @param expires when delivery is given up
/// @param due when the first attempt is due; later than `receivedAt` when the destination is known
///   to be down
/// @param inMemory whether the caller keeps the message and delivers it itself (then `take` does
///   not give it out)
/// @param facts for search and explain: client, helo, listener, protocol, author, messageId,
///   subject and so on
/// @param decisions the decision record
public record NewMessage(
        QueueId id,
        Instant receivedAt,
        Envelope envelope,
        Content content,
        List<String> destinations,
        Instant due,
        Instant deadline,
        Instant expires,
        boolean inMemory,
        Map<String, String> facts,
        List<Decision> decisions) {}
