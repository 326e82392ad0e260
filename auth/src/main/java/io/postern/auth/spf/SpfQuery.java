package io.postern.auth.spf;

import java.net.InetAddress;

/// What an SMTP client said of itself, and from where. RFC 7208 §2.3, §2.4, §4.1.
///
/// @param client the client's address; an IPv4 address mapped into IPv6 counts as IPv4 (§5)
/// @param helo the argument of HELO or EHLO as given: a domain in A-labels or U-labels, an address
///   literal, or anything else that a stranger may say
/// @param mailFrom the reverse-path without angle brackets, as Unicode; empty for the null
///   reverse-path
public record SpfQuery(InetAddress client, String helo, String mailFrom) {}
