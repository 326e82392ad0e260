package io.postern.auth.dkim;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A hash of the `a=` tag. RFC 6376 §3.3.
public enum HashAlgorithm {
    SHA256("sha256", "SHA-256", 32),
    /// Historic; verified only where a policy allows it. RFC 8301 §3.1.
    SHA1("sha1", "SHA-1", 20);

    private final String tag;
    private final String standardName;
    private final int octets;

    HashAlgorithm(String tag, String standardName, int octets) {
        this.tag = tag;
        this.standardName = standardName;
        this.octets = octets;
    }

    /// The word in `a=` of a signature and `h=` of a key record.
    public String tag() {
        return tag;
    }

    /// Octets of a hash.
    int octets() {
        return octets;
    }

    MessageDigest digest() {
        try {
            return MessageDigest.getInstance(standardName);
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has both: a bug of the installation's.
            throw new IllegalStateException(e);
        }
    }
}
