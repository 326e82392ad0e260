package io.postern.store;

import java.time.Instant;

/// One thing that happened to a message. Kept after the message has gone, until history expires.
///
/// @param kind received, queued, delivered, deferred, failed, held, released, deleted, dsn
/// @param recipient the forward-path, or empty when it concerns the whole message
public record MessageEvent(QueueId id, Instant at, String kind, String recipient, String detail) {}
