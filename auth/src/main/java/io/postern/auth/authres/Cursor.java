package io.postern.auth.authres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.function.IntPredicate;

/// A place in a text of octets kept as characters. Never recurses, whatever is nested.
final class Cursor {
    private final String text;
    private int at;

    Cursor(String text) {
        this.text = text;
    }

    int at() {
        return at;
    }

    boolean atEnd() {
        return at == text.length();
    }

    /// The next character, left where it is; 0 at the end.
    char peek() {
        return atEnd() ? 0 : text.charAt(at);
    }

    char next() {
        return text.charAt(at++);
    }

    boolean skip(char c) {
        boolean there = !atEnd() && text.charAt(at) == c;
        if (there) {
            at++;
        }
        return there;
    }

    /// The longest run of such characters; may be empty.
    String take(IntPredicate wanted) {
        int from = at;
        while (!atEnd() && wanted.test(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    /// Reads a quoted string from its quote on, without quotes and backslashes; false when it has
    /// no end. RFC 5322 §3.2.4.
    boolean quoted(StringBuilder out) {
        at++;
        while (!atEnd()) {
            char c = next();
            if (c == '"') {
                return true;
            }
            append(c, out);
        }
        return false;
    }

    /// Reads a comment from its parenthesis on, without the outer ones; false when it has no end.
    /// RFC 5322 §3.2.2.
    boolean comment(StringBuilder out) {
        at++;
        int depth = 1;
        while (!atEnd()) {
            char c = next();
            if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return true;
            }
            append(c, out);
        }
        return false;
    }

    private void append(char c, StringBuilder out) {
        if (c == '\\' && !atEnd()) {
            out.append(next());
        } else if (c != '\r' && c != '\n') {
            // RFC 5322 §3.2.2: the CRLF of a folding is no part of what is said.
            out.append(c);
        }
    }

    /// Octets as the UTF-8 that they are (RFC 8601 §2.2 with RFC 6532), or as they came.
    static String decoded(String octets) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(octets.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return octets;
        }
    }

    static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
