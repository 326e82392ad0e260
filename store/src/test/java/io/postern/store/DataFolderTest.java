package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the data folder")
class DataFolderTest {
    @TempDir private Path temp;

    private Path folder() {
        return temp.resolve("a/data");
    }

    private DataFolder ready() {
        return assertInstanceOf(DataFolder.Locked.Ready.class, DataFolder.lock(folder())).folder();
    }

    private String refused() {
        return assertInstanceOf(DataFolder.Locked.Refused.class, DataFolder.lock(folder()))
                .reason();
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().resolve(name)));
    }

    @Test
    @DisplayName("is made for its user alone, and so is all in it")
    void made() throws IOException {
        try (var store =
                SqliteStore.open(
                        folder(), StoreSettings.DEFAULTS, new TestClock(QueueContract.START))) {
            store.putValue("a", "b", new byte[1]).join();
            assertEquals("rwx------", mode("."));
            assertEquals("rwx------", mode("spool"));
            for (var name : new String[] {"lock", "store.db", "store.db-wal", "store.db-shm"}) {
                assertEquals("rw-------", mode(name), name);
            }
        }
        ready().close();
    }

    @Test
    @DisplayName("is locked once; the second is told by whom")
    void lockedOnce() {
        try (var first = ready()) {
            var second = assertInstanceOf(DataFolder.Locked.InUse.class, DataFolder.lock(folder()));
            assertEquals(Optional.of(ProcessHandle.current().pid()), second.pid());
            assertTrue(second.reason().contains("in use by a running gateway (process "));
            assertThrows(
                    FolderInUseException.class,
                    () ->
                            SqliteStore.open(
                                    first.path(),
                                    StoreSettings.DEFAULTS,
                                    new TestClock(QueueContract.START)));
        }
        ready().close();
    }

    @Test
    @DisplayName("another process finds the lock, and who holds it")
    void lockedForOthers() throws IOException, InterruptedException {
        try (var folder = ready()) {
            var process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Second.class.getName(),
                                    folder.path().toString(),
                                    Long.toString(ProcessHandle.current().pid()))
                            .inheritIO()
                            .start();
            assertEquals(Second.IN_USE_BY_FIRST, process.waitFor());
        }
    }

    /// Another process, which tries the lock.
    static final class Second {
        static final int IN_USE_BY_FIRST = 42;

        private Second() {}

        public static void main(String[] arguments) {
            var locked = DataFolder.lock(Path.of(arguments[0]));
            var expected = Optional.of(Long.valueOf(arguments[1]));
            boolean inUse =
                    locked instanceof DataFolder.Locked.InUse(_, var pid) && pid.equals(expected);
            System.exit(inUse ? IN_USE_BY_FIRST : 1);
        }
    }

    @Test
    @DisplayName("open to others: refused with the command that closes it")
    void openToOthers() throws IOException {
        ready().close();
        var file = folder().resolve("store.db");
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(
                refused().endsWith("close it with: chmod 0600 " + file.toAbsolutePath()),
                refused());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxr-x---"));
        assertTrue(refused().contains("(mode rwxr-x---): close it with: chmod 0700"), refused());
    }

    @Test
    @DisplayName("a file of somebody else, a link: refused")
    void links() throws IOException {
        ready().close();
        Files.createSymbolicLink(folder().resolve("store.db"), temp.resolve("elsewhere"));
        assertTrue(refused().contains("is a symbolic link"), refused());
    }

    @Test
    @DisplayName("a file where the folder should be: refused with a remedy")
    void file() throws IOException {
        Files.createDirectories(folder().getParent());
        Files.writeString(folder(), "");
        assertTrue(refused().contains("can't be used"), refused());
    }

    @Test
    @DisplayName("temporary files of the last run are gone")
    void spool() throws IOException {
        try (var folder = ready()) {
            Files.writeString(folder.spool().resolve("x"), "left");
        }
        try (var folder = ready()) {
            assertTrue(Files.isDirectory(folder.spool()));
            assertFalse(Files.exists(folder.spool().resolve("x")));
        }
    }
}
