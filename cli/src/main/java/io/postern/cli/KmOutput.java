package io.postern.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files with secrets in them: 0600, never in place of another, on stable storage when written.
final class KmOutput {
    private KmOutput() {}

    /// Refuses early what could not be written later.
    static void writable(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw Failure.of("there is no folder " + folder, "make it, or name another");
        }
        try {
            Files.delete(Files.createTempFile(folder, ".postern", ".probe"));
        } catch (IOException e) {
            throw new Failure("nothing can be written to " + folder + ": " + e.getMessage(), e);
        }
    }

    static void write(Path file, byte[] octets) {
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
        } catch (FileAlreadyExistsException e) {
            throw new Failure(file + " is there already; move it away, or name another place", e);
        } catch (IOException e) {
            throw new Failure(file + " can't be written: " + e.getMessage(), e);
        }
    }
}
