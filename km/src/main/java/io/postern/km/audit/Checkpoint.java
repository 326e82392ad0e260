package io.postern.km.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Base64;

/// A signature (Ed25519, RFC 8032) of the runtime tier's audit key over the chain as far as a line:
/// who rewrites lines before it needs that key too.
///
/// @param seq of the last line it covers
/// @param hash of that line
/// @param signature in base 64
public record Checkpoint(long seq, String hash, String signature) {
    /// Signs.
    ///
    /// @param vault its name, so that no other vault's checkpoint fits
    public static Checkpoint sign(String vault, long seq, String hash, PrivateKey key) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(key);
            ed25519.update(octets(vault, seq, hash));
            return new Checkpoint(seq, hash, Base64.getEncoder().encodeToString(ed25519.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }

    /// Whether its signature is by that key over that vault's line.
    public boolean fits(String vault, PublicKey key) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(octets(vault, seq, hash));
            return ed25519.verify(Base64.getDecoder().decode(signature));
        } catch (SignatureException | IllegalArgumentException e) {
            return false; // what the JDK says of octets that are no signature
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }

    private static byte[] octets(String vault, long seq, String hash) {
        return ("postern/km/v1/checkpoint|" + vault + "|" + seq + "|" + hash)
                .getBytes(StandardCharsets.UTF_8);
    }
}
