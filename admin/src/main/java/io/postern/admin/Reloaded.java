package io.postern.admin;

import java.util.List;

/// What a reload changed.
///
/// @param file that was read
/// @param changed keys such as `rule[0].when`; empty when nothing differs
public record Reloaded(String file, List<String> changed) {
    public Reloaded {
        changed = List.copyOf(changed);
    }
}
