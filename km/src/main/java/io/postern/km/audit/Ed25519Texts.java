package io.postern.km.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Base64;

/// Signatures (Ed25519, RFC 8032) over texts, in base 64. What a text is for stands at its
/// beginning, so that one signature can't be taken for another.
public final class Ed25519Texts {
    private Ed25519Texts() {}

    /// Signs.
    public static String sign(String text, PrivateKey key) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(key);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(ed25519.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }

    /// Whether a signature is by that key over that text; false for what is no signature at all.
    public static boolean fits(String text, String signature, PublicKey key) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            return ed25519.verify(Base64.getDecoder().decode(signature));
        } catch (SignatureException | IllegalArgumentException e) {
            return false; // what the JDK says of octets that are no signature
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }
}
