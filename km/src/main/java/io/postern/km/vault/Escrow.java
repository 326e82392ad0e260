package io.postern.km.vault;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;

/// Deposits that anybody with the public key can make and only the private key can read: HPKE (RFC
/// 9180), base mode, DHKEM(P-384, HKDF-SHA384), HKDF-SHA384, AES-256-GCM. The record's name is the
/// authenticated data, so a deposit opens under no other.
public final class Escrow {
    private static final byte[] INFO = "postern/km/v1/escrow".getBytes(StandardCharsets.US_ASCII);

    /// Octets of an encapsulated key: an uncompressed point of P-384.
    private static final int ENCAPSULATED = 97;

    /// RFC 9180 §7.1.3: at least as long as a private key.
    private static final int SEED = 48;

    private Escrow() {}

    /// A pair of keys.
    ///
    /// @param publicKey 97 octets
    /// @param privateKey the caller closes it
    public record Pair(Octets publicKey, Secret privateKey) {}

    private static HPKE hpke() {
        return new HPKE(
                HPKE.mode_base, HPKE.kem_P384_SHA384, HPKE.kdf_HKDF_SHA384, HPKE.aead_AES_GCM256);
    }

    /// A new pair. RFC 9180 §7.1.3 makes it of random octets, so that the source is ours.
    public static Pair newPair(SecureRandom random) {
        var hpke = hpke();
        var pair = derived(hpke, random);
        return new Pair(
                new Octets(hpke.serializePublicKey(pair.getPublic())),
                Secret.of(hpke.serializePrivateKey(pair.getPrivate())));
    }

    private static AsymmetricCipherKeyPair derived(HPKE hpke, SecureRandom random) {
        var material = new byte[SEED];
        random.nextBytes(material);
        try {
            return hpke.deriveKeyPair(material);
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }

    /// Seals octets to the public key. They stay the caller's to zero.
    ///
    /// @throws KmException when the public key is none
    public static byte[] deposit(
            Octets publicKey, RecordName name, byte[] octets, SecureRandom random) {
        try {
            var hpke = hpke();
            var key = hpke.deserializePublicKey(publicKey.copy());
            var context = hpke.setupBaseS(key, INFO, derived(hpke, random));
            var sealed = context.seal(name.octets(), octets);
            var encapsulated = context.getEncapsulation();
            return ByteBuffer.allocate(encapsulated.length + sealed.length)
                    .put(encapsulated)
                    .put(sealed)
                    .array();
        } catch (InvalidCipherTextException | IllegalArgumentException e) {
            throw new KmException(
                    "the escrow's public key is damaged: restore the folder from a backup", e);
        }
    }

    /// What was deposited. The caller closes it.
    ///
    /// @throws KmException when it does not open
    public static Secret open(Pair pair, RecordName name, byte[] deposit) {
        var privateKey = pair.privateKey().copy();
        try {
            var encapsulated = new byte[ENCAPSULATED];
            var buffer = ByteBuffer.wrap(deposit).get(encapsulated);
            var sealed = new byte[buffer.remaining()];
            buffer.get(sealed);
            var hpke = hpke();
            var keys = hpke.deserializePrivateKey(privateKey, pair.publicKey().copy());
            return Secret.of(hpke.setupBaseR(encapsulated, keys, INFO).open(name.octets(), sealed));
        } catch (InvalidCipherTextException
                | IllegalArgumentException
                | BufferUnderflowException e) {
            throw new KmException(
                    "the deposit %s of %s does not open: it was changed, or made for another escrow key; restore it from a backup"
                            .formatted(name.id(), name.subject()),
                    e);
        } finally {
            Arrays.fill(privateKey, (byte) 0);
        }
    }
}
