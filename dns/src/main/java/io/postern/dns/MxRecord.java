package io.postern.dns;

/// An MX record. RFC 5321 §5.1; RFC 7505 for the null MX.
///
/// @param preference 0 to 65535, lowest first
/// @param exchange the host name as received, lower case, without the trailing dot; empty for the
///   null MX
public record MxRecord(int preference, String exchange) {}
