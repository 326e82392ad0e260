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
import java.util.Optional;

/// Which mechanisms a session is offered, and the exchanges that they are. Shared by all sessions.
public final class Authenticator {
    // RFC 5802 §5.1 asks for enough that none comes twice: 144 bits.
    private static final int NONCE = 18;

    private final Submission settings;
    private final Users users;
    private final Optional<DirectoryUsers> directory;
    private final Lockouts lockouts;
    private final Figures figures;
    private final SecureRandom random;
    private final Pause pause;

    /// @param directory of users whom the store does not have
    /// @param pause how the reply to a failed login is held back
    public Authenticator(
            Submission settings,
            Users users,
            Optional<DirectoryUsers> directory,
            Lockouts lockouts,
            Figures figures,
            SecureRandom random,
            Pause pause) {
        this.settings = settings;
        this.users = users;
        this.directory = directory;
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
            // A client takes the strongest that it knows, before it says who it is: with SCRAM the
            // directory's users would fail with the right password, and be locked out.
            case SCRAM_SHA_256 ->
                    directory.isEmpty() && (session.tls().isPresent() || settings.scramInClear());
            case SCRAM_SHA_256_PLUS -> directory.isEmpty() && session.tls().isPresent();
            case PLAIN -> session.tls().isPresent();
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

    Optional<DirectoryUsers> directory() {
        return directory;
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
