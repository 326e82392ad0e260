package io.postern.gateway;

import io.postern.smtp.server.ServerTls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Reads a listener's certificate and key from PEM files.
final class ListenerTls {
    private ListenerTls() {}

    /// @throws IOException when a file can't be read or does not hold what it should; names file
    ///   and remedy
    static ServerTls of(Path certificate, Path key) throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            var chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(in)
                            .toArray(new Certificate[0]);
            if (chain.length == 0) {
                throw new IOException(certificate + " holds no certificate in PEM form");
            }
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            var privateKey = privateKey(key);
            if (!belong(privateKey, chain[0])) {
                throw new IOException(
                        key
                                + " is not the key of the first certificate in "
                                + certificate
                                + ": give the key that it was made for, and put the gateway's own"
                                + " certificate before those of its issuers");
            }
            store.setKeyEntry("listener", privateKey, new char[0], chain);
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return new ServerTls(() -> context, ServerTls.Requirement.OFFERED);
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw new IOException(
                    "tls_certificate or tls_key: "
                            + e.getFile()
                            + " can't be read: "
                            + (e instanceof NoSuchFileException
                                    ? "there is no such file"
                                    : "the user that runs the gateway may not"),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    certificate + " and " + key + " can't be used for TLS: " + e.getMessage(), e);
        }
    }

    /// Whether what one signs the other verifies; else every handshake would fail, one by one.
    private static boolean belong(PrivateKey key, Certificate certificate)
            throws GeneralSecurityException {
        var algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                };
        var octets = "postern".getBytes(StandardCharsets.US_ASCII);
        var signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(octets);
        var signed = signature.sign();
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(octets);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            return false; // of another kind
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        var text = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = text.indexOf("-----BEGIN PRIVATE KEY-----");
        int end = text.indexOf("-----END PRIVATE KEY-----");
        if (begin < 0 || end < begin) {
            throw new IOException(
                    file
                            + " is not an unencrypted PKCS#8 key in PEM form. Make it one with:"
                            + " openssl pkcs8 -topk8 -nocrypt -in OLD -out "
                            + file);
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(text.substring(begin + 27, end));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: not base64 between its PEM lines", e);
        }
        for (var algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException _) {
                // Of another kind: the next one.
            }
        }
        throw new IOException(file + " is neither an RSA, EC nor EdDSA key");
    }
}
