package io.postern.smtp.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// What a server keeps of a password for SCRAM-SHA-256: whoever has it can't log in with it, but
/// can guess the password, and can play the server. RFC 5802 §3, §9; RFC 7677. Immutable.
public final class ScramKeys {
    /// RFC 7677 §4: the least that a server may announce.
    public static final int LEAST_ITERATIONS = 4096;

    private static final String SCHEME = "SCRAM-SHA-256";
    private static final String HMAC = "HmacSHA256";
    private static final int OCTETS = 32;
    // A record that says more would stop every client; none of ours does.
    private static final int MOST_ITERATIONS = 10_000_000;

    private final byte[] salt;
    private final int iterations;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramKeys(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        this.salt = salt;
        this.iterations = iterations;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /// The keys of a password. Takes its time: that is what iterations are for.
    ///
    /// @param password prepared
    public static ScramKeys of(String password, byte[] salt, int iterations) {
        var salted = hi(password, salt, iterations);
        var clientKey = hmac(salted, "Client Key");
        return new ScramKeys(salt.clone(), iterations, hash(clientKey), hmac(salted, "Server Key"));
    }

    /// Keys that no password fits, for a user who does not exist: nobody can tell from what the
    /// server says.
    ///
    /// @param seed 32 secret octets that are always the same for the same name: so is the salt
    public static ScramKeys ofNobody(byte[] seed, int saltOctets, int iterations) {
        var salt = java.util.Arrays.copyOf(hmac(seed, "salt"), saltOctets);
        return new ScramKeys(salt, iterations, hmac(seed, "stored"), hmac(seed, "server"));
    }

    /// The keys that [#text] printed; empty when this is no such text.
    public static Optional<ScramKeys> parse(String text) {
        var parts = text.split("[$:]", -1);
        if (parts.length != 5 || !parts[0].equals(SCHEME)) {
            return Optional.empty();
        }
        var salt = Base64Text.octets(parts[2]);
        var stored = Base64Text.octets(parts[3]).filter(key -> key.length == OCTETS);
        var server = Base64Text.octets(parts[4]).filter(key -> key.length == OCTETS);
        if (!parts[1].matches("[0-9]{4,8}")
                || salt.isEmpty()
                || stored.isEmpty()
                || server.isEmpty()) {
            return Optional.empty();
        }
        int iterations = Integer.parseInt(parts[1]);
        return iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS
                ? Optional.empty()
                : Optional.of(new ScramKeys(salt.get(), iterations, stored.get(), server.get()));
    }

    /// `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. RFC 5803 §3. A secret.
    public String text() {
        return SCHEME
                + "$"
                + iterations
                + ":"
                + Base64Text.of(salt)
                + "$"
                + Base64Text.of(storedKey)
                + ":"
                + Base64Text.of(serverKey);
    }

    String saltBase64() {
        return Base64Text.of(salt);
    }

    int iterations() {
        return iterations;
    }

    /// Whether a client that sends this proof knows the password. RFC 5802 §3. In constant time.
    ///
    /// @param base64 the proof
    boolean proves(String base64, String authMessage) {
        var proof = Base64Text.octets(base64).orElse(new byte[0]);
        var signature = hmac(storedKey, authMessage);
        if (proof.length != signature.length) {
            return false;
        }
        var clientKey = new byte[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            clientKey[i] = (byte) (proof[i] ^ signature[i]);
        }
        return MessageDigest.isEqual(hash(clientKey), storedKey);
    }

    /// Shows the client that the server knows the password's keys too.
    String serverSignature(String authMessage) {
        return Base64Text.of(hmac(serverKey, authMessage));
    }

    // RFC 5802 §2.2: Hi is PBKDF2 with HMAC of one block.
    private static byte[] hi(String password, byte[] salt, int iterations) {
        try {
            var spec = new PBEKeySpec(password.toCharArray(), salt, iterations, OCTETS * 8);
            try {
                return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(spec)
                        .getEncoded();
            } finally {
                spec.clearPassword();
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static byte[] hash(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /// Masked.
    @Override
    public String toString() {
        return SCHEME + "[…]";
    }
}
