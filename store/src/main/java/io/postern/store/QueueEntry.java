package io.postern.store;

import java.time.Instant;

/// One line of `queue list`: a recipient that waits, with what an operator wants to see beside it.
///
/// @param state `queued` or `held`
/// @param lastDetail why it still waits; empty before the first attempt
public record QueueEntry(
        QueuedRecipient recipient,
        String reversePath,
        Instant receivedAt,
        long size,
        String state,
        String lastDetail) {}
