package io.postern.smtp.server;

/// Dialogue in logs.
final class Dialogue {
    private Dialogue() {}

    /// A command as logs may show it: of what looks like AUTH only the first two words, for the
    /// third may be a password.
    static String command(String line) {
        if (!line.regionMatches(true, 0, "AUTH", 0, 4)) {
            return printable(line);
        }
        int first = line.indexOf(' ');
        int second = first < 0 ? -1 : line.indexOf(' ', first + 1);
        return second < 0 ? printable(line) : printable(line.substring(0, second)) + " (hidden)";
    }

    /// The text with control characters and line separators as `?`: a peer can't write log lines.
    static String printable(String text) {
        var printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean unfit = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            printable.append(unfit ? '?' : c);
        }
        return printable.toString();
    }
}
