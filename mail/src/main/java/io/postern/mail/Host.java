package io.postern.mail;

/// What stands right of the `@`: a domain name or an address literal. RFC 5321 §4.1.2.
public sealed interface Host permits Domain, AddressLiteral {
    /// The form in which it goes into a path on the wire.
    @Override
    String toString();
}
