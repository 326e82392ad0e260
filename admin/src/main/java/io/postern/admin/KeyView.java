package io.postern.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A DKIM key and the record that must be in the DNS for it. Nothing secret.
///
/// @param algorithm `rsa` or `ed25519`
/// @param bits of the key; 256 for Ed25519
/// @param state created, published, active, retiring, revoked, removed
/// @param since when it came into that state
/// @param cause why
/// @param seen when every authoritative server last showed its record
/// @param dns what the last look at the DNS found, in words; empty before the first
/// @param withoutDns whether it was put to use without having been seen there
/// @param compromised whether somebody else may have its private half
/// @param ours whether its domain is in the configuration; otherwise nothing is signed with it
/// @param alias what has to be a CNAME of `name`, when the domain has slots
/// @param name the record's owner name, without the trailing dot
/// @param text the record's text, whole
/// @param strings the text in character-strings of at most 255 octets
/// @param zone the record as one line of a zone file
/// @param history all its states
public record KeyView(
        String domain,
        String selector,
        String algorithm,
        int bits,
        String state,
        Instant created,
        Instant since,
        String cause,
        Optional<Instant> seen,
        String dns,
        boolean withoutDns,
        boolean compromised,
        boolean ours,
        Optional<String> alias,
        String name,
        String text,
        List<String> strings,
        String zone,
        List<Step> history) {
    /// A state that it came into.
    public record Step(String state, Instant at, String cause) {}
}
