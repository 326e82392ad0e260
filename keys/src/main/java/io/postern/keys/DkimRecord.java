package io.postern.keys;

import java.util.List;

/// A DKIM key record to be published.
///
/// @param name owner name, without the trailing dot
/// @param strings the text in character-strings of at most 255 octets (RFC 1035 §3.3)
/// @param zoneLine the record as one line of a zone file
public record DkimRecord(
        String domain,
        String selector,
        String algorithm,
        String state,
        String name,
        String text,
        List<String> strings,
        String zoneLine) {
    public DkimRecord {
        strings = List.copyOf(strings);
    }

    /// The record of that key.
    public static DkimRecord of(DkimKey key) {
        return new DkimRecord(key.selector(), "", "", "", "", "", List.of(), "");
    }
}
