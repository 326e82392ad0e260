package io.postern.km.audit;

import java.security.PrivateKey;
import java.security.PublicKey;

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
        return new Checkpoint(seq, hash, Ed25519Texts.sign(text(vault, seq, hash), key));
    }

    /// Whether its signature is by that key over that vault's line.
    public boolean fits(String vault, PublicKey key) {
        return Ed25519Texts.fits(text(vault, seq, hash), signature, key);
    }

    private static String text(String vault, long seq, String hash) {
        return "postern/km/v1/checkpoint|" + vault + "|" + seq + "|" + hash;
    }
}
