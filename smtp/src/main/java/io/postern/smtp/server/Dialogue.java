package io.postern.smtp.server;

/// Dialogue in logs.
final class Dialogue {
    private Dialogue() {}

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
