package io.postern.km;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How the vault was when it was looked at last.
///
/// @param status empty when there is none, or it can't be read
/// @param lastBackup when a backup was made; empty when none is known of
/// @param warnings what somebody should do, the worst first
public record KmHealth(
        Optional<KmStatus> status, Optional<Instant> lastBackup, List<String> warnings) {
    /// Before the first look.
    public static final KmHealth UNKNOWN =
            new KmHealth(Optional.empty(), Optional.empty(), List.of());

    public KmHealth {
        warnings = List.copyOf(warnings);
    }
}
