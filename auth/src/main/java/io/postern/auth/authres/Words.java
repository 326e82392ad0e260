package io.postern.auth.authres;

/// Writes the words of RFC 8601 §2.2 so that what a stranger sent cannot leave its place.
final class Words {
    /// RFC 2045 §5.1: these end a token.
    private static final String TSPECIALS = "()<>@,;:\\\"/[]?=";

    private Words() {}

    /// A token, an address-like `local@domain`, or else a quoted string.
    static String value(String text) {
        int at = text.lastIndexOf('@');
        // RFC 8601 §2.2: pvalue = value / [ [ local-part ] "@" ] domain-name.
        boolean plain =
                at < 0
                        ? isToken(text)
                        : isToken(text.substring(at + 1))
                                && (at == 0 || isDotAtom(text.substring(0, at)));
        return plain ? text : quoted(text);
    }

    /// A quoted string; control characters become `?`.
    static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append(isControl(c) ? '?' : c);
            }
        }
        return out.append('"').toString();
    }

    /// A comment; parentheses and control characters become `?`.
    static String comment(String text) {
        var out = new StringBuilder(text.length() + 2).append('(');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(isControl(c) || c == '(' || c == ')' || c == '\\' ? '?' : c);
        }
        return out.append(')').toString();
    }

    private static boolean isControl(char c) {
        return c < ' ' || c == 0x7F;
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7F || TSPECIALS.indexOf(c) >= 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isDotAtom(String text) {
        if (text.startsWith(".") || text.endsWith(".") || text.contains("..")) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // RFC 5322 §3.2.3 atext and the dot; RFC 6532 §3.2 adds what is above ASCII.
            boolean atext =
                    c > 0x9F
                            || (c >= '0' && c <= '9')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= 'a' && c <= 'z')
                            || "!#$%&'*+-/=?^_`{|}~.".indexOf(c) >= 0;
            if (!atext) {
                return false;
            }
        }
        return true;
    }
}
