package io.postern.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("SQLite: the queue")
class SqliteQueueTest extends OperatorContract {
    @TempDir private Path temp;

    @Override
    protected MessageStore open() {
        return SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock);
    }

    @Override
    protected MessageStore openAfterCrash() throws IOException {
        return SqliteStore.open(
                crashed(temp.resolve("data"), temp.resolve("crashed")),
                StoreSettings.DEFAULTS,
                clock);
    }

    /// Copies what a crash would leave. The log first: if it is folded into the file meanwhile, its
    /// frames are there twice, which does no harm.
    static Path crashed(Path from, Path to) throws IOException {
        Files.createDirectory(
                to,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (var name : new String[] {SqliteStore.FILE + "-wal", SqliteStore.FILE}) {
            Files.copy(from.resolve(name), to.resolve(name));
            Files.setPosixFilePermissions(
                    to.resolve(name), PosixFilePermissions.fromString("rw-------"));
        }
        return to;
    }
}
