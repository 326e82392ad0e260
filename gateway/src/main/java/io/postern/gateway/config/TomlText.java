package io.postern.gateway.config;

import java.util.Arrays;
import java.util.Optional;

/// Strings of TOML 1.0 as they stand in a file, character by character.
final class TomlText {
    private final String source;
    private final boolean literal;
    private final boolean multiLine;
    private final StringBuilder decoded = new StringBuilder();
    private long[] places = new long[64];
    private int count;
    private int line = 1;
    private int lineBegin;
    private int at;

    private TomlText(String source, int begin) {
        this.source = source;
        char quote = source.charAt(begin);
        this.literal = quote == '\'';
        this.multiLine = source.startsWith(String.valueOf(quote).repeat(3), begin);
        for (int i = 0; i < begin; i++) {
            if (source.charAt(i) == '\n') {
                line++;
                lineBegin = i + 1;
            }
        }
        at = begin;
    }

    /// Where a multi-line string that begins there ends, after its quotation marks; the given
    /// offset when none does.
    static int endOfMultiLine(String source, int begin) {
        if (!source.startsWith("\"\"\"", begin) && !source.startsWith("'''", begin)) {
            return begin;
        }
        var text = new TomlText(source, begin);
        text.read();
        return text.at;
    }

    /// For each code point of the string that begins there, and for its end, its place as in
    /// [Passage]; empty when no string begins there or it reads differently from what is expected.
    static Optional<long[]> places(String source, int begin, String expected) {
        if (begin < 0
                || begin >= source.length()
                || (source.charAt(begin) != '"' && source.charAt(begin) != '\'')) {
            return Optional.empty();
        }
        var text = new TomlText(source, begin);
        text.read();
        return text.decoded.toString().equals(expected)
                ? Optional.of(Arrays.copyOf(text.places, text.count))
                : Optional.empty();
    }

    private void read() {
        String close = source.substring(at, at + (multiLine ? 3 : 1));
        at += close.length();
        if (multiLine) {
            // TOML: a line break right after the opening marks does not belong to the string.
            skipLineBreak();
        }
        while (at < source.length() && !atEnd(close)) {
            if (source.charAt(at) == '\\' && !literal) {
                escape();
            } else {
                copy();
            }
        }
        mark();
        at = Math.min(source.length(), at + close.length());
    }

    /// A multi-line string may hold one or two quotation marks right before those that end it.
    private boolean atEnd(String close) {
        return source.startsWith(close, at)
                && !(multiLine && source.startsWith(close.substring(0, 1), at + 3));
    }

    private boolean skipLineBreak() {
        int length = source.startsWith("\r\n", at) ? 2 : source.startsWith("\n", at) ? 1 : 0;
        if (length > 0) {
            at += length;
            line++;
            lineBegin = at;
        }
        return length > 0;
    }

    private void mark() {
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
        }
        int column = source.codePointCount(Math.min(lineBegin, at), at) + 1;
        places[count++] = Passage.place(line, column);
    }

    private void copy() {
        int begin = at;
        mark();
        if (skipLineBreak()) {
            decoded.append(source, begin, at);
            if (at - begin == 2) {
                places[count] = places[count - 1];
                count++;
            }
            return;
        }
        int point = source.codePointAt(at);
        decoded.appendCodePoint(point);
        at += Character.charCount(point);
    }

    private void escape() {
        int begin = at;
        char kind = at + 1 < source.length() ? source.charAt(at + 1) : '\\';
        int simple = "btnfr\"\\".indexOf(kind);
        if (simple >= 0) {
            mark();
            decoded.append("\b\t\n\f\r\"\\".charAt(simple));
            at += 2;
        } else if (kind == 'u' || kind == 'U') {
            mark();
            at = Math.min(source.length(), begin + (kind == 'u' ? 6 : 10));
            try {
                decoded.appendCodePoint(Integer.parseInt(source.substring(begin + 2, at), 16));
            } catch (IllegalArgumentException e) {
                decoded.append('?'); // The parser has refused it, or places() will.
            }
        } else {
            // A backslash at the end of a line swallows all white space up to the next character.
            at++;
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                if (!skipLineBreak()) {
                    at++;
                }
            }
        }
    }
}
