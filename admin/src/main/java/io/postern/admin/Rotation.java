package io.postern.admin;

import java.util.Objects;
import java.util.Set;

/// A wish for successors of a domain's DKIM keys.
///
/// @param algorithms `rsa`, `ed25519`; when empty those that sign now, and of compromised keys all
///   that are not void
/// @param compromised whether somebody else may have the keys that are replaced
public record Rotation(String domain, Set<String> algorithms, boolean compromised) {
    public Rotation {
        // From JSON: what is missing there is null here.
        Objects.requireNonNull(domain, "domain is missing");
        algorithms = algorithms == null ? Set.of() : Set.copyOf(algorithms);
    }
}
