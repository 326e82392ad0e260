package io.postern.km;

import io.postern.km.backup.Manifest;
import java.util.List;

/// What a backup holds, or what came of restoring it.
///
/// @param manifest what it says of itself
/// @param signed whether its signature and audit were verified
/// @param checked what was found right, one line each
/// @param notes what somebody should know or do
public record Restored(
        Manifest manifest, boolean signed, List<String> checked, List<String> notes) {
    public Restored {
        checked = List.copyOf(checked);
        notes = List.copyOf(notes);
    }
}
