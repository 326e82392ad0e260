package io.postern.auth.spf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.HeaderField;

/// A Received-SPF header field. RFC 7208 §9.1.
///
/// @param query what was checked
/// @param result what it came to
/// @param receiver our name
public record ReceivedSpf(SpfQuery query, SpfResult result, String receiver) {
    private static final String NAME = "Received-SPF";

    /// RFC 5322 §2.1.1: lines SHOULD be no longer, CRLF excluded.
    private static final int LINE = 78;

    /// Characters of one value: even if each needs three octets, the line has less than 998.
    private static final int MAX = 300;

    /// The field, one pair to a line where they don't fit on one. A value that is no word is quoted
    /// and cut when long; control characters in it become `?`.
    public HeaderField field() {
        var out = new StringBuilder(NAME).append(": ").append(result.verdict().word());
        int column = append(out, out.length(), "(" + inComment(receiver) + ": " + comment() + ")");
        column = pair(out, column, "client-ip", clientIp(), true);
        column = pair(out, column, "envelope-from", query.mailFrom(), false);
        column = pair(out, column, "helo", query.helo(), false);
        column = pair(out, column, "receiver", receiver, false);
        column = pair(out, column, "identity", result.identity().word(), false);
        if (result.mechanism().isPresent()) {
            column = pair(out, column, "mechanism", result.mechanism().get(), false);
        }
        switch (result.verdict()) {
            case SpfVerdict.TempError(var why) -> pair(out, column, "problem", why, false);
            case SpfVerdict.PermError(var why) -> pair(out, column, "problem", why, false);
            case SpfVerdict.Pass _,
                    SpfVerdict.Fail _,
                    SpfVerdict.SoftFail _,
                    SpfVerdict.Neutral _,
                    SpfVerdict.None _ -> {}
        }
        return new HeaderField(NAME, out.append("\r\n").toString());
    }

    private String clientIp() {
        return ClientAddress.of(query.client()).readable();
    }

    private String comment() {
        var domain = inComment(result.domain());
        var client = clientIp();
        return switch (result.verdict()) {
            case SpfVerdict.Pass() -> "domain of " + domain + " permits " + client;
            case SpfVerdict.Fail _ -> "domain of " + domain + " does not permit " + client;
            case SpfVerdict.SoftFail() ->
                    "domain of " + domain + " probably does not permit " + client;
            case SpfVerdict.Neutral() -> "domain of " + domain + " says nothing of " + client;
            case SpfVerdict.None _ -> "no record of " + domain;
            case SpfVerdict.TempError _ -> "could not look up the records of " + domain;
            case SpfVerdict.PermError _ -> "the records of " + domain + " can't be used";
        };
    }

    private static int pair(
            StringBuilder out, int column, String key, String value, boolean first) {
        if (!first) {
            out.append(';');
        }
        return append(out, first ? column : column + 1, key + "=" + word(value));
    }

    /// Writes a word at this column or on a new line; the column after it.
    private static int append(StringBuilder out, int column, String word) {
        // As octets: HeaderField keeps octets as characters.
        var octets = new String(word.getBytes(UTF_8), ISO_8859_1);
        // One column is for the semicolon.
        if (column + 1 + octets.length() + 1 > LINE) {
            out.append("\r\n\t").append(octets);
            return 8 + octets.length();
        }
        out.append(' ').append(octets);
        return column + 1 + octets.length();
    }

    /// A dot-atom (RFC 5322 §3.2.3) as it is, all else as a quoted string.
    private static String word(String value) {
        return isDotAtom(value) ? cut(value) : quoted(cut(value));
    }

    private static String cut(String value) {
        return value.length() <= MAX ? value : value.substring(0, MAX) + "...";
    }

    private static boolean isDotAtom(String text) {
        boolean atom = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean atext =
                    (c >= '0' && c <= '9')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= 'a' && c <= 'z')
                            || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
            if (c == '.' ? !atom : !atext) {
                return false;
            }
            atom = c != '.';
        }
        return atom && text.length() <= MAX;
    }

    private static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(isControl(c) ? '?' : c);
        }
        return out.append('"').toString();
    }

    private static String inComment(String text) {
        var visible = Brief.of(text);
        var out = new StringBuilder(visible.length());
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            out.append(isControl(c) || "()\\".indexOf(c) >= 0 ? '?' : c);
        }
        return out.toString();
    }

    private static boolean isControl(char c) {
        return c < ' ' || (c >= 0x7F && c < 0xA0) || c == '\u2028' || c == '\u2029';
    }
}
