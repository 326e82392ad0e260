package io.postern.auth.dkim;

import io.postern.mail.HeaderField;
import java.util.Optional;

/// A canonicalization algorithm. RFC 6376 §3.4.
public enum Canonicalization {
    SIMPLE("simple"),
    RELAXED("relaxed");

    private final String tag;

    Canonicalization(String tag) {
        this.tag = tag;
    }

    /// The algorithm of that word in `c=`; empty when it is not one of these.
    public static Optional<Canonicalization> parse(String tag) {
        for (var algorithm : values()) {
            if (algorithm.tag.equalsIgnoreCase(tag)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /// The word in `c=`.
    public String tag() {
        return tag;
    }

    /// The canonical form of a header field, final CRLF included; octets as the characters U+0000
    /// to U+00FF.
    public String header(HeaderField field) {
        return switch (this) {
            // RFC 6376 §3.4.1
            case SIMPLE -> field.raw();
            case RELAXED -> relaxed(field);
        };
    }

    /// RFC 6376 §3.4.2.
    private static String relaxed(HeaderField field) {
        var raw = field.raw();
        var out = new StringBuilder(raw.length());
        var name = field.name();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            out.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        out.append(':');
        int start = out.length();
        boolean space = false;
        for (int i = raw.indexOf(':') + 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\r' && i + 1 < raw.length() && raw.charAt(i + 1) == '\n') {
                i++;
            } else if (c == ' ' || c == '\t') {
                space = true;
            } else {
                // White space after the colon and at the end is dropped.
                if (space && out.length() > start) {
                    out.append(' ');
                }
                space = false;
                out.append(c);
            }
        }
        return out.append("\r\n").toString();
    }
}
