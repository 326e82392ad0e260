package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.store.DataFolder;
import java.nio.file.Path;
import java.util.Optional;

/// The lock of the folder: one act at a time, by whomever.
final class KmLock {
    private KmLock() {}

    /// The same, or nothing when somebody else has it.
    static Optional<DataFolder> tryTake(Path folder) {
        return switch (DataFolder.lock(folder)) {
            case DataFolder.Locked.Ready(var locked) -> Optional.of(locked);
            case DataFolder.Locked.InUse _ -> Optional.empty();
            case DataFolder.Locked.Refused(var reason) -> throw new KmException(reason);
        };
    }

    /// Makes the folder if need be, checks that nobody else can read it, and locks it.
    static DataFolder take(Path folder) {
        return switch (DataFolder.lock(folder)) {
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
}
