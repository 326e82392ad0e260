package io.postern.gateway.users;

import io.postern.gateway.config.Submission;
import io.postern.gateway.config.Submission.Mechanism;
import io.postern.gateway.events.Figures;
import io.postern.smtp.sasl.Base64Text;
import io.postern.smtp.sasl.ChannelBindings;
import io.postern.smtp.server.AuthExchange;
import io.postern.smtp.server.SessionFacts;
import java.security.SecureRandom;
import java.util.List;

/// Which mechanisms a session is offered, and the exchanges that they are. Shared by all sessions.
public final class Authenticator {
    // RFC 5802 §5.1 asks for enough that none comes twice: 144 bits.
    private static final int NONCE = 18;

    private final Submission settings;
    private final Users users;
    private final Lockouts lockouts;
    private final Figures figures;
    private final SecureRandom random;
    private final Pause pause;

    /// @param pause how the reply to a failed login is held back
    public Authenticator(
            Submission settings,
            Users users,
            Lockouts lockouts,
            Figures figures,
            SecureRandom random,
            Pause pause) {
        this.settings = settings;
        this.users = users;
        this.lockouts = lockouts;
        this.figures = figures;
        this.random = random;
        this.pause = pause;
    }

    /// The mechanisms that a session is offered now, as EHLO tells them. RFC 4954 §4: none that
    /// shows a password in clear.
    public List<String> mechanisms(SessionFacts session) {
        return settings.mechanisms().stream()
                .filter(mechanism -> fits(mechanism, session))
                .map(Mechanism::toString)
                .toList();
    }

    private boolean fits(Mechanism mechanism, SessionFacts session) {
        return switch (mechanism) {
            case SCRAM_SHA_256 -> session.tls().isPresent() || settings.scramInClear();
            case SCRAM_SHA_256_PLUS, PLAIN -> session.tls().isPresent();
            case EXTERNAL -> session.clientCertificate().isPresent();
        };
    }

    /// One attempt with a mechanism that was offered.
    public AuthExchange exchange(SessionFacts session, String mechanism, ChannelBindings bindings) {
        var chosen =
                settings.mechanisms().stream()
                        .filter(one -> one.toString().equals(mechanism))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("not offered"));
        boolean plus = mechanisms(session).contains(Mechanism.SCRAM_SHA_256_PLUS.toString());
        return new Attempt(this, session, chosen, plus, bindings);
    }

    Submission settings() {
        return settings;
    }

    Users users() {
        return users;
    }

    Lockouts lockouts() {
        return lockouts;
    }

    Figures figures() {
        return figures;
    }

    Pause pause() {
        return pause;
    }

    String nonce() {
        var octets = new byte[NONCE];
        random.nextBytes(octets);
        return Base64Text.of(octets);
    }
}
