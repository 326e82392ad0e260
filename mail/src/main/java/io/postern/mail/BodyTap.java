package io.postern.mail;

/// Sees the octets of a body as they pass, in order and once: a hash, a scanner.
@FunctionalInterface
public interface BodyTap {
    /// Some octets of the body. Must not keep the array. What it throws is a bug.
    void body(byte[] octets, int offset, int length);

    /// Sees nothing.
    static BodyTap none() {
        return (octets, offset, length) -> {};
    }
}
