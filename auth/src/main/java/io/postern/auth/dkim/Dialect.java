package io.postern.auth.dkim;

/// Fields that hold a signature in DKIM's syntax.
public enum Dialect {
    /// DKIM-Signature. RFC 6376 §3.5.
    DKIM,
    /// ARC-Message-Signature: no `v=`; `i=` is a number, not an identity; `h=` need not have From
    /// and must not have ARC-Seal. RFC 8617 §4.1.2.
    ARC
}
