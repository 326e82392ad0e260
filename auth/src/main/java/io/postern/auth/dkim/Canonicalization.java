package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
        var octets = raw.getBytes(ISO_8859_1);
        var name = field.name();
        var out = new byte[name.length() + octets.length + 3];
        int at = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            out[at++] = (byte) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
        out[at++] = ':';
        int start = at;
        boolean space = false;
        for (int i = raw.indexOf(':') + 1; i < octets.length; i++) {
            byte octet = octets[i];
            if (octet == '\r' && i + 1 < octets.length && octets[i + 1] == '\n') {
                i++;
            } else if (octet == ' ' || octet == '\t') {
                space = true;
            } else {
                // White space after the colon and at the end is dropped.
                if (space && at > start) {
                    out[at++] = ' ';
                }
                space = false;
                out[at++] = octet;
            }
        }
        out[at++] = '\r';
        out[at++] = '\n';
        return new String(out, 0, at, ISO_8859_1);
    }
}
