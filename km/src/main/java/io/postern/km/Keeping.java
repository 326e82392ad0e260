package io.postern.km;

import io.postern.km.backup.Envelope;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// Acts on where the vault is kept.
final class Keeping {
    private final Desk desk;

    Keeping(OpenVault vault) {
        desk = vault.desk();
    }

    void anchor(Optional<Path> file) {
        file.ifPresent(path -> outside(Path.of(absolute(path))));
        desk.act(
                Request.of(Acts.anchor(file)),
                on -> {
                    if (file.isPresent()) {
                        Tables.setMeta(on, Anchor.SETTING, absolute(file.get()));
                    } else {
                        on.update("DELETE FROM meta WHERE name = ?", Anchor.SETTING);
                    }
                    return true;
                });
    }

    static String absolute(Path file) {
        return file.toAbsolutePath().normalize().toString();
    }

    private void outside(Path file) {
        if (file.startsWith(desk.world().data().toAbsolutePath().normalize())) {
            throw new KmException(
                    file
                            + " is in the data folder, and would be taken back with it: name a file on another disk or machine");
        }
        var folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new KmException(folder + " is no folder that can be written: make it first");
        }
    }

    void move(X509Certificate to, Path target) {
        if (Files.exists(target)) {
            throw new KmException(target + " is there already: name another file");
        }
        var random = desk.world().random();
        try (var scratch = Scratch.in(desk.world().folder().resolve("spool"))) {
            // What can't be encrypted or written is found out while nothing is changed.
            var trial = scratch.path().resolve("trial");
            try {
                Files.createFile(trial);
            } catch (IOException e) {
                throw new KmException(trial + " can't be made: " + e, e);
            }
            Envelope.seal(trial, to, target, random);
            delete(target);
            desk.act(
                    Request.of(Acts.move(to)),
                    on -> {
                        Tables.setMeta(
                                on,
                                Moving.SETTING,
                                "%s, certificate %s"
                                        .formatted(desk.world().now(), fingerprint(to)));
                        return true;
                    });
            var backup = scratch.path().resolve("backup");
            new BackupWriter(desk).write(backup);
            Envelope.seal(backup, to, target, random);
        }
    }

    static String fingerprint(X509Certificate certificate) {
        return Hashes.sha256(PrivateKeys.der(certificate));
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new KmException(file + " can't be written: " + e, e);
        }
    }

    void stay() {
        desk.act(
                Request.of(Acts.stay()),
                on -> {
                    if (on.update("DELETE FROM meta WHERE name = ?", Moving.SETTING) == 0) {
                        throw new KmException(
                                "this vault was not moved: there is nothing to cancel");
                    }
                    return true;
                });
    }
}
