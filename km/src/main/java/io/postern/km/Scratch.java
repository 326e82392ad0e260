package io.postern.km;

import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// A folder that only its owner can read, gone with all in it when closed.
///
/// @param path of the folder
record Scratch(Path path) implements AutoCloseable {
    /// A new one below `parent`.
    static Scratch in(Path parent) {
        try {
            return new Scratch(
                    Files.createTempDirectory(
                            parent,
                            "km",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rwx------"))));
        } catch (IOException e) {
            throw new KmException(
                    "no folder can be made in "
                            + parent
                            + " ("
                            + e
                            + "): see to its disk and owner",
                    e);
        }
    }

    @Override
    public void close() {
        delete(path);
    }

    /// Deletes a folder with all that is in it, if it is there.
    static void delete(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path visited, @Nullable IOException e) throws IOException {
                            Files.delete(visited);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new KmException(folder + " can't be removed: " + e + ": remove it by hand", e);
        }
    }
}
