package io.postern.smtp.client;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// The TLS contexts that [TlsPolicy] speaks of. Make one and share it: it holds the session cache.
public final class TlsContexts {
    private static final String FINDING = "io.postern.smtp.client.finding";
    private static final String GOOD = "";

    private TlsContexts() {}

    /// Takes any certificate (RFC 7435 §3) and records in [TlsFacts] whether the platform's
    /// certificate authorities vouch for it under the server name asked for.
    ///
    /// @param own what the peer is shown when it asks for our certificate; nothing when there is
    ///   none
    public static SSLContext acceptingAny(KeyManager... own) {
        return acceptingAny(null, own);
    }

    /// The same with other authorities than the platform's.
    static SSLContext acceptingAny(@Nullable KeyStore authorities, KeyManager... own) {
        try {
            return context(own, new Recording(platform(authorities)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this JDK", e);
        }
    }

    /// Takes what the platform's certificate authorities vouch for, under the server name asked
    /// for.
    ///
    /// @param own as above
    public static SSLContext verifying(KeyManager... own) {
        try {
            return own.length == 0 ? SSLContext.getDefault() : context(own, platform(null));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this JDK", e);
        }
    }

    private static SSLContext context(KeyManager[] own, TrustManager trust)
            throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(own, new TrustManager[] {trust}, null);
        return context;
    }

    /// Why the session's certificate was not good; empty when it was.
    ///
    /// @param strict whether the session's context refuses what is not good
    static Optional<String> unverified(SSLSession session, boolean strict) {
        if (session.getValue(FINDING) instanceof String finding) {
            return finding.equals(GOOD) ? Optional.empty() : Optional.of(finding);
        }
        return strict ? Optional.empty() : Optional.of("not checked");
    }

    // NullAway: a null key store means the platform's authorities, as init documents.
    @SuppressWarnings("NullAway")
    private static X509ExtendedTrustManager platform(@Nullable KeyStore authorities)
            throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        for (var manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }

    /// Asks the strict one, writes the answer on the session, and agrees in any case.
    private static final class Recording extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager strict;

        Recording(X509ExtendedTrustManager strict) {
            this.strict = strict;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            var finding = GOOD;
            try {
                strict.checkServerTrusted(chain, authType, socket);
            } catch (CertificateException | RuntimeException e) {
                finding = Words.of(e);
            }
            if (socket instanceof SSLSocket ssl) {
                ssl.getHandshakeSession().putValue(FINDING, finding);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            // No engine is used here, and whoever has one gets what the name of the context says.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // As above.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return strict.getAcceptedIssuers();
        }
    }
}
