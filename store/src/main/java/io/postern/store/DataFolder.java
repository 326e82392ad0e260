package io.postern.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The data folder, locked for this process: it and all in it belong to the running user alone
/// (folders 0700, files 0600).
///
/// The lock is an advisory lock on the file `lock`, which also holds the process id. The system
/// drops it when the process ends, however it ends.
public final class DataFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> FOLDER_MODE =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE_MODE =
            PosixFilePermissions.fromString("rw-------");

    /// Folders that this process has locked. POSIX locks belong to the process and are lost when it
    /// closes *any* descriptor of the file, so a second attempt must not even open it.
    private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /// What came of an attempt to lock a folder.
    public sealed interface Locked {
        /// Ours until closed.
        record Ready(DataFolder folder) implements Locked {}

        /// A gateway, or a command that writes, is at work on it.
        ///
        /// @param pid its process id, when it could be read
        record InUse(Path path, Optional<Long> pid) implements Locked {
            /// In words for an operator.
            public String reason() {
                return "the data folder "
                        + path
                        + " is in use by a running gateway"
                        + pid.map(number -> " (process " + number + ")").orElse("")
                        + ": stop it first, or name another folder";
            }
        }

        /// Not fit for use.
        ///
        /// @param reason names the thing and the remedy
        record Refused(String reason) implements Locked {}
    }

    /// Makes the folder if need be, checks it, locks it, and empties its `spool`.
    public static Locked lock(Path folder) {
        var path = folder.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
            }
            var real = path.toRealPath();
            var refusal = check(real);
            if (refusal.isPresent()) {
                return new Locked.Refused(refusal.get());
            }
            if (!LOCKED.add(real)) {
                return new Locked.InUse(real, Optional.of(ProcessHandle.current().pid()));
            }
            Locked locked = new Locked.Refused("not locked");
            try {
                locked = lockFile(real);
            } finally {
                if (!(locked instanceof Locked.Ready)) {
                    LOCKED.remove(real);
                }
            }
            return locked;
        } catch (IOException e) {
            return new Locked.Refused(
                    "the data folder "
                            + path
                            + " can't be used: "
                            + describe(e)
                            + ": check that it is on a mounted, writable disk and belongs to the"
                            + " user that runs the gateway");
        }
    }

    private static Locked lockFile(Path real) throws IOException {
        var file = real.resolve("lock");
        var channel =
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS),
                        PosixFilePermissions.asFileAttribute(FILE_MODE));
        boolean ready = false;
        try {
            if (channel.tryLock() == null) {
                return new Locked.InUse(real, readPid(channel));
            }
            channel.truncate(0);
            var pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            var locked = new DataFolder(real, channel);
            locked.emptySpool();
            ready = true;
            return new Locked.Ready(locked);
        } finally {
            if (!ready) {
                channel.close();
            }
        }
    }

    private static Optional<Long> readPid(FileChannel channel) throws IOException {
        var buffer = ByteBuffer.allocate(32);
        channel.read(buffer, 0);
        var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
        try {
            return Optional.of(Long.valueOf(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// Why the folder is not fit; empty when it is. Folders and files that others may touch are
    /// refused, not repaired: who could read them may have read the keys.
    private static Optional<String> check(Path real) throws IOException {
        // A process's own files tell who it is, also where user names are not known (containers).
        var probe = Files.createTempFile(real, ".owner", "");
        Object user;
        try {
            user = Files.getOwner(probe);
        } finally {
            Files.delete(probe);
        }
        var refusal = check(real, user, FOLDER_MODE, "0700");
        if (refusal.isPresent()) {
            return refusal;
        }
        try (var files = Files.list(real)) {
            for (var file : (Iterable<Path>) files::iterator) {
                if (Files.isSymbolicLink(file)) {
                    return Optional.of(file + " is a symbolic link: put the file itself there");
                }
                boolean folder = Files.isDirectory(file);
                if (!folder && !Files.isRegularFile(file)) {
                    continue; // a socket that a killed gateway left behind
                }
                var fault =
                        check(
                                file,
                                user,
                                folder ? FOLDER_MODE : FILE_MODE,
                                folder ? "0700" : "0600");
                if (fault.isPresent()) {
                    return fault;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> check(
            Path file, Object user, Set<PosixFilePermission> mode, String octal)
            throws IOException {
        var facts = Files.readAttributes(file, PosixFileAttributes.class);
        if (!facts.owner().equals(user)) {
            return Optional.of(
                    file
                            + " belongs to "
                            + facts.owner()
                            + ", not to "
                            + user
                            + " who runs this: run it as "
                            + facts.owner()
                            + ", or give it over with: chown "
                            + user
                            + " "
                            + file);
        }
        if (!mode.containsAll(facts.permissions())) {
            return Optional.of(
                    file
                            + " is open to others (mode "
                            + PosixFilePermissions.toString(facts.permissions())
                            + "): close it with: chmod "
                            + octal
                            + " "
                            + file);
        }
        return Optional.empty();
    }

    private static String describe(IOException e) {
        var reason = e instanceof java.nio.file.FileSystemException f ? f.getReason() : null;
        return reason != null ? reason : e.toString();
    }

    private void emptySpool() throws IOException {
        var spool = path.resolve("spool");
        if (!Files.isDirectory(spool)) {
            Files.createDirectory(spool, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
            return;
        }
        try (var files = Files.list(spool)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// The folder itself, absolute.
    public Path path() {
        return path;
    }

    /// For temporary files; emptied whenever the folder is locked.
    public Path spool() {
        return path.resolve("spool");
    }

    /// Gives the lock up. Idempotent.
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new StoreException("the lock in " + path + " can't be closed", e);
        } finally {
            LOCKED.remove(path);
        }
    }
}
