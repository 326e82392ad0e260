package io.postern.mail;

import java.util.Optional;

/// Folds header fields whose lines no relay need take. RFC 5322 §2.1.1, §2.2.3.
final class HeaderFold {
    static final int MAX_LINE = 998;

    private HeaderFold() {}

    static boolean fits(HeaderField field) {
        return fits(field.raw());
    }

    private static boolean fits(String raw) {
        for (int at = 0; at < raw.length(); ) {
            int end = raw.indexOf("\r\n", at);
            end = end < 0 ? raw.length() : end;
            if (end - at > MAX_LINE) {
                return false;
            }
            at = end + 2;
        }
        return true;
    }

    /// The same field with every line of at most 998 octets, folded before white space that is
    /// there; empty when a word is too long for a line.
    static Optional<HeaderField> fold(HeaderField field) {
        if (fits(field)) {
            return Optional.of(field);
        }
        var raw = field.raw();
        var out = new StringBuilder(raw.length() + 64);
        for (int at = 0; at < raw.length(); ) {
            int end = raw.indexOf("\r\n", at);
            end = end < 0 ? raw.length() : end;
            while (end - at > MAX_LINE) {
                int fold = foldPoint(raw, at, end);
                if (fold < 0) {
                    return Optional.empty();
                }
                out.append(raw, at, fold).append("\r\n");
                at = fold;
            }
            out.append(raw, at, end).append("\r\n");
            at = end + 2;
        }
        return Optional.of(new HeaderField(field.name(), out.toString()));
    }

    /// The last white space of the line that has something else on both sides.
    private static int foldPoint(String raw, int start, int end) {
        int first = start;
        while (first < end && isWhiteSpace(raw.charAt(first))) {
            first++;
        }
        int last = end;
        while (last > start && isWhiteSpace(raw.charAt(last - 1))) {
            last--;
        }
        for (int i = Math.min(start + MAX_LINE, last - 1); i > first; i--) {
            if (isWhiteSpace(raw.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isWhiteSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
