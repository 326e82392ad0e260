package io.postern.km.audit;

import io.postern.km.secret.KmException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The file of lines that is only ever appended to: the second place of each line, for who reads
/// files. Used under the lock of the folder.
public final class AuditFile {
    /// Its name.
    public static final String FILE = "audit.log";

    /// Longer than any line: the longest has three texts of 300 characters.
    private static final int TAIL = 16 << 10;

    private final Path file;

    /// @param folder must exist
    public AuditFile(Path folder) {
        file = folder.resolve(FILE);
    }

    /// Where it is.
    public Path path() {
        return file;
    }

    /// The last whole line, if there is one. What a power failure left of a line behind it is cut
    /// off: the database has the line, and it is appended again.
    ///
    /// @throws KmException when the file can't be read and written; then no act may be done
    public Optional<AuditLine> last() {
        try (var channel = open()) {
            long size = channel.size();
            int length = (int) Math.min(size, TAIL);
            var buffer = ByteBuffer.allocate(length);
            while (buffer.hasRemaining()
                    && channel.read(buffer, size - length + buffer.position()) > 0) {
                // Read on.
            }
            var tail = new String(buffer.array(), StandardCharsets.ISO_8859_1);
            int end = tail.lastIndexOf('\n');
            if (end < 0 && size > 0 && length == TAIL) {
                throw damaged();
            }
            if (end + 1 < length) {
                channel.truncate(size - length + end + 1);
                channel.force(true);
            }
            if (end < 0) {
                return Optional.empty();
            }
            int begin = tail.lastIndexOf('\n', end - 1) + 1;
            if (begin == 0 && size > length) {
                throw damaged();
            }
            var line =
                    AuditLine.parse(
                            new String(buffer.array(), begin, end - begin, StandardCharsets.UTF_8));
            return Optional.of(line.orElseThrow(this::damaged));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /// Appends lines, and returns when they are on stable storage.
    ///
    /// @throws KmException when they can't be
    public void append(List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        try (var channel = open()) {
            long before = channel.size();
            boolean whole = false;
            try {
                var text = String.join("\n", lines) + "\n";
                var octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                long at = before;
                while (octets.hasRemaining()) {
                    at += channel.write(octets, at);
                }
                channel.force(true);
                whole = true;
            } finally {
                if (!whole) {
                    channel.truncate(before);
                }
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /// All lines, for verification; the caller closes it.
    ///
    /// @throws KmException when there is none
    BufferedReader lines() {
        try {
            return Files.newBufferedReader(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KmException(file + " can't be read: " + e + ": restore it from a backup", e);
        }
    }

    private KmException damaged() {
        return new KmException(
                file
                        + " was changed: its last line is not one of ours; keep a copy, find out who did it (`postern km audit verify`), and restore it. No act is done until then; mail is not affected");
    }

    private KmException unwritable(IOException e) {
        return new KmException(
                file
                        + " can't be written ("
                        + e.getMessage()
                        + "): no act is done without its audit line; free the disk or mend the file, then try again. Mail is not affected",
                e);
    }
}
