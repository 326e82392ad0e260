package io.postern.gateway.seen;

import java.util.List;
import java.util.Optional;

/// Some of the messages that were seen, oldest first.
///
/// @param unreadable entries passed over: broken, or of another version's form
/// @param next where the next page begins; empty on the last
public record SeenPage(List<SeenMessage> messages, int unreadable, Optional<String> next) {
    public SeenPage {
        messages = List.copyOf(messages);
    }
}
