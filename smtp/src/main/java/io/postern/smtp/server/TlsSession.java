package io.postern.smtp.server;

import io.postern.smtp.sasl.ChannelBindings;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/// How our side of TLS is set up, and what can be asked of it after the handshake.
final class TlsSession {
    // RFC 8996: nothing older than TLS 1.2.
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    // RFC 9325 §4.2: forward secrecy and authenticated encryption only; the server's order, so that
    // no client gets a weaker one than it could have.
    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    // RFC 9266 §2.
    private static final String EXPORTER_LABEL = "EXPORTER-Channel-Binding";
    private static final int EXPORTER_OCTETS = 32;

    private TlsSession() {}

    static void prepare(SSLSocket socket, ServerTls.ClientCertificates wanted) {
        var parameters = socket.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(SUITES);
        parameters.setUseCipherSuitesOrder(true);
        switch (wanted) {
            case NOT_ASKED -> parameters.setWantClientAuth(false);
            case ASKED -> parameters.setWantClientAuth(true);
            case REQUIRED -> parameters.setNeedClientAuth(true);
        }
        socket.setSSLParameters(parameters);
    }

    static TlsHandshake facts(SSLSocket socket) {
        var session = socket.getSession();
        return new TlsHandshake(
                session.getProtocol() + " " + session.getCipherSuite(),
                clientCertificate(session),
                type -> binding(session, type));
    }

    private static Optional<ClientCertificate> clientCertificate(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? Optional.of(ClientCertificate.of(certificate))
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty(); // it showed none
        }
    }

    private static Optional<byte[]> binding(SSLSession session, String type) {
        return switch (type) {
            case ChannelBindings.TLS_EXPORTER -> exporter(session);
            case ChannelBindings.TLS_SERVER_END_POINT -> endPoint(session);
            default -> Optional.empty();
        };
    }

    private static Optional<byte[]> exporter(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        try {
            // RFC 9266 §2: no context, which for TLS 1.2 is another thing than an empty one. §4.2:
            // TLS 1.2 only with the extended master secret, which the JDK demands itself.
            return Optional.of(
                    extended.exportKeyingMaterialData(EXPORTER_LABEL, null, EXPORTER_OCTETS));
        } catch (SSLException | UnsupportedOperationException | IllegalStateException _) {
            return Optional.empty();
        }
    }

    /// RFC 5929 §4.1: the hash of the server's certificate, by the hash of its signature algorithm,
    /// but SHA-256 in place of MD5 and SHA-1. An algorithm without a single hash (Ed25519) has no
    /// binding of this type.
    private static Optional<byte[]> endPoint(SSLSession session) {
        var local = session.getLocalCertificates();
        if (local == null || !(local[0] instanceof X509Certificate certificate)) {
            return Optional.empty();
        }
        var algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        int with = algorithm.indexOf("WITH");
        if (with < 0) {
            return Optional.empty();
        }
        var hash =
                switch (algorithm.substring(0, with)) {
                    case "MD5", "SHA1", "SHA256" -> "SHA-256";
                    case "SHA384" -> "SHA-384";
                    case "SHA512" -> "SHA-512";
                    default -> "";
                };
        if (hash.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has these hashes
        }
    }
}
