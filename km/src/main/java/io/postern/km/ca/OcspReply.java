package io.postern.km.ca;

import java.util.Optional;

/// An OCSP response with what an HTTP server must know of it.
public final class OcspReply {
    private final Outcome outcome;
    private final byte[] der;
    private final Optional<Window> cacheable;

    /// What kind of response it is. RFC 6960 §4.2.1 OCSPResponseStatus.
    public enum Outcome {
        /// Signed, about each certificate asked for.
        ANSWERED,
        /// The request is none, or too large, or its nonce is not of 1 to 128 octets.
        MALFORMED_REQUEST,
        /// Every certificate asked for is another authority's (RFC 5019 §2.2.3).
        UNAUTHORIZED,
        /// No list is in force.
        TRY_LATER
    }

    OcspReply(Outcome outcome, byte[] der, Optional<Window> cacheable) {
        this.outcome = outcome;
        this.der = der.clone();
        this.cacheable = cacheable;
    }

    /// What kind it is.
    public Outcome outcome() {
        return outcome;
    }

    /// The response, DER; `application/ocsp-response`. A copy.
    public byte[] der() {
        return der.clone();
    }

    /// For how long anybody may repeat it: empty for errors, and for an answer to a nonce, which
    /// nobody else can use.
    public Optional<Window> cacheable() {
        return cacheable;
    }
}
