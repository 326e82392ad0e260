package io.postern.km.ca;

/// What a subscriber's key is for. CA/B S/MIME BR 7.1.2.3 e, generation "strict".
public enum Usage {
    /// Signatures; such a key is never kept in escrow.
    SIGN,
    /// Reading encrypted mail.
    ENCRYPT,
    /// Both, by policy.
    BOTH
}
