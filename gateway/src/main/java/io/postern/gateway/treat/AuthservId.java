package io.postern.gateway.treat;

import io.postern.mail.HeaderField;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Who an Authentication-Results field says it comes from. RFC 8601 §2.2.
final class AuthservId {
    private AuthservId() {}

    /// The authserv-id, a token or the content of a quoted string; empty when none can be read.
    static Optional<String> of(HeaderField field) {
        var raw = field.rawBody();
        var text = new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        int at = skipComments(text);
        if (at < 0 || at == text.length()) {
            return Optional.empty();
        }
        return text.charAt(at) == '"' ? quoted(text, at + 1) : token(text, at);
    }

    /// The index of what follows white space and comments; -1 when a comment has no end.
    private static int skipComments(String text) {
        int depth = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && depth > 0) {
                at++;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (depth == 0 && c > ' ') {
                return at;
            }
        }
        return depth == 0 ? text.length() : -1;
    }

    private static Optional<String> quoted(String text, int from) {
        var value = new StringBuilder();
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return Optional.of(value.toString().strip());
            }
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                c = text.charAt(at);
            }
            value.append(c);
        }
        return Optional.empty();
    }

    private static Optional<String> token(String text, int from) {
        int at = from;
        while (at < text.length()
                && text.charAt(at) > ' '
                && ";()\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return at > from ? Optional.of(text.substring(from, at)) : Optional.empty();
    }
}
