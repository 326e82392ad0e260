package io.postern.keys;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Times as they are kept: what `Instant.toString` wrote.
final class Times {
    /// `2026-11-22T12:00:00Z`
    private static final int WHOLE_SECONDS = 20;

    /// `2026-11-22T12:00:00.123Z`
    private static final int MILLISECONDS = 24;

    private Times() {}

    /// Like [Instant#parse], which takes a formatter through each text: ten times as long, and a
    /// gateway of ten thousand domains reads a hundred thousand of them before it is ready.
    ///
    /// @throws java.time.DateTimeException when it is no time
    static Instant parse(String text) {
        return isPlain(text)
                ? LocalDateTime.of(
                                number(text, 0, 4),
                                number(text, 5, 7),
                                number(text, 8, 10),
                                number(text, 11, 13),
                                number(text, 14, 16),
                                number(text, 17, 19),
                                text.length() == MILLISECONDS
                                        ? number(text, 20, 23) * 1_000_000
                                        : 0)
                        .toInstant(ZoneOffset.UTC)
                : Instant.parse(text);
    }

    private static boolean isPlain(String text) {
        if (text.length() != WHOLE_SECONDS && text.length() != MILLISECONDS) {
            return false;
        }
        var form =
                text.length() == WHOLE_SECONDS
                        ? "dddd-dd-ddTdd:dd:ddZ"
                        : "dddd-dd-ddTdd:dd:dd.dddZ";
        for (int i = 0; i < form.length(); i++) {
            char c = text.charAt(i);
            boolean fits = form.charAt(i) == 'd' ? c >= '0' && c <= '9' : c == form.charAt(i);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static int number(String digits, int from, int to) {
        return Integer.parseInt(digits, from, to, 10);
    }
}
