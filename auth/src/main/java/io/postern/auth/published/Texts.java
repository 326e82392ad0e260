package io.postern.auth.published;

import io.postern.auth.text.Visible;
import java.util.ArrayList;
import java.util.Locale;

/// Texts of records, for people and for other records.
final class Texts {
    private static final int BRIEF = 100;

    private Texts() {}

    /// Fit for a line, with no control characters.
    static String brief(String text) {
        return text.length() <= BRIEF
                ? Visible.of(text)
                : Visible.of(text.substring(0, BRIEF)) + "…";
    }

    /// A record of tags (RFC 6376 §3.2) without those of that name.
    static String without(String record, String tag) {
        var kept = new ArrayList<String>();
        int end;
        for (int at = 0; at < record.length(); at = end + 1) {
            int semicolon = record.indexOf(';', at);
            end = semicolon < 0 ? record.length() : semicolon;
            var piece = record.substring(at, end).strip();
            int equals = piece.indexOf('=');
            var name = equals < 0 ? "" : piece.substring(0, equals).strip();
            if (!piece.isEmpty() && !name.toLowerCase(Locale.ROOT).equals(tag)) {
                kept.add(piece);
            }
        }
        return String.join("; ", kept);
    }

    /// A record of tags with that one, in place of those of its name.
    static String with(String record, String tag, String value) {
        return without(record, tag) + "; " + tag + "=" + value;
    }
}
