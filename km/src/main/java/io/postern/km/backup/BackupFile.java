package io.postern.km.backup;

import io.postern.km.audit.Ed25519Texts;
import io.postern.km.secret.KmException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.HexFormat;

/// A backup: a line that names the form, the [Manifest], its signature in base 64 (Ed25519, RFC
/// 8032), then the database to the end. Nothing is read before its size and hash are right.
///
/// @param file where it is
/// @param manifest what it says of itself
/// @param signature over the manifest
/// @param begin where the database begins, in octets
public record BackupFile(Path file, Manifest manifest, String signature, long begin) {
    private static final String FORM = "postern-km-backup-1";
    private static final String DOMAIN = "postern/km/v1/backup|";
    private static final int LONGEST_LINE = 4096;

    /// Writes one in place of whatever is at `target`: whole and on stable storage, or not at all.
    ///
    /// @param manifest size and hash in it are of `database`, see [#sha256]
    /// @throws KmException when it can't be written
    public static void write(Path target, Manifest manifest, Path database, PrivateKey key) {
        var beside = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.deleteIfExists(beside);
            Files.createFile(
                    beside,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            try (var out = Files.newOutputStream(beside)) {
                var head =
                        FORM
                                + "\n"
                                + manifest.text()
                                + "\n"
                                + Ed25519Texts.sign(DOMAIN + manifest.text(), key)
                                + "\n";
                out.write(head.getBytes(StandardCharsets.UTF_8));
                Files.copy(database, out);
            }
            sync(beside);
            Files.move(
                    beside,
                    target,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            var folder = target.toAbsolutePath().getParent();
            if (folder != null) {
                sync(folder);
            }
        } catch (IOException e) {
            throw new KmException(
                    target
                            + " can't be written ("
                            + e.getMessage()
                            + "): name another place, or free space there",
                    e);
        }
    }

    static void sync(Path path) throws IOException {
        var how = Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (var channel = java.nio.channels.FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    /// Whether that key signed it.
    public boolean signedBy(PublicKey key) {
        return Ed25519Texts.fits(DOMAIN + manifest.text(), signature, key);
    }

    /// Reads what it says of itself.
    ///
    /// @throws KmException when it is no backup, or cut off
    public static BackupFile read(Path file) {
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            var form = line(in);
            if (!form.equals(FORM)) {
                throw new KmException(
                        file
                                + (form.startsWith("postern-km-backup-")
                                        ? " was written by a later version: use that version"
                                        : " is no backup: name a file that `postern km backup` wrote"));
            }
            var text = line(in);
            var signature = line(in);
            var manifest =
                    Manifest.parse(text)
                            .orElseThrow(() ->
                                    new KmException(
                                            file
                                                    + " is damaged: what it says of itself can't be read; take another backup"));
            long begin =
                    form.length()
                            + 3L
                            + text.getBytes(StandardCharsets.UTF_8).length
                            + signature.length();
            long size = Files.size(file) - begin;
            if (size != manifest.size()) {
                throw new KmException(
                        "%s is %s: it has %d octets of the database's %d; take another backup"
                                .formatted(
                                        file,
                                        size < manifest.size() ? "cut off" : "too long",
                                        size,
                                        manifest.size()));
            }
            return new BackupFile(file, manifest, signature, begin);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static String line(InputStream in) throws IOException {
        var octets = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            octets.write(c);
            if (octets.size() > LONGEST_LINE) {
                break;
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    /// Writes the database to a new file that only its owner can read.
    ///
    /// @throws KmException when it is not what the manifest says; then there is no file
    public void extract(Path database) {
        boolean right = false;
        try {
            Files.createFile(
                    database,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            var hash = digest();
            try (var in = Files.newInputStream(file);
                    var out = Files.newOutputStream(database)) {
                in.skipNBytes(begin);
                copy(in, out, hash);
            }
            if (!HexFormat.of().formatHex(hash.digest()).equals(manifest.sha256())) {
                throw new KmException(
                        file
                                + " is damaged: the database in it has another hash; take another backup");
            }
            sync(database);
            right = true;
        } catch (IOException e) {
            throw unreadable(file, e);
        } finally {
            if (!right) {
                delete(database);
            }
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The failure before this one is told.
        }
    }

    private static void copy(InputStream in, OutputStream out, MessageDigest hash)
            throws IOException {
        var buffer = new byte[1 << 16];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            hash.update(buffer, 0, count);
            out.write(buffer, 0, count);
        }
    }

    /// SHA-256 of a file, in hexadecimal digits.
    ///
    /// @throws KmException when it can't be read
    public static String sha256(Path file) {
        var hash = digest();
        try (var in = Files.newInputStream(file)) {
            copy(in, OutputStream.nullOutputStream(), hash);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return HexFormat.of().formatHex(hash.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static KmException unreadable(Path file, IOException e) {
        return new KmException(
                file + " can't be read or copied (" + e + "): see to the file and its disk", e);
    }
}
