package io.postern.auth.text;

/// Makes a stranger's octets fit for a line that people read.
public final class Visible {
    private static final int MAX = 400;

    private Visible() {}

    /// The text with control characters as `?` and CRLF as `\r\n`, cut when long.
    public static String of(String octets) {
        int length = Math.min(octets.length(), MAX);
        var out = new StringBuilder(length + 16);
        for (int i = 0; i < length; i++) {
            char c = octets.charAt(i);
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' || (c >= 0x7F && c < 0xA0) ? '?' : c);
            }
        }
        return octets.length() > MAX
                ? out.append("… (").append(octets.length()).append(" octets)").toString()
                : out.toString();
    }
}
