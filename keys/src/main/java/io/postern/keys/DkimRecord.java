package io.postern.keys;

import java.util.ArrayList;
import java.util.List;

/// A DKIM key record to be published. All components are plain texts, ready for JSON.
///
/// @param type `rsa` or `ed25519`
/// @param state of the key, in lower case
/// @param name owner name, without the trailing dot
/// @param strings the text in character-strings of at most 255 octets (RFC 1035 §3.3)
/// @param zoneLine the record as one line of a zone file
public record DkimRecord(
        String domain,
        String selector,
        String type,
        String state,
        String name,
        String text,
        List<String> strings,
        String zoneLine) {
    private static final int STRING = 255;

    public DkimRecord {
        strings = List.copyOf(strings);
    }

    /// The record of that key.
    public static DkimRecord of(DkimKey key) {
        return of(key, key.recordName());
    }

    /// The record of that key, at another name that its own is an alias of.
    public static DkimRecord of(DkimKey key, String name) {
        var text = key.recordText();
        var strings = strings(text);
        // No quote, backslash or control can occur in the text: base64 and tags.
        var zoneLine = name + ". IN TXT \"" + String.join("\" \"", strings) + "\"";
        return new DkimRecord(
                key.domain().name(),
                key.selector(),
                key.type().tag(),
                key.state().word(),
                name,
                text,
                strings,
                zoneLine);
    }

    /// A text in character-strings of at most 255 octets. RFC 1035 §3.3.
    public static List<String> strings(String text) {
        var strings = new ArrayList<String>();
        for (int at = 0; at < text.length(); at += STRING) {
            strings.add(text.substring(at, Math.min(at + STRING, text.length())));
        }
        return strings;
    }
}
