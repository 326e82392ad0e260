package io.postern.cli;

import io.postern.km.Handout;
import io.postern.km.HandoutFolder;
import io.postern.km.KeyFiles;
import io.postern.km.OpenVault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// Where PKCS #12 files and their passphrase go: never to the same file.
final class KmFiles {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the PKCS#12 files go (default: here).")
    Path out = Path.of("");

    @Option(
            names = "--passphrase-to",
            paramLabel = "FILE",
            description = "Write the files' passphrase there (0600) instead of showing it.")
    Optional<Path> passphraseTo = Optional.empty();

    /// Before the act: what can't be written is found out while nothing is changed.
    ///
    /// @param clear whether the passphrase is written in clear: then not beside what it opens
    void check(Io io, boolean clear) {
        KmOutput.writable(io.file(out).toAbsolutePath());
        passphraseTo.ifPresent(file -> {
            var path = io.file(file).toAbsolutePath();
            if (Files.exists(path)) {
                throw Failure.of(path + " is there already", "name another file");
            }
            var parent = path.getParent();
            KmOutput.writable(parent == null ? path : parent);
            if (clear && parent != null) {
                apart(parent, io.file(out).toAbsolutePath());
            }
        });
    }

    /// A file in clear beside the keys would be the same way. Both folders are there.
    private static void apart(Path folder, Path keys) {
        try {
            if (Files.isSameFile(folder, keys)) {
                throw Failure.of(
                        "the passphrase can't go beside the keys that it opens",
                        "name a file in another folder");
            }
        } catch (IOException e) {
            throw new Failure(folder + " can't be read: " + e.getMessage(), e);
        }
    }

    /// Does an act that makes files; they are kept before it is committed. What an act that was cut
    /// off left in the folder is settled first.
    boolean safely(Io io, OpenVault vault, Consumer<Handout> act) {
        var folder =
                new HandoutFolder(vault.name(), io.file(out).toAbsolutePath(), Optional.empty());
        folder.settle(vault).forEach(file -> io.line(file + "  (of an act that was cut off)"));
        try {
            act.accept(new KmHandout(io, folder, passphraseTo));
            return true;
        } catch (RuntimeException e) {
            try {
                boolean stands = !folder.settle(vault).isEmpty();
                if (!stands && passphraseTo.isPresent()) {
                    Files.deleteIfExists(io.file(passphraseTo.get()));
                }
            } catch (RuntimeException | IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    void write(Io io, KeyFiles files) {
        writeFiles(io, files);
        var passphrase = files.passphrase().characters();
        var text = new String(passphrase);
        Arrays.fill(passphrase, '\0');
        if (passphraseTo.isPresent()) {
            KmOutput.write(
                    io.file(passphraseTo.get()), (text + "\n").getBytes(StandardCharsets.US_ASCII));
            io.line("their passphrase is in " + passphraseTo.get());
        } else {
            io.line("passphrase: " + text);
        }
        io.line("Hand the files over by one way and the passphrase by another.");
    }

    /// Without the passphrase.
    void writeFiles(Io io, KeyFiles files) {
        for (var file : files.files()) {
            var path = free(io.file(out), file.name());
            KmOutput.write(path, file.pkcs12().copy());
            var one = file.certificate();
            io.line(
                    "%s  %s, serial %s, until %s"
                            .formatted(path, one.usage(), one.serial(), one.notAfter()));
        }
    }

    /// A name that nothing has yet: what was recovered lies beside what was issued.
    private static Path free(Path folder, String name) {
        var bare = name.substring(0, name.length() - ".p12".length());
        var path = folder.resolve(name);
        for (int i = 2; Files.exists(path); i++) {
            path = folder.resolve(bare + "-" + i + ".p12");
        }
        return path;
    }
}
