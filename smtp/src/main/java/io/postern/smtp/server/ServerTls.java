package io.postern.smtp.server;

import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// How TLS is served. RFC 3207, RFC 8314.
///
/// @param context asked at each handshake, so that a new certificate needs no restart
/// @param requirement how TLS begins, and whether mail is taken in clear as well
/// @param clientCertificates whether clients are asked for one; the context says whom it trusts
public record ServerTls(
        Supplier<SSLContext> context,
        Requirement requirement,
        ClientCertificates clientCertificates) {
    /// Without certificates of clients.
    public ServerTls(Supplier<SSLContext> context, Requirement requirement) {
        this(context, requirement, ClientCertificates.NOT_ASKED);
    }

    /// Whether a session must be encrypted before mail is taken.
    public enum Requirement {
        /// STARTTLS is offered, not demanded.
        OFFERED,
        /// 530 5.7.0 to all but EHLO, HELO, NOOP, STARTTLS and QUIT in clear. RFC 3207 §4.
        REQUIRED,
        /// From the first octet: the handshake comes before the greeting. RFC 8314 §3.3.
        IMPLICIT
    }

    /// Whether clients are asked for a certificate in the handshake.
    public enum ClientCertificates {
        NOT_ASKED,
        /// One that is shown must be good; none is good as well.
        ASKED,
        /// Without a good one there is no session.
        REQUIRED
    }
}
