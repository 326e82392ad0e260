package io.postern.km.vault;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A secret under a passphrase that a person remembers, for a file of that person's own: Argon2id
/// (RFC 9106), then AES-256-GCM with the parameters and what the caller names as authenticated
/// data.
///
/// @param parameters of Argon2id, with the salt; nothing secret
/// @param octets 12 of nonce, then the ciphertext with its tag
public record PassphraseBox(String parameters, Octets octets) {
    private static final int NONCE = 12;
    private static final int TAG = 16;

    /// Seals. Both secrets stay the caller's to close.
    ///
    /// @param bound what else must be the same on opening
    /// @throws KmException when the passphrase has fewer than [Slots#SHORTEST_PASSPHRASE]
    ///   characters
    public static PassphraseBox seal(
            Secret what, Secret passphrase, String bound, SecureRandom random) {
        Passphrases.longEnough(passphrase);
        var slot =
                new Slot(0, Slot.Kind.PASSPHRASE, Passphrases.newParameters(random), new byte[0]);
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        var octets = what.copy();
        try {
            var sealed = gcm(Cipher.ENCRYPT_MODE, slot, passphrase, nonce, bound).doFinal(octets);
            return new PassphraseBox(
                    slot.parameters(),
                    new Octets(
                            ByteBuffer.allocate(NONCE + sealed.length)
                                    .put(nonce)
                                    .put(sealed)
                                    .array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-GCM", e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// What is in it, for the caller to close; empty when the passphrase is wrong or something was
    /// changed: the two can't be told apart.
    ///
    /// @throws KmException when it is none of ours
    public Optional<Secret> open(Secret passphrase, String bound) {
        var all = octets.copy();
        if (all.length < NONCE + TAG) {
            throw new KmException("it is cut off: take a copy of it that is whole");
        }
        var slot = Slot.stored(0, Slot.Kind.PASSPHRASE.word(), parameters, new byte[0]);
        try {
            var gcm = gcm(Cipher.DECRYPT_MODE, slot, passphrase, Arrays.copyOf(all, NONCE), bound);
            return Optional.of(Secret.of(gcm.doFinal(all, NONCE, all.length - NONCE)));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-GCM", e);
        } catch (IllegalArgumentException | KmException e) {
            throw new KmException("its parameters were changed: take a copy that is whole", e);
        }
    }

    private static Cipher gcm(int mode, Slot slot, Secret passphrase, byte[] nonce, String bound)
            throws GeneralSecurityException {
        var key = Hkdf.derive(Passphrases.key(slot, passphrase), "passphrase-box", 32);
        try {
            var gcm = Cipher.getInstance("AES/GCM/NoPadding");
            gcm.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG * 8, nonce));
            gcm.updateAAD((slot.parameters() + "|" + bound).getBytes(StandardCharsets.UTF_8));
            return gcm;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
