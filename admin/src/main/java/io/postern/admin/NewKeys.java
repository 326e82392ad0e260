package io.postern.admin;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A wish for DKIM keys.
///
/// @param algorithms `rsa`, `ed25519`; when empty those that the domain's mail is signed with
/// @param selector only with one algorithm; chosen by the date otherwise
/// @param bits of the RSA key; as the configuration says when absent
public record NewKeys(
        String domain, Set<String> algorithms, Optional<String> selector, Optional<Integer> bits) {
    public NewKeys {
        // From JSON: what is missing there is null here.
        Objects.requireNonNull(domain, "domain is missing");
        algorithms = algorithms == null ? Set.of() : Set.copyOf(algorithms);
    }
}
