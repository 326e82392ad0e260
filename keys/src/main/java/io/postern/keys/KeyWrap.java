package io.postern.keys;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Wraps secrets for the store under the start secret. Immutable; safe for many threads.
///
/// Each record has a data key of its own, made for it and used once, so no nonce can repeat; the
/// data key is wrapped (AES-KWP, RFC 5649) under the key of the record's class, which is derived
/// from the start secret (HKDF-SHA256, RFC 5869). A wrapped record is:
///
/// | octets | what |
/// |---|---|
/// | 4 | `PKW1` |
/// | 8 | which start secret and class: derived, tells nothing about either |
/// | 40 | the data key, wrapped |
/// | 12 | nonce |
/// | rest | AES-256-GCM of the secret, 16 octets of tag at the end |
///
/// The authenticated data are the first 52 octets, the type and the name: a record moved to another
/// name does not open.
public final class KeyWrap {
    private static final byte[] MAGIC = "PKW1".getBytes(StandardCharsets.US_ASCII);
    private static final int ID = 8;
    private static final int WRAPPED_KEY = 40;
    private static final int NONCE = 12;
    private static final int TAG = 16;

    private final SecretKey classKey;
    private final byte[] id;
    private final SecureRandom random;

    /// @param recordClass what is wrapped with it, such as `dkim`: each class has its own key
    public KeyWrap(StartSecret secret, String recordClass, SecureRandom random) {
        this.classKey = secret.derive(recordClass + "/1", "AES", 32);
        this.id = secret.derive(recordClass + "/1/id", "Generic", ID).getEncoded();
        this.random = random;
    }

    /// The secret, encrypted and bound to type and name: it opens under no other.
    public byte[] wrap(String type, String name, byte[] secret) {
        var dataKey = new byte[32];
        random.nextBytes(dataKey);
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            var key = new SecretKeySpec(dataKey, "AES");
            var kwp = Cipher.getInstance("AES/KWP/NoPadding");
            kwp.init(Cipher.WRAP_MODE, classKey, random);
            var header =
                    ByteBuffer.allocate(MAGIC.length + ID + WRAPPED_KEY)
                            .put(MAGIC)
                            .put(id)
                            .put(kwp.wrap(key))
                            .array();
            var gcm = gcm(Cipher.ENCRYPT_MODE, key, nonce, header, type, name);
            var sealed = gcm.doFinal(secret);
            return ByteBuffer.allocate(header.length + NONCE + sealed.length)
                    .put(header)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-KWP and AES-GCM", e);
        } finally {
            Arrays.fill(dataKey, (byte) 0);
        }
    }

    /// The secret that was wrapped. The caller zeroes it after use.
    ///
    /// @throws UnwrapException when it does not open, with the cause
    public byte[] unwrap(String type, String name, byte[] wrapped) {
        var header = new byte[MAGIC.length + ID + WRAPPED_KEY];
        var nonce = new byte[NONCE];
        byte[] sealed;
        try {
            var buffer = ByteBuffer.wrap(wrapped).get(header).get(nonce);
            sealed = new byte[buffer.remaining()];
            buffer.get(sealed);
        } catch (BufferUnderflowException e) {
            throw failure(UnwrapException.Cause.UNKNOWN_FORMAT, type, name, "it is cut off", e);
        }
        if (sealed.length < TAG || !Arrays.equals(header, 0, 4, MAGIC, 0, 4)) {
            throw failure(
                    UnwrapException.Cause.UNKNOWN_FORMAT,
                    type,
                    name,
                    "it is damaged, or was written by a newer version",
                    null);
        }
        if (!Arrays.equals(header, 4, 4 + ID, id, 0, ID)) {
            throw failure(
                    UnwrapException.Cause.WRONG_SECRET,
                    type,
                    name,
                    "it was wrapped under another start secret: restore that one",
                    null);
        }
        try {
            var kwp = Cipher.getInstance("AES/KWP/NoPadding");
            kwp.init(Cipher.UNWRAP_MODE, classKey);
            var wrappedKey = Arrays.copyOfRange(header, MAGIC.length + ID, header.length);
            var key = kwp.unwrap(wrappedKey, "AES", Cipher.SECRET_KEY);
            return gcm(Cipher.DECRYPT_MODE, key, nonce, header, type, name).doFinal(sealed);
        } catch (GeneralSecurityException e) {
            throw failure(
                    UnwrapException.Cause.TAMPERED,
                    type,
                    name,
                    "it was changed after it was written: restore it from a backup",
                    e);
        }
    }

    private static Cipher gcm(
            int mode, Key key, byte[] nonce, byte[] header, String type, String name)
            throws GeneralSecurityException {
        var gcm = Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        gcm.updateAAD(header);
        for (var text : new String[] {type, name}) {
            var octets = text.getBytes(StandardCharsets.UTF_8);
            // With their lengths: "ab" and "c" are not "a" and "bc".
            gcm.updateAAD(ByteBuffer.allocate(4).putInt(octets.length).array());
            gcm.updateAAD(octets);
        }
        return gcm;
    }

    private static UnwrapException failure(
            UnwrapException.Cause why,
            String type,
            String name,
            String words,
            @Nullable Throwable cause) {
        var failure = new UnwrapException(why, "the secret " + type + " " + name + ": " + words);
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }
}
