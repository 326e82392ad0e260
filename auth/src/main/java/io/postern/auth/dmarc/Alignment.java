package io.postern.auth.dmarc;

/// When an authenticated identifier is aligned with the author domain. RFC 9989 §3.2.10.
public enum Alignment {
    /// `r`: both have the same organizational domain.
    RELAXED,
    /// `s`: both are the same domain.
    STRICT
}
