package io.postern.km;

import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A folder for PKCS #12 files, and perhaps another for their passphrases. Until an act stands its
/// files have names that begin with a dot and tell vault and serial number; [#settle] shows or
/// deletes what a process that died left so. Files are 0600 and on stable storage.
public final class HandoutFolder implements Handout {
    private static final Pattern PART =
            Pattern.compile("\\.postern-([A-Z2-7]+)-([0-9a-f]{1,40})\\.part");

    private final String vault;
    private final Path files;
    private final Optional<Path> passphrases;

    /// @param vault its name, as [KmStatus] has it
    /// @param passphrases empty when the passphrase goes another way
    /// @throws KmException when both are one folder: who got it would have both
    public HandoutFolder(String vault, Path files, Optional<Path> passphrases) {
        this.vault = vault;
        this.files = files;
        this.passphrases = passphrases;
        try {
            if (passphrases.isPresent() && Files.isSameFile(files, passphrases.get())) {
                throw new KmException(
                        files
                                + " can't hold the passphrases beside the files that they open: name another folder for them");
            }
        } catch (IOException e) {
            throw new KmException("a folder is not there: " + e.getMessage(), e);
        }
    }

    @Override
    public void keep(KeyFiles made) {
        for (var file : made.files()) {
            write(part(files, file.certificate().serial()), file.pkcs12().copy());
        }
        if (passphrases.isPresent()) {
            var line = Arrays.copyOf(made.passphrase().copy(), made.passphrase().length() + 1);
            line[line.length - 1] = '\n';
            write(part(passphrases.get(), serial(made)), line);
        }
    }

    private static String serial(KeyFiles made) {
        return made.files().getFirst().certificate().serial();
    }

    private Path part(Path folder, String serial) {
        return folder.resolve(".postern-" + vault + "-" + serial + ".part");
    }

    @Override
    public void show(KeyFiles made) {
        made.files().forEach(this::show);
        passphrases.ifPresent(folder -> showPassphrase(folder, made));
    }

    private void showPassphrase(Path folder, KeyFiles made) {
        rename(part(folder, serial(made)), passphraseName(made.files().getFirst().certificate()));
    }

    /// Shows one file; its name now.
    public Path show(KeyFile file) {
        return rename(part(files, file.certificate().serial()), file.name());
    }

    private static String passphraseName(CertificateView one) {
        return KeyFile.stem(one.address()) + "-" + one.serial().substring(0, 8) + ".txt";
    }

    /// Shows or deletes what a process that died left: an act that stands has its files, one that
    /// does not has none.
    ///
    /// @param open so that no other act is under way
    /// @return what is shown now
    public List<Path> settle(OpenVault open) {
        var shown = new ArrayList<Path>();
        settle(open, files, false, shown);
        passphrases.ifPresent(folder -> settle(open, folder, true, shown));
        return shown;
    }

    private void settle(OpenVault open, Path folder, boolean passphrase, List<Path> shown) {
        for (var part : parts(folder)) {
            var matcher = PART.matcher(part.getFileName().toString());
            if (!matcher.matches() || !matcher.group(1).equals(vault)) {
                continue; // another vault's, which may be at work
            }
            var one = open.standing(matcher.group(2));
            if (one.isPresent()) {
                var name = passphrase ? passphraseName(one.get()) : KeyFile.name(one.get());
                shown.add(rename(part, name));
            } else {
                delete(part);
            }
        }
    }

    private static List<Path> parts(Path folder) {
        var found = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(folder, ".postern-*.part")) {
            all.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            throw new KmException(folder + " can't be read: " + e.getMessage(), e);
        }
        return found;
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new KmException(part + " can't be deleted: " + e.getMessage(), e);
        }
    }

    /// In a name that nothing has yet: what was recovered lies beside what was issued.
    private static Path rename(Path part, String name) {
        var folder = part.resolveSibling(name);
        int dot = name.lastIndexOf('.');
        for (int i = 2; Files.exists(folder); i++) {
            folder = part.resolveSibling(name.substring(0, dot) + "-" + i + name.substring(dot));
        }
        try {
            return Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new KmException(
                    "%s can't be renamed to %s (%s): it is whole, rename it yourself"
                            .formatted(part, folder.getFileName(), e.getMessage()),
                    e);
        }
    }

    /// @param octets zeroed by this
    private static void write(Path file, byte[] octets) {
        try (var channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            var buffer = ByteBuffer.wrap(octets);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new KmException(
                    "%s can't be written (%s): see to its disk, then do it again"
                            .formatted(file, e.getMessage()),
                    e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
