package io.postern.admin;

import java.util.Objects;

/// Names one DKIM key.
public record KeyName(String domain, String selector) {
    public KeyName {
        // From JSON: what is missing there is null here.
        Objects.requireNonNull(domain, "domain is missing");
        Objects.requireNonNull(selector, "selector is missing");
    }
}
