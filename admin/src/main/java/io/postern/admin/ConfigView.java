package io.postern.admin;

import java.util.List;

/// The settings in force.
///
/// @param file where they come from; empty in the sandbox
/// @param crypto who computes signatures, and why
/// @param accelerated whether that is the fast provider
public record ConfigView(String file, String crypto, boolean accelerated, List<Setting> settings) {
    /// One setting.
    ///
    /// @param key as in the file, with its section
    /// @param set whether the file sets it; the default is in force otherwise
    public record Setting(String key, String value, boolean set) {}
}
