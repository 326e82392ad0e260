package io.postern.auth.dkim;

/// Fields that hold a signature in DKIM's syntax.
public enum Dialect {
    /// DKIM-Signature. RFC 6376 §3.5.
    DKIM,
    /// ARC-Message-Signature: no `v=`; `i=` is a number, not an identity; `h=` need not have From.
    /// RFC 8617 §4.1.2. It must not have any field of ARC's, either; ARC-Seal is refused, and the
    /// others, which sealers did cover before the RFC was done, are taken.
    ARC
}
