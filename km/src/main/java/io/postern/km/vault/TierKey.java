package io.postern.km.vault;

import io.postern.keys.StartSecret;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The root of a tier: seals and opens its records. Each has a data key of its own, used once, so
/// that no nonce can repeat; the data key is wrapped (AES-KWP, RFC 5649) under the key of the
/// record's type and epoch, which HKDF makes of the root. A sealed record is:
///
/// | octets | what |
/// |---|---|
/// | 4 | `PKM1` |
/// | 8 | which root and type: derived, tells nothing about either |
/// | 40 | the data key, wrapped |
/// | 12 | nonce |
/// | rest | AES-256-GCM, 16 octets of tag at the end |
///
/// The authenticated data are the first 52 octets and the record's name.
public final class TierKey implements AutoCloseable {
    private static final byte[] MAGIC = "PKM1".getBytes(StandardCharsets.US_ASCII);
    private static final int ID = 8;
    private static final int WRAPPED = 40;
    private static final int HEADER = 4 + ID + WRAPPED;
    private static final int NONCE = 12;
    private static final int TAG = 16;

    private final Secret root;
    private final String tier;

    private TierKey(Secret root, String tier) {
        this.root = root;
        this.tier = tier;
    }

    /// The runtime tier: what the gateway needs while the vault is sealed.
    public static TierKey runtime(StartSecret secret) {
        return new TierKey(
                Secret.of(secret.macKey("km/runtime-tier").getEncoded()), "the runtime tier");
    }

    /// The vault tier: what only an open vault has.
    static TierKey vault(Secret master) {
        return new TierKey(
                Secret.of(Hkdf.derive(master.copy(), "vault-tier", 32)), "the vault tier");
    }

    /// The part of the vault that needs shares as well: no other slot gives the recovery secret.
    static TierKey guarded(Secret master, Secret recovery) {
        try (var both = master.then(recovery)) {
            return new TierKey(
                    Secret.of(Hkdf.derive(both.copy(), "guarded-tier", 32)), "the guarded tier");
        }
    }

    private byte[] derive(RecordName name, String suffix, int length) {
        return Hkdf.derive(root.copy(), name.type() + "/" + name.epoch() + suffix, length);
    }

    /// The octets, encrypted and bound to the name. They stay the caller's to zero.
    public byte[] seal(RecordName name, byte[] octets, SecureRandom random) {
        var dataKey = new byte[32];
        random.nextBytes(dataKey);
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        var wrappingKey = derive(name, "", 32);
        try {
            var kwp = Cipher.getInstance("AES/KWP/NoPadding");
            kwp.init(Cipher.WRAP_MODE, new SecretKeySpec(wrappingKey, "AES"), random);
            var header =
                    ByteBuffer.allocate(HEADER)
                            .put(MAGIC)
                            .put(derive(name, "/id", ID))
                            .put(kwp.wrap(new SecretKeySpec(dataKey, "AES")))
                            .array();
            var sealed = gcm(Cipher.ENCRYPT_MODE, dataKey, nonce, header, name).doFinal(octets);
            return ByteBuffer.allocate(HEADER + NONCE + sealed.length)
                    .put(header)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-KWP and AES-GCM", e);
        } finally {
            Arrays.fill(dataKey, (byte) 0);
            Arrays.fill(wrappingKey, (byte) 0);
        }
    }

    /// What was sealed. The caller closes it.
    ///
    /// @throws KmException when it does not open, with the cause and the remedy
    public Secret open(RecordName name, byte[] record) {
        var header = new byte[HEADER];
        var nonce = new byte[NONCE];
        byte[] sealed;
        try {
            var buffer = ByteBuffer.wrap(record).get(header).get(nonce);
            sealed = new byte[buffer.remaining()];
            buffer.get(sealed);
        } catch (BufferUnderflowException e) {
            throw damaged(name, "is cut off", e);
        }
        if (sealed.length < TAG || !Arrays.equals(header, 0, 4, MAGIC, 0, 4)) {
            throw damaged(name, "is damaged, or was written by a newer version", null);
        }
        if (!Arrays.equals(header, 4, 4 + ID, derive(name, "/id", ID), 0, ID)) {
            throw new KmException(
                    "the record %s %s was sealed under another key of %s: restore the secret that it belongs to (for the runtime tier: the start secret)"
                            .formatted(name.type(), name.id(), tier));
        }
        var wrappingKey = derive(name, "", 32);
        byte[] dataKey = new byte[0];
        try {
            var kwp = Cipher.getInstance("AES/KWP/NoPadding");
            kwp.init(Cipher.UNWRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
            dataKey =
                    kwp.unwrap(Arrays.copyOfRange(header, 4 + ID, HEADER), "AES", Cipher.SECRET_KEY)
                            .getEncoded();
            return Secret.of(
                    gcm(Cipher.DECRYPT_MODE, dataKey, nonce, header, name).doFinal(sealed));
        } catch (GeneralSecurityException e) {
            throw damaged(name, "was changed after it was written", e);
        } finally {
            Arrays.fill(dataKey, (byte) 0);
            Arrays.fill(wrappingKey, (byte) 0);
        }
    }

    private static Cipher gcm(int mode, byte[] key, byte[] nonce, byte[] header, RecordName name)
            throws GeneralSecurityException {
        var gcm = Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG * 8, nonce));
        gcm.updateAAD(header);
        gcm.updateAAD(name.octets());
        return gcm;
    }

    private static KmException damaged(
            RecordName name, String what, @org.jspecify.annotations.Nullable Throwable cause) {
        var failure =
                new KmException(
                        "the record %s %s %s: restore it from a backup"
                                .formatted(name.type(), name.id(), what));
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }

    /// Zeroes it.
    @Override
    public void close() {
        root.close();
    }

    /// Masked.
    @Override
    public String toString() {
        return "TierKey[" + tier + "]";
    }
}
