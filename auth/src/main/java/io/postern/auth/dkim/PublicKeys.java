package io.postern.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Decodes the key of a key record.
final class PublicKeys {
    /// What `p=` came to.
    sealed interface Decoded {
        /// A key of so many bits.
        record Ok(PublicKey key, int bits) implements Decoded {}

        /// Not one of that kind.
        record Bad(String why) implements Decoded {}
    }

    /// SEQUENCE { OID rsaEncryption, NULL }. RFC 8017 §A.1.
    private static final byte[] RSA_ENCRYPTION = {
        0x30,
        0x0D,
        0x06,
        0x09,
        0x2A,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xF7,
        0x0D,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    /// All before the 32 octets of a SubjectPublicKeyInfo of Ed25519. RFC 8410 §4.
    private static final byte[] ED25519 = {
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00
    };

    private static final int ED25519_OCTETS = 32;

    /// A longer exponent only makes work for whoever verifies: 65537 has 17 bits, and 33 bits,
    /// which libraries still take, double and triple it.
    private static final int MAX_EXPONENT_BITS = 33;

    private static final int USUAL_EXPONENT_BITS = 17;

    /// With such a key the longest exponent is no more work than the usual one with the longest
    /// key.
    private static final int MAX_BITS_ANY_EXPONENT = 2048;

    private PublicKeys() {}

    /// The key of a record that is not revoked.
    ///
    /// @param maxRsaBits longer keys are not even decoded
    static Decoded decode(KeyRecord key, int maxRsaBits) {
        var octets = Octets.base64(key.publicKey());
        if (octets.isEmpty()) {
            return new Decoded.Bad("p= is not base64");
        }
        return switch (key.keyType().toLowerCase(Locale.ROOT)) {
            case "rsa" -> rsa(octets.get(), maxRsaBits);
            case "ed25519" -> ed25519(octets.get());
            default -> new Decoded.Bad("key type " + key.keyType() + " is not known");
        };
    }

    private static Decoded rsa(byte[] octets, int maxBits) {
        // The modulus is nearly all there is; what surrounds it and an exponent fit in 64 octets.
        if (octets.length > maxBits / 8 + 64) {
            return new Decoded.Bad("RSA key of over " + maxBits + " bits");
        }
        // RFC 6376 §3.6.1 says RSAPublicKey, its appendix C makes a SubjectPublicKeyInfo; erratum
        // 3017: either.
        var decoded = key("RSA", octets).or(() -> key("RSA", subjectPublicKeyInfo(octets)));
        if (decoded.isEmpty() || !(decoded.get() instanceof RSAPublicKey rsa)) {
            return new Decoded.Bad("p= is not an RSA key");
        }
        int bits = rsa.getModulus().bitLength();
        if (bits > maxBits) {
            return new Decoded.Bad("RSA key of " + bits + " bits, over " + maxBits);
        }
        int exponent = rsa.getPublicExponent().bitLength();
        if (exponent > MAX_EXPONENT_BITS
                || (exponent > USUAL_EXPONENT_BITS && bits > MAX_BITS_ANY_EXPONENT)) {
            return new Decoded.Bad("RSA key with an overlong exponent");
        }
        return new Decoded.Ok(rsa, bits);
    }

    /// RFC 8463 §4: the bare octets of the key.
    private static Decoded ed25519(byte[] octets) {
        if (octets.length != ED25519_OCTETS) {
            return new Decoded.Bad("p= is not an Ed25519 key of 32 octets");
        }
        return key("Ed25519", concat(ED25519, octets))
                .<Decoded>map(key -> new Decoded.Ok(key, ED25519_OCTETS * 8))
                .orElse(new Decoded.Bad("p= is not an Ed25519 key"));
    }

    private static Optional<PublicKey> key(String algorithm, byte[] spki) {
        try {
            return Optional.of(
                    KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(spki)));
        } catch (GeneralSecurityException | RuntimeException e) {
            // Providers throw unchecked exceptions of their own on bad octets.
            return Optional.empty();
        }
    }

    private static byte[] subjectPublicKeyInfo(byte[] rsaPublicKey) {
        var bits = der(0x03, concat(new byte[] {0}, rsaPublicKey));
        return der(0x30, concat(RSA_ENCRYPTION, bits));
    }

    private static byte[] der(int tag, byte[] value) {
        int length = value.length;
        var head =
                length < 0x80
                        ? new byte[] {(byte) tag, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return concat(head, value);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
