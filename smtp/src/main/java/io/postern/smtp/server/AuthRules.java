package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.util.Optional;

/// Whether AUTH may begin. RFC 4954 §4.
final class AuthRules {
    private AuthRules() {}

    /// The reply when it may not.
    ///
    /// @param mechanism that the client asks for
    static Optional<Reply> whyNot(
            ServerSettings settings, SessionHandler handler, SessionFacts facts, String mechanism) {
        if (facts.user().isPresent()) {
            return Optional.of(Reply.of(503, "5.5.1", "authenticated already")); // RFC 4954 §4
        }
        if (!facts.esmtp()) {
            return Optional.of(Reply.of(503, "5.5.1", "say EHLO first"));
        }
        var offered = handler.mechanisms(facts);
        if (offered.contains(mechanism)) {
            return Optional.empty();
        }
        // RFC 4954 §6: 538 when it is offered under TLS only.
        if (settings.tls().isPresent()
                && facts.tls().isEmpty()
                && handler.mechanisms(facts.encrypted("TLS", Optional.empty()))
                        .contains(mechanism)) {
            return Optional.of(Reply.of(538, "5.7.11", "encryption required: say STARTTLS first"));
        }
        return Optional.of(
                offered.isEmpty()
                        ? Reply.of(502, "5.5.1", "AUTH is not offered")
                        : Reply.of(504, "5.5.4", "mechanism not offered: " + mechanism));
    }
}
