package io.postern.keys;

import io.postern.store.MessageStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/// The root secret of the runtime tier: 256 random bits in a 0600 file. Whoever has it and the
/// store can read the gateway's private keys; without it they cannot be read at all.
public final class StartSecret {
    /// The file's name in the data folder.
    public static final String FILE = "start-secret";

    /// Octets of the secret.
    static final int LENGTH = 32;

    private static final int LARGEST_FILE = 1024;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] secret;

    StartSecret(byte[] secret) {
        this.secret = secret.clone();
    }

    /// The secret in the data folder, made when the file is absent: complete on stable storage
    /// before this returns. The folder must exist.
    ///
    /// @throws StartSecretException when it cannot be made, read or trusted
    public static StartSecret inFolder(Path data, SecureRandom random) {
        var file = data.resolve(FILE);
        try {
            if (Files.notExists(file)) {
                make(data, file, random);
            }
        } catch (IOException e) {
            throw new StartSecretException(
                    "cannot make the start secret " + file + ": " + e.getMessage(), e);
        }
        return read(file);
    }

    /// The secret in the data folder that a store belongs to; made when neither is in use yet.
    ///
    /// @throws StartSecretException as [#inFolder], and when it is absent while the store holds
    ///   keys: a new one would open none of them, and would hide that the old one is missed
    public static StartSecret of(MessageStore store, Path data, SecureRandom random) {
        var file = data.resolve(FILE);
        if (Files.notExists(file)
                && !(store.values(DkimKeys.KIND).isEmpty() && store.values("user").isEmpty())) {
            throw new StartSecretException(
                    "the start secret %s is gone, and the keys in the store open under no other: restore it from the copy that was kept (its name, its 0600 mode), or name that copy in secrets.start_secret"
                            .formatted(file));
        }
        return inFolder(data, random);
    }

    /// The secret in a file that the operator gives: the printed form, or 64 hexadecimal digits.
    ///
    /// @throws StartSecretException when it is absent, malformed, or readable by others
    public static StartSecret read(Path file) {
        try {
            var others = Files.getPosixFilePermissions(file);
            if (others.stream().anyMatch(StartSecret::isOfOthers)) {
                throw new StartSecretException(
                        "the start secret %s is open to others (%s): run `chmod 600 %s`, and if others may have read it, make new keys"
                                .formatted(file, PosixFilePermissions.toString(others), file));
            }
            if (Files.size(file) > LARGEST_FILE) {
                throw new StartSecretException("not a start secret, too long: " + file);
            }
            var octets = Files.readAllBytes(file);
            var text = new String(octets, StandardCharsets.ISO_8859_1);
            return new StartSecret(
                    SecretText.parse(text)
                            .orElseThrow(() ->
                                    new StartSecretException(
                                            "not a start secret, or mistyped: "
                                                    + file
                                                    + ": restore it from the copy that was kept")));
        } catch (NoSuchFileException e) {
            throw new StartSecretException("there is no start secret at " + file, e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new StartSecretException(
                    "cannot read the start secret " + file + ": " + e.getMessage(), e);
        }
    }

    private static boolean isOfOthers(PosixFilePermission permission) {
        return switch (permission) {
            case OWNER_READ, OWNER_WRITE, OWNER_EXECUTE -> false;
            case GROUP_READ,
                    GROUP_WRITE,
                    GROUP_EXECUTE,
                    OTHERS_READ,
                    OTHERS_WRITE,
                    OTHERS_EXECUTE ->
                    true;
        };
    }

    /// Written beside, forced, then linked to its name: there is never half a secret, and never a
    /// second one in place of the first.
    private static void make(Path data, Path file, SecureRandom random) throws IOException {
        var octets = new byte[LENGTH];
        random.nextBytes(octets);
        var temporary =
                Files.createTempFile(
                        data, FILE, ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                var text = new StartSecret(octets).printed() + "\n";
                var buffer = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            link(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (var folder = FileChannel.open(data, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static void link(Path temporary, Path file) throws IOException {
        try {
            Files.createLink(file, temporary);
        } catch (UnsupportedOperationException e) {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE); // no hard links here
        }
    }

    /// A key for HMAC-SHA-256, another for each purpose, always the same for the same.
    public SecretKey macKey(String purpose) {
        return derive("mac/" + purpose, "HmacSHA256", LENGTH);
    }

    /// A key for one purpose. RFC 5869; the secret is uniform, so no salt is needed (§3.1).
    SecretKey derive(String purpose, String algorithm, int length) {
        try {
            var info = ("postern/km/v1/" + purpose).getBytes(StandardCharsets.UTF_8);
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm,
                            HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has HKDF-SHA256", e);
        }
    }

    /// The form to print and keep in a safe: base 32 in groups with a check group; [#read] takes it
    /// back.
    public String printed() {
        return SecretText.print(secret);
    }

    /// Masked.
    @Override
    public String toString() {
        return "StartSecret[…]";
    }
}
