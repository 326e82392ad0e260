package io.postern.km.consent;

import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// Ed25519 (RFC 8032) by the JDK, with public keys as their 32 octets.
final class Ed25519 {
    static final int PUBLIC = 32;

    /// RFC 8410 §4: what SubjectPublicKeyInfo has before them.
    private static final byte[] BEFORE = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519() {}

    static KeyPair generate(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }

    static Octets publicOctets(KeyPair pair) {
        var encoded = pair.getPublic().getEncoded();
        return new Octets(Arrays.copyOfRange(encoded, encoded.length - PUBLIC, encoded.length));
    }

    /// @throws InvalidKeySpecException when the octets are no private key
    static byte[] sign(Secret pkcs8, byte[] octets) throws InvalidKeySpecException {
        var key = pkcs8.copy();
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(new PKCS8EncodedKeySpec(key)));
            signature.update(octets);
            return signature.sign();
        } catch (InvalidKeySpecException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    static boolean verify(Octets publicKey, byte[] octets, byte[] signature) {
        var raw = publicKey.copy();
        var encoded = ByteBuffer.allocate(BEFORE.length + raw.length).put(BEFORE).put(raw).array();
        try {
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(encoded)));
            verifier.update(octets);
            return verifier.verify(signature);
        } catch (SignatureException
                | InvalidKeySpecException
                | java.security.InvalidKeyException e) {
            return false; // what the JDK says of octets that are no signature or no key
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }
}
