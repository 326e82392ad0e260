package io.postern.mail;

/// What the octets of a content need of the next hop, seen as they passed.
///
/// @param eightBitHeader an octet above 127 in the header section: needs SMTPUTF8 (RFC 6532) or was
///   never legal
/// @param eightBitBody an octet above 127 in the body: needs 8BITMIME (RFC 6152)
/// @param longestLine octets of the longest line, without its CRLF; above 998 no relay need take it
///   (RFC 5322 §2.1.1)
/// @param bareCrOrLf a CR without LF or LF without CR: needs BINARYMIME (RFC 3030)
/// @param nul an octet 0: needs BINARYMIME
public record ContentFacts(
        boolean eightBitHeader,
        boolean eightBitBody,
        long longestLine,
        boolean bareCrOrLf,
        boolean nul) {}
