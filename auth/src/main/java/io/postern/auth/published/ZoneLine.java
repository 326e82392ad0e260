package io.postern.auth.published;

/// Lines of a zone file. RFC 1035 §5.1.
final class ZoneLine {
    private static final int STRING = 255;

    private ZoneLine() {}

    /// A TXT record, in strings of at most 255 octets (RFC 1035 §3.3), which whoever reads it
    /// joins.
    ///
    /// @param text octets as the characters U+0000 to U+00FF
    static String txt(String name, String text) {
        var line = new StringBuilder(name).append(". IN TXT");
        for (int at = 0; at < text.length() || at == 0; at += STRING) {
            line.append(" \"");
            for (char c : text.substring(at, Math.min(at + STRING, text.length())).toCharArray()) {
                if (c < ' ' || c > '~') {
                    line.append('\\').append((char) ('0' + (c & 0xFF) / 100));
                    line.append((char) ('0' + (c & 0xFF) / 10 % 10));
                    line.append((char) ('0' + (c & 0xFF) % 10));
                } else {
                    line.append(c == '"' || c == '\\' ? "\\" : "").append(c);
                }
            }
            line.append('"');
        }
        return line.toString();
    }

    static String mx(String name, int preference, String host) {
        return name + ". IN MX " + preference + " " + host + ".";
    }
}
