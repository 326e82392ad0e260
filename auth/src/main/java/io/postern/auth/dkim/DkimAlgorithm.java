package io.postern.auth.dkim;

import java.util.Optional;

/// A signing algorithm: the `a=` tag. RFC 6376 §3.3, RFC 8301 §3.1, RFC 8463 §3.
public enum DkimAlgorithm {
    RSA_SHA256("rsa-sha256", "rsa", HashAlgorithm.SHA256, "SHA256withRSA"),
    ED25519_SHA256("ed25519-sha256", "ed25519", HashAlgorithm.SHA256, "Ed25519"),
    /// Historic: never for signing, and verified only where a policy allows it. RFC 8301 §3.1.
    RSA_SHA1("rsa-sha1", "rsa", HashAlgorithm.SHA1, "SHA1withRSA");

    private final String tag;
    private final String keyType;
    private final HashAlgorithm hash;
    private final String signatureName;

    DkimAlgorithm(String tag, String keyType, HashAlgorithm hash, String signatureName) {
        this.tag = tag;
        this.keyType = keyType;
        this.hash = hash;
        this.signatureName = signatureName;
    }

    /// The algorithm of that `a=` value; empty when it is not one of these.
    public static Optional<DkimAlgorithm> parse(String tag) {
        for (var algorithm : values()) {
            // RFC 5234 §2.3: ABNF literals have no case.
            if (algorithm.tag.equalsIgnoreCase(tag)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /// The value of `a=`.
    public String tag() {
        return tag;
    }

    /// The `k=` of the key record that fits.
    public String keyType() {
        return keyType;
    }

    /// The hash of the body and of the signed header fields.
    public HashAlgorithm hash() {
        return hash;
    }

    /// The name under which [java.security.Signature] knows it.
    String signatureName() {
        return signatureName;
    }
}
