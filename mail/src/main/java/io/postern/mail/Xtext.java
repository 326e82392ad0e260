package io.postern.mail;

import java.util.Optional;

/// The encoding of ENVID and ORCPT. RFC 3461 §4.
public final class Xtext {
    private Xtext() {}

    /// Encodes; characters beyond ASCII go as their UTF-8 octets.
    public static String encode(String text) {
        return Stub.missing();
    }

    /// Decodes; empty when it is no xtext.
    public static Optional<String> decode(String xtext) {
        return Stub.missing();
    }
}
