package io.postern.cli;

import io.postern.auth.dkim.DkimAlgorithm;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Pattern;

/// A private key from a PEM text, as openssl, OpenDKIM and rspamd write it. RFC 7468.
///
/// @param key never printed
record PemKey(DkimAlgorithm algorithm, PrivateKey key) {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ((?:RSA )?PRIVATE KEY)-----([^-]*)-----END \\1-----");

    /// RFC 5958 §2: version 0 and the algorithm rsaEncryption with NULL, before the key itself.
    private static final byte[] RSA_PREFIX = {
        2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5,
        0
    };

    /// The key of a PEM text.
    ///
    /// @param name what to call it in errors
    static PemKey parse(String text, String name) {
        if (text.contains("ENCRYPTED")) {
            throw Failure.of(
                    name + " is encrypted", "decrypt it with: openssl pkey -in " + name);
        }
        var pem = PEM.matcher(text);
        if (!pem.find()) {
            throw Failure.of(
                    name + " holds no private key",
                    "a PEM file begins with -----BEGIN PRIVATE KEY-----");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.group(2));
        } catch (IllegalArgumentException _) {
            throw Failure.of(name + " is damaged: its base64 can't be read", "");
        }
        var pkcs8 = new PKCS8EncodedKeySpec(pem.group(1).startsWith("RSA") ? pkcs8(der) : der);
        for (var algorithm : new DkimAlgorithm[] {DkimAlgorithm.RSA_SHA256, DkimAlgorithm.ED25519_SHA256}) {
            try {
                var factory = algorithm == DkimAlgorithm.RSA_SHA256 ? "RSA" : "Ed25519";
                var key = KeyFactory.getInstance(factory).generatePrivate(pkcs8);
                var problem = io.postern.auth.dkim.SigningKey.problem(algorithm, key);
                if (!problem.isEmpty()) {
                    throw Failure.of(name + " can't sign: " + problem, "");
                }
                return new PemKey(algorithm, key);
            } catch (GeneralSecurityException _) {
                // Not of this kind; the next may fit.
            }
        }
        throw Failure.of(name + " holds neither an RSA nor an Ed25519 key", "");
    }

    /// PKCS#1 (RFC 8017 appendix A.1.2) in its PKCS#8 wrapping (RFC 5958).
    private static byte[] pkcs8(byte[] pkcs1) {
        var inner = new ByteArrayOutputStream();
        inner.writeBytes(RSA_PREFIX);
        inner.writeBytes(tagged(4, pkcs1));
        return tagged(0x30, inner.toByteArray());
    }

    private static byte[] tagged(int tag, byte[] value) {
        var out = new ByteArrayOutputStream(value.length + 5);
        out.write(tag);
        if (value.length < 128) {
            out.write(value.length);
        } else {
            int octets = (39 - Integer.numberOfLeadingZeros(value.length)) / 8;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(value.length >> (8 * i));
            }
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    /// Masked.
    @Override
    public String toString() {
        return "PemKey[" + algorithm + "]";
    }
}
