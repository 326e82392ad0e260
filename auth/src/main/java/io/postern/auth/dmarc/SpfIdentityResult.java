package io.postern.auth.dmarc;

import io.postern.mail.Domain;

/// What SPF said of the MAIL FROM identity, or of the HELO identity that stands for it when the
/// reverse-path is null. RFC 9989 §4.3, RFC 7208 §2.4. No other identity counts.
///
/// @param domain the domain that was checked
public record SpfIdentityResult(Domain domain, State state) {
    /// As much of an SPF result as matters here.
    public enum State {
        /// The client may use the domain.
        PASS,
        /// Nothing is known now.
        TEMP_ERROR,
        /// Anything else.
        OTHER
    }
}
