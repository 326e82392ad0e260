package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.util.Optional;

/// The session can't go on: unwinds to the top of it. Never an error of ours.
final class SessionEnd extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Optional<Reply> lastReply;

    /// @param lastReply what the client is told, if it can be told anything
    SessionEnd(String reason, Optional<Reply> lastReply) {
        super(reason, null, false, false);
        this.lastReply = lastReply;
    }

    static SessionEnd telling(Reply reply, String reason) {
        return new SessionEnd(reason, Optional.of(reply));
    }

    static SessionEnd silent(String reason) {
        return new SessionEnd(reason, Optional.empty());
    }

    String reason() {
        var message = getMessage();
        return message == null ? "" : message;
    }

    Optional<Reply> lastReply() {
        return lastReply;
    }
}
