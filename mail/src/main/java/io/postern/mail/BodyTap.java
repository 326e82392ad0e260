package io.postern.mail;

/// Sees the octets of a body as they pass, in order and once: a hash, a scanner.
///
/// The header section comes first, when it is known that there will be a content with it.
@FunctionalInterface
public interface BodyTap {
    /// Some octets of the body. Must not keep the array. What it throws is a bug.
    void body(byte[] octets, int offset, int length);

    /// The header section, before any octet of the body. What it throws is a bug.
    default void header(HeaderFields fields) {}

    /// Sees nothing.
    static BodyTap none() {
        return (octets, offset, length) -> {};
    }
}
