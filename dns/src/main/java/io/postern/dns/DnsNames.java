package io.postern.dns;

import java.util.Locale;
import java.util.Optional;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/// Names between text and wire.
final class DnsNames {
    private static final int MAX_LABEL = 63;
    private static final String PLAIN =
            ".-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private DnsNames() {}

    /// The absolute name of a text; empty when no such name can exist.
    static Optional<Name> parse(String text) {
        var name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        var escaped = new StringBuilder(name.length() + 1);
        int label = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (label == 0) {
                    return Optional.empty();
                }
                label = 0;
            } else if (c > '~' || ++label > MAX_LABEL) {
                return Optional.empty();
            }
            appendEscaped(escaped, c);
        }
        if (label == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Name.fromString(escaped.append('.').toString()));
        } catch (TextParseException e) {
            return Optional.empty(); // over 255 octets on the wire, RFC 1035 §2.3.4
        }
    }

    /// The text of a name that [#parse] took: lower case, without the trailing dot, nothing
    /// escaped.
    static String plain(String text) {
        var name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return name.toLowerCase(Locale.ROOT);
    }

    /// Everything but letters, digits, hyphen and underscore as `\DDD` (RFC 1035 §5.1): SPF macros
    /// put any octet into a name, and none of them is an escape or a dot of ours.
    private static void appendEscaped(StringBuilder to, char c) {
        boolean plain = PLAIN.indexOf(c) >= 0;
        if (plain) {
            to.append(c);
        } else {
            to.append('\\')
                    .append((char) ('0' + c / 100))
                    .append((char) ('0' + c / 10 % 10))
                    .append((char) ('0' + c % 10));
        }
    }

    /// Lower case, without the trailing dot; empty for the root.
    static String text(Name name) {
        return name.equals(Name.root) ? "" : name.toString(true).toLowerCase(Locale.ROOT);
    }
}
