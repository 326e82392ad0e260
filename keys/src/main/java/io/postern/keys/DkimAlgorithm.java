package io.postern.keys;

/// Key types of DKIM.
public enum DkimAlgorithm {
    /// RFC 6376 §3.3.3, RFC 8301.
    RSA("rsa"),
    /// RFC 8463.
    ED25519("ed25519");

    private final String tag;

    DkimAlgorithm(String tag) {
        this.tag = tag;
    }

    /// The value of `k=` in the key record.
    public String tag() {
        return tag;
    }
}
