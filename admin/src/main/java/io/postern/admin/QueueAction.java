package io.postern.admin;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What can be done to entries of the queue.
public enum QueueAction {
    /// Not delivered until released.
    HOLD,
    /// Delivered again.
    RELEASE,
    /// The next attempt is due now.
    RETRY,
    /// Removed without a DSN.
    DELETE;

    /// The word in commands and paths.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<QueueAction> of(String word) {
        return Arrays.stream(values()).filter(action -> action.word().equals(word)).findFirst();
    }
}
