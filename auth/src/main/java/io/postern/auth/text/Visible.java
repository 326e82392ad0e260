package io.postern.auth.text;

/// Makes a stranger's octets fit for a line that people read.
public final class Visible {
    private static final int MAX = 400;

    private Visible() {}

    /// The text with control characters as `?` and CRLF as `\r\n`, cut when long.
    public static String of(String octets) {
        int length = Math.min(octets.length(), MAX);
        int plain = plainUntil(octets, 0, length);
        if (plain == octets.length()) {
            return octets;
        }
        var out = new StringBuilder(length + 16);
        int at = 0;
        while (plain < length) {
            out.append(octets, at, plain);
            char c = octets.charAt(plain);
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> out.append('?');
            }
            at = plain + 1;
            plain = plainUntil(octets, at, length);
        }
        out.append(octets, at, length);
        return octets.length() > MAX
                ? out.append("… (").append(octets.length()).append(" octets)").toString()
                : out.toString();
    }

    private static int plainUntil(String octets, int from, int to) {
        int at = from;
        while (at < to && !isControl(octets.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isControl(char c) {
        return c < ' ' || (c >= 0x7F && c < 0xA0);
    }
}
