package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.store.DataFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// The lock of the folder: one act at a time, by whomever.
final class KmLock {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private KmLock() {}

    /// The same, or nothing when somebody else has it.
    static Optional<DataFolder> tryTake(Path folder) {
        return switch (DataFolder.lock(folder)) {
            case DataFolder.Locked.Ready(var locked) -> Optional.of(locked);
            case DataFolder.Locked.InUse _ -> Optional.empty();
            case DataFolder.Locked.Refused(var reason) -> throw new KmException(reason);
        };
    }

    /// Makes the folder if need be, checks that nobody else can read it, and locks it. Waits a
    /// moment for a command that is at its end.
    static DataFolder take(Path folder) {
        return switch (patiently(folder)) {
            case DataFolder.Locked.Ready(var locked) -> locked;
            case DataFolder.Locked.InUse(var path, var pid) ->
                    throw new KmException(
                            "another `postern km` command%s is at work on %s: wait until it has ended, then try again"
                                    .formatted(
                                            pid.map(number -> " (process " + number + ")")
                                                    .orElse(""),
                                            path));
            case DataFolder.Locked.Refused(var reason) -> throw new KmException(reason);
        };
    }

    private static DataFolder.Locked patiently(Path folder) {
        long start = System.nanoTime();
        var locked = DataFolder.lock(folder);
        while (locked instanceof DataFolder.Locked.InUse
                && System.nanoTime() - start < PATIENCE.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(PAUSE.toNanos());
            locked = DataFolder.lock(folder);
        }
        return locked;
    }
}
