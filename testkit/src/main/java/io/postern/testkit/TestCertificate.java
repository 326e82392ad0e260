package io.postern.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// A certificate with its key, made in memory for a test: an authority's own, or one that an
/// authority vouches for. RFC 5280.
///
/// @param algorithm with which this one signs others, as Java calls it: `SHA256withECDSA`
public record TestCertificate(X509Certificate certificate, PrivateKey key, String algorithm) {
    private static final String USUAL = "SHA256withECDSA";
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int UTF8_STRING = 0x0c;
    private static final int OCTETS = 0x04;
    private static final int BITS = 0x03;
    private static final int UTC_TIME = 0x17;
    private static final String COMMON_NAME = "0603550403";
    private static final String ALTERNATIVE_NAMES = "0603551d11";
    // With the boolean that makes it critical.
    private static final String BASIC_CONSTRAINTS = "0603551d130101ff";
    private static final byte[] IS_AUTHORITY = HexFormat.of().parseHex("30030101ff");

    /// An authority that vouches for itself.
    public static TestCertificate authority(String name) {
        return authority(name, USUAL);
    }

    /// The same, and its signatures are of that algorithm: SHA256, SHA384 or SHA512 with ECDSA, or
    /// Ed25519.
    public static TestCertificate authority(String name, String algorithm) {
        var pair = pair(algorithm);
        var extensions = sequence(extension(BASIC_CONSTRAINTS, IS_AUTHORITY));
        var now = Instant.now();
        return new TestCertificate(
                signed(
                        algorithm,
                        pair.getPrivate(),
                        name(name),
                        pair,
                        name(name),
                        now.minus(Duration.ofDays(1)),
                        now.plus(Duration.ofDays(365)),
                        extensions),
                pair.getPrivate(),
                algorithm);
    }

    /// One that this authority vouches for, from yesterday on for 90 days.
    ///
    /// @param names alternative names: e-mail names with `@`, else DNS names
    public TestCertificate issue(String commonName, String... names) {
        return issue(Instant.now().plus(Duration.ofDays(90)), commonName, names);
    }

    /// The same, until then; it began 91 days before.
    public TestCertificate issue(Instant until, String commonName, String... names) {
        var pair = pair(USUAL);
        var alternatives = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            // RFC 5280 §4.2.1.6: rfc822Name [1], dNSName [2].
            int tag = names[i].indexOf('@') >= 0 ? 0x81 : 0x82;
            alternatives[i] = tlv(tag, names[i].getBytes(StandardCharsets.US_ASCII));
        }
        var extensions =
                names.length == 0
                        ? new byte[0]
                        : sequence(extension(ALTERNATIVE_NAMES, sequence(alternatives)));
        return new TestCertificate(
                signed(
                        algorithm,
                        key,
                        certificate.getSubjectX500Principal().getEncoded(),
                        pair,
                        name(commonName),
                        until.minus(Duration.ofDays(91)),
                        until,
                        extensions),
                pair.getPrivate(),
                USUAL);
    }

    /// The certificate as in a PEM file.
    public String pem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The key, PKCS#8, as in a PEM file.
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /// Writes certificate and key as a PKCS#12 file.
    public void store(Path file, String password) {
        try (var out = Files.newOutputStream(file)) {
            store(password.toCharArray()).store(out, password.toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A context that shows this certificate and takes any that the given authorities vouch for;
    /// those of the platform when none is given.
    public SSLContext context(TestCertificate... authorities) {
        return context(keys(), authorities);
    }

    /// A context that shows none.
    public static SSLContext trusting(TestCertificate... authorities) {
        return context(new KeyManager[0], authorities);
    }

    /// Who shows this certificate and has its key.
    public KeyManager[] keys() {
        try {
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store(new char[0]), new char[0]);
            return factory.getKeyManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(KeyManager[] keys, TestCertificate... authorities) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys, authorities.length == 0 ? null : trust(authorities), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TrustManager[] trust(TestCertificate... authorities)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (var one : authorities) {
            store.setCertificateEntry("authority-" + store.size(), one.certificate());
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private KeyStore store(char[] password) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("one", key, password, new Certificate[] {certificate});
        return store;
    }

    private static KeyPair pair(String algorithm) {
        try {
            if (algorithm.equals("Ed25519")) {
                return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            }
            var generator = KeyPairGenerator.getInstance("EC");
            // RFC 8446 §4.2.3: in TLS 1.3 a hash goes with its curve.
            generator.initialize(
                    new ECGenParameterSpec(
                            switch (algorithm) {
                                case "SHA384withECDSA" -> "secp384r1";
                                case "SHA512withECDSA" -> "secp521r1";
                                default -> "secp256r1";
                            }));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] identifier(String algorithm) {
        // RFC 5758 §3.2, RFC 8410 §3.
        return HexFormat.of()
                .parseHex(
                        switch (algorithm) {
                            case "SHA256withECDSA" -> "300a06082a8648ce3d040302";
                            case "SHA384withECDSA" -> "300a06082a8648ce3d040303";
                            case "SHA512withECDSA" -> "300a06082a8648ce3d040304";
                            case "Ed25519" -> "300506032b6570";
                            default -> throw new IllegalArgumentException(algorithm);
                        });
    }

    /// RFC 5280 §4.1.
    private static X509Certificate signed(
            String algorithm,
            PrivateKey issuerKey,
            byte[] issuer,
            KeyPair pair,
            byte[] subject,
            Instant from,
            Instant until,
            byte[] extensions) {
        var identifier = identifier(algorithm);
        var told =
                sequence(
                        HexFormat.of().parseHex("a003020102"), // version 3
                        tlv(0x02, BigInteger.valueOf(SERIAL.getAndIncrement()).toByteArray()),
                        identifier,
                        issuer,
                        sequence(time(from), time(until)),
                        subject,
                        pair.getPublic().getEncoded(),
                        extensions.length == 0 ? extensions : tlv(0xa3, extensions));
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(issuerKey);
            signature.update(told);
            var whole =
                    sequence(told, identifier, tlv(BITS, joined(new byte[1], signature.sign())));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] name(String commonName) {
        var text = tlv(UTF8_STRING, commonName.getBytes(StandardCharsets.UTF_8));
        return sequence(tlv(SET, sequence(HexFormat.of().parseHex(COMMON_NAME), text)));
    }

    private static byte[] extension(String begin, byte[] value) {
        return sequence(HexFormat.of().parseHex(begin), tlv(OCTETS, value));
    }

    private static byte[] time(Instant at) {
        var text =
                DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(at);
        return tlv(UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] sequence(byte[]... parts) {
        return tlv(SEQUENCE, joined(parts));
    }

    private static byte[] tlv(int tag, byte[] value) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (value.length < 0x80) {
            out.write(value.length);
        } else {
            var length = BigInteger.valueOf(value.length).toByteArray();
            int zero = length[0] == 0 ? 1 : 0;
            out.write(0x80 | (length.length - zero));
            out.write(length, zero, length.length - zero);
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN "
                + what
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + what
                + "-----\n";
    }
}
