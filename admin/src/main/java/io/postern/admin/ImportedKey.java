package io.postern.admin;

import java.util.Objects;

/// A DKIM key made elsewhere.
///
/// @param pem PKCS#1 or PKCS#8; never shown
public record ImportedKey(String domain, String selector, String pem) {
    public ImportedKey {
        // From JSON: what is missing there is null here.
        Objects.requireNonNull(domain, "domain is missing");
        Objects.requireNonNull(selector, "selector is missing");
        Objects.requireNonNull(pem, "pem is missing");
    }

    /// Masked.
    @Override
    public String toString() {
        return "ImportedKey[" + selector + "._domainkey." + domain + "]";
    }
}
