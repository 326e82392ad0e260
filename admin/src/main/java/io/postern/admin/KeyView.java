package io.postern.admin;

import java.time.Instant;
import java.util.List;

/// A DKIM key and the record that must be in the DNS for it. Nothing secret.
///
/// @param algorithm `rsa` or `ed25519`
/// @param bits of the key; 256 for Ed25519
/// @param state created, published, active, retiring, revoked, removed
/// @param name the record's owner name, without the trailing dot
/// @param text the record's text, whole
/// @param strings the text in character-strings of at most 255 octets
/// @param zone the record as one line of a zone file
public record KeyView(
        String domain,
        String selector,
        String algorithm,
        int bits,
        String state,
        Instant created,
        String name,
        String text,
        List<String> strings,
        String zone) {}
