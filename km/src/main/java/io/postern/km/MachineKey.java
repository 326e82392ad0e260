package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.backup.Envelope;
import io.postern.km.ca.Authorities;
import io.postern.km.ca.Validity;
import io.postern.km.secret.KmException;
import io.postern.km.vault.RecordName;
import io.postern.km.vault.TierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;

/// The key that a machine makes to be moved to: sealed under its start secret, good for a month,
/// removed when the move is done.
public final class MachineKey {
    private static final String FILE = "km-move-key";
    private static final RecordName NAME = RecordName.first("move-key", "private", "");
    private static final Duration LIFE = Duration.ofDays(30);

    private MachineKey() {}

    /// Makes one, in place of the one before.
    ///
    /// @return the certificate to take to the other machine
    public static X509Certificate make(World world, StartSecret secret) {
        var pair = Envelope.newPair(world.random());
        var octets = pair.getPrivate().getEncoded();
        try (var runtime = TierKey.runtime(secret)) {
            var file = world.data().resolve(FILE);
            var beside = world.data().resolve(FILE + ".new");
            Files.deleteIfExists(beside);
            Files.createFile(
                    beside,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(beside, runtime.seal(NAME, octets, world.random()));
            Files.move(
                    beside,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return Authorities.machine(pair, Validity.of(world.now(), LIFE), world.random());
        } catch (IOException e) {
            throw new KmException(
                    world.data() + " can't be written (" + e + "): see to its disk and owner", e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// Decrypts what was sent here.
    ///
    /// @param plain must not exist
    /// @throws KmException when no key was made here, or it is encrypted to another
    public static void open(World world, StartSecret secret, Path sent, Path plain) {
        try (var runtime = TierKey.runtime(secret);
                var key = runtime.open(NAME, Files.readAllBytes(world.data().resolve(FILE)))) {
            Envelope.open(sent, PrivateKeys.decode("EC", key), plain);
        } catch (NoSuchFileException e) {
            throw new KmException(
                    world.data()
                            + " has no key for a move: run `postern km move prepare` here first, then move to its certificate",
                    e);
        } catch (IOException e) {
            throw new KmException(world.data().resolve(FILE) + " can't be read: " + e, e);
        }
    }

    /// Removes it, if it is there.
    public static void remove(World world) {
        try {
            Files.deleteIfExists(world.data().resolve(FILE));
        } catch (IOException e) {
            throw new KmException(
                    world.data().resolve(FILE) + " can't be removed: " + e + "; remove it by hand",
                    e);
        }
    }
}
