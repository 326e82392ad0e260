package io.postern.mail;

/// An e-mail address: local part and host. RFC 5321 §4.1.2; RFC 6531 §3.3 for UTF-8.
///
/// @param localPart without quotes and with quoted pairs resolved, case preserved; never empty
/// @param host a domain (A-labels, lower case) or an address literal
public record Mailbox(String localPart, Host host) {}
