package io.postern.keys;

/// Key types of DKIM, `k=` in the key record. RFC 6376 §3.6.1, RFC 8463 §4.
public enum KeyType {
    /// RFC 6376 §3.3.3, RFC 8301.
    RSA("rsa", "SHA256withRSA"),
    /// RFC 8463.
    ED25519("ed25519", "Ed25519");

    private final String tag;
    private final String signatureName;

    KeyType(String tag, String signatureName) {
        this.tag = tag;
        this.signatureName = signatureName;
    }

    /// The value of `k=`.
    public String tag() {
        return tag;
    }

    /// For `Signature.getInstance`. A fresh `Signature` for each message costs some µs beside the
    /// signature itself, so nothing needs to be pooled.
    public String signatureName() {
        return signatureName;
    }
}
