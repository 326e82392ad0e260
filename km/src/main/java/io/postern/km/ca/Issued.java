package io.postern.km.ca;

import java.security.cert.X509Certificate;

/// What came of the wish for a certificate.
public sealed interface Issued {
    /// It was made.
    record Ok(X509Certificate certificate) implements Issued {}

    /// It was not.
    ///
    /// @param reason for programs
    /// @param text for people: what is wrong and what would be right
    record Refused(Reason reason, String text) implements Issued {}

    /// Why not.
    enum Reason {
        /// The address can't be in a certificate.
        ADDRESS,
        /// The key is weak or of a kind that is not taken.
        KEY,
        /// The lifetime is no positive time of at most 825 days.
        LIFETIME,
        /// The authority is not valid yet, or no longer, or for less than a day.
        AUTHORITY
    }
}
