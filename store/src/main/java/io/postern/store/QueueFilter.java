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

    /// The same with this condition too.
    public QueueFilter withDomain(String value) {
        return new QueueFilter(id, Optional.of(value), from, to, receivedBefore, receivedAfter, state);
    }

    /// The same with this condition too.
    public QueueFilter withFrom(String value) {
        return new QueueFilter(id, domain, Optional.of(value), to, receivedBefore, receivedAfter, state);
    }

    /// The same with this condition too.
    public QueueFilter withTo(String value) {
        return new QueueFilter(id, domain, from, Optional.of(value), receivedBefore, receivedAfter, state);
    }

    /// The same with this condition too.
    public QueueFilter withReceivedBefore(Instant value) {
        return new QueueFilter(id, domain, from, to, Optional.of(value), receivedAfter, state);
    }

    /// The same with this condition too.
    public QueueFilter withReceivedAfter(Instant value) {
        return new QueueFilter(id, domain, from, to, receivedBefore, Optional.of(value), state);
    }

    /// The same with this condition too.
    public QueueFilter withState(String value) {
        return new QueueFilter(id, domain, from, to, receivedBefore, receivedAfter, Optional.of(value));
    }
}
