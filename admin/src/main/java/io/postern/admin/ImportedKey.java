package io.postern.admin;

/// A DKIM key made elsewhere.
///
/// @param pem PKCS#1 or PKCS#8; never shown
public record ImportedKey(String domain, String selector, String pem) {
    /// Masked.
    @Override
    public String toString() {
        return "ImportedKey[" + selector + "._domainkey." + domain + "]";
    }
}
