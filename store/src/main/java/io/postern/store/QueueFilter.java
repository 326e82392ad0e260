package io.postern.store;

import java.time.Instant;
import java.util.Optional;

/// Which queued recipients an operator means; all conditions that are given must hold.
///
/// @param domain the recipient's domain, exactly
/// @param from part of the reverse-path, without case
/// @param to part of the forward-path, without case
/// @param receivedBefore for `--older-than`
/// @param receivedAfter for `--newer-than`
/// @param state `queued` or `held`
public record QueueFilter(
        Optional<QueueId> id,
        Optional<String> domain,
        Optional<String> from,
        Optional<String> to,
        Optional<Instant> receivedBefore,
        Optional<Instant> receivedAfter,
        Optional<String> state) {
    /// Everything in the queue.
    public static final QueueFilter ALL =
            new QueueFilter(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    /// All recipients of one message.
    public static QueueFilter of(QueueId id) {
        return new QueueFilter(
                Optional.of(id),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
