package io.postern.gateway.tls;

import io.postern.gateway.config.Certificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.security.UnrecoverableKeyException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Reads certificates and keys from PEM and PKCS#12 files. What it can't use it names, file and
/// remedy, so that no handshake fails for it later.
final class CertificateReader {
    private static final int LARGEST = 1 << 20;

    // RFC 7468 §10, and older forms.
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN ([A-Z ]*?)PRIVATE KEY-----.*?-----END \\1PRIVATE KEY-----",
                    Pattern.DOTALL);

    private CertificateReader() {}

    /// @throws IOException when a file can't be read or does not hold what it should; names file
    ///   and remedy
    static ServerCertificate read(Certificate setting) throws IOException {
        var file = setting.file();
        try {
            var read =
                    pkcs12(file)
                            ? fromPkcs12(file, password(setting))
                            : fromPem(file, setting.key().orElse(file));
            if (!belong(read.key(), read.leaf())) {
                throw new IOException(
                        setting.key().orElse(file)
                                + " is not the key of the first certificate in "
                                + file
                                + ": give the key that it was made for, and put the gateway's own"
                                + " certificate before those of its issuers");
            }
            return read;
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw unreadable(e.getFile(), e instanceof NoSuchFileException, e);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " can't be used for TLS: " + e.getMessage(), e);
        }
    }

    /// The certificates in a PEM file, such as those of authorities.
    ///
    /// @throws IOException when there is none
    static List<X509Certificate> certificates(Path file) throws IOException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException(file + " is larger than 1 MiB: give the certificates alone");
            }
            var in = new ByteArrayInputStream(withoutKey(Files.readAllBytes(file)));
            var found = new ArrayList<X509Certificate>();
            for (var one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                if (one instanceof X509Certificate certificate) {
                    found.add(certificate);
                }
            }
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificate in PEM form");
            }
            return found;
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw unreadable(e.getFile(), e instanceof NoSuchFileException, e);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    file + " holds no certificate that can be read: " + e.getMessage(), e);
        }
    }

    /// Without the key that a PEM file may hold too, at which the JDK's reader would stop.
    private static byte[] withoutKey(byte[] octets) {
        var text = new String(octets, StandardCharsets.ISO_8859_1);
        return KEY.matcher(text).replaceAll("").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static IOException unreadable(String file, boolean absent, IOException cause) {
        return new IOException(
                "the certificate or key "
                        + file
                        + " can't be read: "
                        + (absent
                                ? "there is no such file; correct the path, or put it there"
                                : "the user that runs the gateway may not; let it read the file"),
                cause);
    }

    private static boolean pkcs12(Path file) {
        var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".p12") || name.endsWith(".pfx");
    }

    private static char[] password(Certificate setting) throws IOException {
        if (setting.passwordFile().isEmpty()) {
            return new char[0];
        }
        var lines = Files.readAllLines(setting.passwordFile().get(), StandardCharsets.UTF_8);
        return lines.isEmpty() ? new char[0] : lines.getFirst().toCharArray();
    }

    private static ServerCertificate fromPkcs12(Path file, char[] password)
            throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            var store = KeyStore.getInstance("PKCS12");
            store.load(in, password);
            for (var alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, password) instanceof PrivateKey key) {
                    var chain =
                            Arrays.stream(store.getCertificateChain(alias))
                                    .filter(X509Certificate.class::isInstance)
                                    .map(X509Certificate.class::cast)
                                    .toList();
                    return new ServerCertificate(file.toString(), chain, key);
                }
            }
            throw new GeneralSecurityException("it holds no private key with its certificate");
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw e; // said by the caller
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IOException(
                        file + " does not open with that password: see password_file", e);
            }
            throw new IOException(
                    file + " is no PKCS#12 file that can be read: " + e.getMessage(), e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static ServerCertificate fromPem(Path certificate, Path key)
            throws IOException, GeneralSecurityException {
        var chain = certificates(certificate);
        return new ServerCertificate(certificate.toString(), chain, privateKey(key));
    }

    /// Whether what one signs the other verifies; else every handshake would fail, one by one.
    private static boolean belong(PrivateKey key, X509Certificate certificate)
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
        var text = Files.readString(file, StandardCharsets.ISO_8859_1);
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
