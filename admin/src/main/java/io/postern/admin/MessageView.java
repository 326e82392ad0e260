package io.postern.admin;

import io.postern.store.KeptMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// All that is known of one message, its content apart.
///
/// @param from the reverse-path with its angle brackets
/// @param to all forward-paths, also those already delivered
/// @param size in octets
/// @param facts client, helo, listener, protocol, author, messageId, subject and so on
/// @param decisions every check in order: what it looked at, what it concluded
/// @param events everything that happened, oldest first
/// @param waiting what has still to be delivered
public record MessageView(
        String id,
        Instant received,
        String from,
        List<String> to,
        long size,
        Map<String, String> facts,
        List<DecisionView> decisions,
        List<EventView> events,
        List<QueueItem> waiting) {
    /// One check.
    public record DecisionView(String check, String conclusion, Map<String, String> inputs) {}

    /// One thing that happened.
    ///
    /// @param recipient the forward-path; empty when it concerns the whole message
    public record EventView(Instant at, String kind, String recipient, String detail) {}

    static MessageView of(KeptMessage kept) {
        return new MessageView(
                kept.id().toString(),
                kept.receivedAt(),
                kept.envelope().reversePath().toString(),
                kept.envelope().recipients().stream()
                        .map(recipient -> recipient.path().toString())
                        .toList(),
                kept.size(),
                kept.facts(),
                kept.decisions().stream()
                        .map(d -> new DecisionView(d.check(), d.conclusion(), d.inputs()))
                        .toList(),
                kept.events().stream()
                        .map(e -> new EventView(e.at(), e.kind(), e.recipient(), e.detail()))
                        .toList(),
                kept.waiting().stream().map(QueueItem::of).toList());
    }
}
