package io.postern.smtp.client;

/// Texts of strange origin, made fit for a log.
final class Words {
    private Words() {}

    /// The text with control and format characters replaced, tabs by spaces.
    static String harmless(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    int type = Character.getType(c);
                    boolean bad =
                            type == Character.CONTROL
                                    || type == Character.FORMAT
                                    || type == Character.SURROGATE
                                    || type == Character.LINE_SEPARATOR
                                    || type == Character.PARAGRAPH_SEPARATOR;
                    result.appendCodePoint(c == '\t' ? ' ' : bad ? '?' : c);
                });
        return result.toString();
    }

    /// What an exception says, on one line, at most 200 characters.
    static String of(Exception e) {
        var message = e.getMessage();
        var text = harmless(message == null ? e.getClass().getSimpleName() : message);
        return text.length() > 200 ? text.substring(0, 200) : text;
    }
}
