package io.postern.mail;

/// One header field, octet for octet. RFC 5322 §2.2.
///
/// Octets are kept as the characters U+0000 to U+00FF of a string, so that two fields are equal
/// when their octets are; decode with UTF-8 only to show.
///
/// @param name the field name as written, without the colon and without white space before the
///   colon
/// @param raw the whole field: name, colon, folded body, and the final CRLF
public record HeaderField(String name, String raw) {
    /// What follows the colon, folding and final CRLF included, octet for octet.
    public String rawBody() {
        return raw.substring(raw.indexOf(':') + 1);
    }
}
