package io.postern.smtp.client;

import javax.net.ssl.SSLContext;

/// Whether a connection goes under TLS. RFC 3207; RFC 7435.
public sealed interface TlsPolicy {
    /// STARTTLS is not used.
    record None() implements TlsPolicy {}

    /// STARTTLS when it is offered; in clear when it is not, or is refused. A handshake that fails
    /// ends the connection with [Failure.Tls].
    ///
    /// @param context normally [TlsContexts#acceptingAny]
    record Opportunistic(SSLContext context) implements TlsPolicy {}

    /// No message without TLS.
    ///
    /// @param context decides which certificates are good: with [TlsContexts#verifying] chain and
    ///   name are checked, with [TlsContexts#acceptingAny] the wire is only encrypted
    record Required(SSLContext context) implements TlsPolicy {}
}
