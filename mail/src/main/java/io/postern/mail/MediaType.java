package io.postern.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a Content-Type field says, as far as the structure of a message goes. RFC 2045 §5.1.
///
/// @param type lower case
/// @param subtype lower case
/// @param boundary 1 to 200 characters; empty when there is none or it is not clear
/// @param unclear there are boundaries, but two of them or one that readers will differ about
record MediaType(String type, String subtype, Optional<String> boundary, boolean unclear) {
    // RFC 2046 §5.1.1 allows 70; readers take more, and so do we.
    private static final int MAX_BOUNDARY = 200;

    /// RFC 2045 §5.2: what no field means.
    static final MediaType PLAIN = new MediaType("text", "plain", Optional.empty(), false);

    /// RFC 2046 §5.1.5: what no field means in a digest.
    static final MediaType MESSAGE = new MediaType("message", "rfc822", Optional.empty(), false);

    boolean is(String type, String subtype) {
        return this.type.equals(type) && this.subtype.equals(subtype);
    }

    /// That of a field body; empty when it begins with no type and subtype.
    static Optional<MediaType> parse(String text) {
        var reader = new Reader(text);
        var type = reader.token();
        if (type == null || !reader.take('/')) {
            return Optional.empty();
        }
        var subtype = reader.token();
        if (subtype == null) {
            return Optional.empty();
        }
        var boundaries = boundaries(reader);
        var only = boundaries.size() == 1 ? boundaries.getFirst() : "";
        boolean good = !only.isEmpty() && only.length() <= MAX_BOUNDARY && HeaderText.isAscii(only);
        return Optional.of(
                new MediaType(
                        type.toLowerCase(Locale.ROOT),
                        subtype.toLowerCase(Locale.ROOT),
                        good ? Optional.of(only) : Optional.empty(),
                        !good && !boundaries.isEmpty()));
    }

    private static List<String> boundaries(Reader reader) {
        var found = new ArrayList<String>();
        while (reader.toNextParameter()) {
            var name = reader.token();
            if (name == null || !reader.take('=')) {
                continue;
            }
            var value = reader.value();
            // RFC 2231 §3 cuts a boundary into boundary*0 and so on; few readers know.
            if (value != null && name.toLowerCase(Locale.ROOT).startsWith("boundary")) {
                // RFC 2046 §5.1.1: the last character is no space.
                found.add(name.length() == 8 ? value.stripTrailing() : "");
            }
        }
        return found;
    }

    /// From left to right over tokens, quoted strings and comments.
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        private void skip() {
            int depth = 0;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '(') {
                    depth++;
                } else if (depth > 0) {
                    depth -= c == ')' ? 1 : 0;
                    at += c == '\\' ? 1 : 0;
                } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                    return;
                }
            }
            at = text.length();
        }

        @Nullable String token() {
            skip();
            int start = at;
            while (at < text.length()
                    && text.charAt(at) > ' '
                    && "()<>@,;:\\\"/[]?=".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return at > start ? text.substring(start, at) : null;
        }

        boolean take(char c) {
            skip();
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        /// A token, or a quoted string without its quotes. A boundary without quotes that needed
        /// them is common: it ends at white space or a semicolon.
        @Nullable String value() {
            skip();
            if (at < text.length() && text.charAt(at) == '"') {
                return quoted();
            }
            int start = at;
            while (at < text.length() && text.charAt(at) > ' ' && text.charAt(at) != ';') {
                at++;
            }
            return at > start ? text.substring(start, at) : null;
        }

        private @Nullable String quoted() {
            var inside = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return inside.toString();
                }
                if (c == '\\' && at + 1 < text.length()) {
                    c = text.charAt(++at);
                }
                if (c != '\r' && c != '\n') {
                    inside.append(c);
                }
            }
            return null;
        }

        boolean toNextParameter() {
            while (at < text.length()) {
                skip();
                if (at >= text.length()) {
                    return false;
                }
                char c = text.charAt(at);
                if (c == '"') {
                    quoted();
                    continue;
                }
                at++;
                if (c == ';') {
                    return true;
                }
            }
            return false;
        }
    }
}
