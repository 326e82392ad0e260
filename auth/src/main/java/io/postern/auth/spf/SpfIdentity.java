package io.postern.auth.spf;

/// Which of the two names of a client was checked. RFC 7208 §2.3, §2.4.
public enum SpfIdentity {
    /// The argument of HELO or EHLO.
    HELO("helo"),

    /// The reverse-path, or `postmaster@` and the HELO identity when it is null (§2.4).
    MAIL_FROM("mailfrom");

    private final String word;

    SpfIdentity(String word) {
        this.word = word;
    }

    /// The word for Received-SPF (RFC 7208 §9.1) and Authentication-Results (RFC 8601 §2.7.2).
    public String word() {
        return word;
    }
}
