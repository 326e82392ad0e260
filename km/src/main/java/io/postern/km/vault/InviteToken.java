package io.postern.km.vault;

import io.postern.keys.Base32;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// What an invited person has: 160 random bits. Name and key of the parcel are derived of it
/// (HKDF), each by a way of its own, so that who has the folder finds neither token nor key.
public final class InviteToken implements AutoCloseable {
    private static final int OCTETS = 20;
    private static final int DIGITS = OCTETS * 8 / 5;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final Secret octets;

    private InviteToken(Secret octets) {
        this.octets = octets;
    }

    /// A new one.
    public static InviteToken make(SecureRandom random) {
        return new InviteToken(Secret.random(OCTETS, random));
    }

    /// What somebody typed; empty when it can be no token.
    public static Optional<InviteToken> parse(String text) {
        if (text.length() > 4 * DIGITS) {
            return Optional.empty();
        }
        var digits = Base32.typed(text);
        return digits.length() == DIGITS
                ? Base32.decode(digits).map(octets -> new InviteToken(Secret.of(octets)))
                : Optional.empty();
    }

    /// Eight groups of four.
    public Secret printed() {
        var copy = octets.copy();
        try {
            return Secret.of(Base32.grouped(Base32.encode(copy)).toCharArray());
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    /// The parcel's name: tells nothing of the token.
    public String id() {
        return HexFormat.of().formatHex(Hkdf.derive(octets.copy(), "invite-id", 32));
    }

    /// Seals the one parcel of this token. AES-256-GCM, bound to the name.
    ///
    /// @param parcel stays the caller's to zero
    public byte[] seal(byte[] parcel, SecureRandom random) {
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(parcel);
            var all = Arrays.copyOf(nonce, NONCE + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE, sealed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-GCM", e);
        }
    }

    /// What was sealed. The caller closes it.
    public Secret open(byte[] sealed) {
        try {
            var nonce = Arrays.copyOf(sealed, NONCE);
            return Secret.of(
                    cipher(Cipher.DECRYPT_MODE, nonce)
                            .doFinal(sealed, NONCE, Math.max(0, sealed.length - NONCE)));
        } catch (GeneralSecurityException e) {
            throw new KmException(
                    "the parcel was changed after it was sealed: cancel the invitation, and invite again",
                    e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        var key = Hkdf.derive(octets.copy(), "invite-parcel", 32);
        try {
            var gcm = Cipher.getInstance("AES/GCM/NoPadding");
            gcm.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            gcm.updateAAD(id().getBytes(StandardCharsets.US_ASCII));
            return gcm;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /// Zeroes it.
    @Override
    public void close() {
        octets.close();
    }

    /// Masked.
    @Override
    public String toString() {
        return "InviteToken[…]";
    }
}
