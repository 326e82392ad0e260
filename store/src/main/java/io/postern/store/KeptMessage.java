package io.postern.store;

import io.postern.mail.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What the store knows of a message, its content apart. Stays after delivery, until history
/// expires.
///
/// @param envelope with all recipients, also those already delivered
public record KeptMessage(
        QueueId id,
        Instant receivedAt,
        Envelope envelope,
        long size,
        Map<String, String> facts,
        List<Decision> decisions,
        List<MessageEvent> events,
        List<QueueEntry> waiting) {}
