package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.net.InetAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS of one session: whether it is on, must be, or may begin. Confined to the session's thread.
final class Encryption {
    private static final Logger log = LoggerFactory.getLogger(Encryption.class);

    private final Optional<ServerTls> served;
    private final ClientSlots handshakes;
    private final Wire wire;

    /// @param served empty: STARTTLS is not offered
    /// @param handshakes how many a client may have at once
    Encryption(Optional<ServerTls> served, ClientSlots handshakes, Wire wire) {
        this.served = served;
        this.handshakes = handshakes;
        this.wire = wire;
    }

    /// What comes of a wish for TLS.
    sealed interface Start {
        record Refused(Reply reply) implements Start {}

        /// It may begin. [#over] must follow, however it ends.
        record Ready(SSLContext context) implements Start {}
    }

    /// Whether the handshake comes before the greeting.
    boolean implicit() {
        return demands(ServerTls.Requirement.IMPLICIT);
    }

    /// Whether nothing goes on before STARTTLS.
    boolean lacking(SessionFacts facts) {
        return facts.tls().isEmpty() && demands(ServerTls.Requirement.REQUIRED);
    }

    private boolean demands(ServerTls.Requirement requirement) {
        return served.filter(tls -> tls.requirement() == requirement).isPresent();
    }

    /// STARTTLS was said.
    Start start(SessionFacts facts) {
        if (facts.tls().isPresent()) {
            return new Start.Refused(Reply.of(503, "5.5.1", "TLS is on already"));
        }
        if (served.isEmpty()) {
            return new Start.Refused(Reply.of(502, "5.5.1", "STARTTLS is not offered"));
        }
        SSLContext context;
        try {
            context = served.get().context().get();
        } catch (RuntimeException e) {
            log.error("session {}: no TLS certificate to be had", facts.sessionId(), e);
            // RFC 3207 §4
            return new Start.Refused(Reply.of(454, "4.7.0", "TLS is not available now"));
        }
        if (!handshakes.take(client(facts))) {
            // RFC 3207 §4: the client may come again, or go on as it is.
            return new Start.Refused(
                    Reply.of(454, "4.7.0", "too many TLS handshakes at once, try again later"));
        }
        return new Start.Ready(context);
    }

    /// TLS before the greeting; nobody can be told why there is none. [#over] must follow.
    SSLContext startImplicit(SessionFacts facts) throws SessionEnd {
        var context = served.orElseThrow().context().get();
        if (!handshakes.take(client(facts))) {
            throw SessionEnd.silent("too many TLS handshakes at once");
        }
        return context;
    }

    /// The handshake.
    TlsHandshake shake(SSLContext context, SessionFacts facts) throws SessionEnd {
        var handshake = wire.startTls(context, served.orElseThrow().clientCertificates());
        log.debug("{} {}", facts.sessionId(), handshake.protocol());
        return handshake;
    }

    /// The handshake is over, well or not.
    void over(SessionFacts facts) {
        handshakes.giveBack(client(facts));
    }

    private static InetAddress client(SessionFacts facts) {
        return facts.client().getAddress();
    }
}
