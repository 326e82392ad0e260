package io.postern.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 7468, RFC 8017 A.1.2, RFC 5958 private keys as text")
class KeyTextTest {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /// The key pair of RFC 8463 A.2 (RFC 8032 §7.1 test 1).
    private static final String SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    private static final String SEED_PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    private static final KeyPair RSA = pair("RSA", 2048);

    private static KeyPair pair(String algorithm, int bits) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String label, byte[] octets) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, LINES.encodeToString(octets), label);
    }

    /// RSAPrivateKey of RFC 8017 A.1.2, by hand.
    private static byte[] pkcs1(KeyPair pair) {
        var key = (RSAPrivateCrtKey) pair.getPrivate();
        var numbers =
                Stream.of(
                                BigInteger.ZERO,
                                key.getModulus(),
                                key.getPublicExponent(),
                                key.getPrivateExponent(),
                                key.getPrimeP(),
                                key.getPrimeQ(),
                                key.getPrimeExponentP(),
                                key.getPrimeExponentQ(),
                                key.getCrtCoefficient())
                        .map(n -> Der.element(Der.INTEGER, n.toByteArray()))
                        .toArray(byte[][]::new);
        return Der.element(Der.SEQUENCE, numbers);
    }

    private static byte[] ed25519(byte[] seed, byte[]... behind) {
        var parts = new byte[3 + behind.length][];
        parts[0] = Der.element(Der.INTEGER, new byte[] {(byte) behind.length});
        parts[1] =
                Der.element(
                        Der.SEQUENCE,
                        Der.element(Der.OBJECT_IDENTIFIER, new byte[] {0x2b, 0x65, 0x70}));
        parts[2] = Der.element(Der.OCTET_STRING, Der.element(Der.OCTET_STRING, seed));
        System.arraycopy(behind, 0, parts, 3, behind.length);
        return Der.element(Der.SEQUENCE, parts);
    }

    private static byte[] seed() {
        return Base64.getDecoder().decode(SEED);
    }

    private static String rsaPublic(KeyPair pair) {
        return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    }

    record Good(String rule, String text, String publicKey) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Good> good() {
        var pkcs8 = pem("PRIVATE KEY", RSA.getPrivate().getEncoded());
        var pkcs1 = pem("RSA PRIVATE KEY", pkcs1(RSA));
        var big = pair("RSA", 4096);
        var withPublic = Arrays.copyOf(seed(), 64);
        System.arraycopy(Base64.getDecoder().decode(SEED_PUBLIC), 0, withPublic, 32, 32);
        var publicBits = Der.element(0x81, new byte[1], Arrays.copyOfRange(withPublic, 32, 64));
        return Stream.of(
                new Good("PKCS#8 RSA", pkcs8, rsaPublic(RSA)),
                new Good("PKCS#1", pkcs1, rsaPublic(RSA)),
                new Good("PKCS#1 of 4096 bits", pem("RSA PRIVATE KEY", pkcs1(big)), rsaPublic(big)),
                new Good("CRLF", pkcs1.replace("\n", "\r\n"), rsaPublic(RSA)),
                new Good(
                        "words around it",
                        "Key for example.com\n" + pkcs8 + "\n# end",
                        rsaPublic(RSA)),
                new Good(
                        "public key in the same file",
                        pem("PUBLIC KEY", RSA.getPublic().getEncoded()) + pkcs8,
                        rsaPublic(RSA)),
                new Good(
                        "base64 of PKCS#8, as rspamd",
                        bare(RSA.getPrivate().getEncoded()),
                        rsaPublic(RSA)),
                new Good("base64 of PKCS#1", bare(pkcs1(RSA)), rsaPublic(RSA)),
                new Good("PKCS#8 Ed25519", pem("PRIVATE KEY", ed25519(seed())), SEED_PUBLIC),
                new Good(
                        "PKCS#8 version 2 with the public key",
                        pem("PRIVATE KEY", ed25519(seed(), publicBits)),
                        SEED_PUBLIC),
                new Good("Ed25519 seed", SEED + "\n", SEED_PUBLIC),
                new Good("Ed25519 seed and public key", bare(withPublic), SEED_PUBLIC));
    }

    private static String bare(byte[] octets) {
        return LINES.encodeToString(octets);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void understood(Good c) {
        var got = KeyText.parse(c.text());
        var ok = assertInstanceOf(KeyText.Parsed.Ok.class, got, got::toString);
        assertEquals(c.publicKey(), ok.key().publicKey());
    }

    record Bad(String rule, String text, String why) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Bad> bad() {
        var pkcs8 = RSA.getPrivate().getEncoded();
        var pem = pem("PRIVATE KEY", pkcs8);
        var notItsPublic = new byte[64];
        return Stream.of(
                new Bad("nothing", "", "no key"),
                new Bad("words", "not a key!", "neither PEM nor base64"),
                new Bad(
                        "encrypted PKCS#8",
                        pem("ENCRYPTED PRIVATE KEY", new byte[99]),
                        "openssl pkey -in FILE"),
                new Bad(
                        "encrypted PKCS#1",
                        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----",
                        "openssl pkey -in FILE"),
                new Bad(
                        "public half",
                        pem("PUBLIC KEY", RSA.getPublic().getEncoded()),
                        "only the public half"),
                new Bad("certificate", pem("CERTIFICATE", new byte[9]), "only the public half"),
                new Bad("bare public half", bare(RSA.getPublic().getEncoded()), "public half"),
                new Bad(
                        "EC",
                        pem("PRIVATE KEY", pair("EC", 256).getPrivate().getEncoded()),
                        "an EC key"),
                new Bad("EC, SEC 1", pem("EC PRIVATE KEY", new byte[9]), "an EC key"),
                new Bad(
                        "X25519",
                        pem("PRIVATE KEY", pair("X25519", 0).getPrivate().getEncoded()),
                        "an X25519 key"),
                new Bad(
                        "Ed448",
                        pem("PRIVATE KEY", pair("Ed448", 0).getPrivate().getEncoded()),
                        "an Ed448 key"),
                new Bad(
                        "RSASSA-PSS",
                        pem("PRIVATE KEY", pair("RSASSA-PSS", 2048).getPrivate().getEncoded()),
                        "an RSASSA-PSS key"),
                new Bad("OpenSSH", pem("OPENSSH PRIVATE KEY", new byte[9]), "convert it to PKCS#8"),
                new Bad(
                        "RFC 8301 §3.2: 512 bits",
                        pem("RSA PRIVATE KEY", pkcs1(pair("RSA", 512))),
                        "below 1024"),
                new Bad(
                        "RFC 8301 §3.2: 1024 bits",
                        pem("RSA PRIVATE KEY", pkcs1(pair("RSA", 1024))),
                        "too weak to sign"),
                new Bad("no END", pem.substring(0, pem.length() - 30), "END line"),
                new Bad("two keys", pem + pem, "more than one private key"),
                new Bad("not base64", pem.replace("MII", "M!I"), "damaged"),
                new Bad("cut off", pem("PRIVATE KEY", Arrays.copyOf(pkcs8, 700)), "damaged"),
                new Bad(
                        "an octet changed",
                        pem("RSA PRIVATE KEY", flipped(pkcs1(RSA), 40)),
                        "not a whole RSA private key"),
                new Bad("PKCS#8 named PKCS#1", pem("RSA PRIVATE KEY", pkcs8), "not a whole RSA"),
                new Bad("too long", "A".repeat(70_000), "too long"),
                new Bad("33 octets", bare(new byte[33]), "damaged"),
                new Bad(
                        "seed with another public key",
                        bare(notItsPublic),
                        "seed and its public key"));
    }

    private static byte[] flipped(byte[] octets, int at) {
        octets[at] ^= 4;
        return octets;
    }

    @ParameterizedTest(name = "refused: {0}")
    @MethodSource("bad")
    void refused(Bad c) {
        var got = KeyText.parse(c.text());
        var bad = assertInstanceOf(KeyText.Parsed.Bad.class, got, got::toString);
        assertTrue(bad.why().contains(c.why()), bad.why());
    }

    @Test
    @DisplayName("random octets in the right wrapping never throw")
    void random() {
        var numbers = new Random(4);
        var whole = ed25519(seed());
        var rsa = pkcs1(RSA);
        for (int i = 0; i < 300; i++) {
            var octets = (numbers.nextBoolean() ? whole : rsa).clone();
            for (int n = numbers.nextInt(4); n >= 0; n--) {
                // The head: tags and lengths.
                octets[numbers.nextInt(Math.min(octets.length, 48))] = (byte) numbers.nextInt(256);
            }
            KeyText.parse(bare(octets));
            KeyText.parse(pem("PRIVATE KEY", octets));
            KeyText.parse(pem("RSA PRIVATE KEY", octets));
        }
    }
}
