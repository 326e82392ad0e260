package io.postern.keys.life;

/// Something about a key's record in the DNS that an operator should know.
///
/// @param words what, where, and what to do about it
public record Finding(Kind kind, String words) {
    /// What may be wrong.
    public enum Kind {
        MISSING,
        /// Several TXT records where one belongs, perhaps pieces of one.
        SEVERAL,
        /// Not a key record, or a damaged one.
        UNREADABLE,
        /// A key that we had, or have, under this name.
        OLD_KEY,
        /// A key that we know nothing of: it is not ours to overwrite.
        FOREIGN_KEY,
        WRONG_TYPE,
        REVOKED,
        /// Still there though it should be void or gone.
        NOT_WITHDRAWN,
        /// Not for e-mail, or not for SHA-256.
        RESTRICTED,
        /// `t=y`.
        TESTING,
        /// A CNAME to a name that does not exist, in a circle, or to where it should not point.
        ALIAS
    }
}
