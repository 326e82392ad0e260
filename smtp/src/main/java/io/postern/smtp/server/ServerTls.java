package io.postern.smtp.server;

import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// How STARTTLS is served. RFC 3207.
///
/// @param context asked at each handshake, so that a new certificate needs no restart
/// @param requirement whether mail is taken in clear as well
public record ServerTls(Supplier<SSLContext> context, Requirement requirement) {
    /// Whether a session must be encrypted before mail is taken.
    public enum Requirement {
        /// Offered, not demanded.
        OFFERED,
        /// 530 5.7.0 to all but EHLO, HELO, NOOP, STARTTLS and QUIT in clear. RFC 3207 §4.
        REQUIRED
    }
}
