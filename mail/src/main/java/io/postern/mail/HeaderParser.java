package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/// Cuts a header section into fields in one pass. RFC 5322 §2.2.
final class HeaderParser {
    private static final int MAX_DEFECTS = 100;

    private final byte[] octets;
    private final int start;
    private final int end;
    private final List<HeaderField> fields = new ArrayList<>();
    private final List<HeaderDefect> defects = new ArrayList<>(0);

    private HeaderParser(byte[] octets, int start, int end) {
        this.octets = octets;
        this.start = start;
        this.end = end;
    }

    static HeaderParse parse(byte[] octets, int start, int end, HeaderLimits limits) {
        if (end - start > limits.maxBytes()) {
            return new HeaderParse.TooLarge(
                    "header section of more than " + limits.maxBytes() + " octets");
        }
        return new HeaderParser(octets, start, end).run(limits.maxFields());
    }

    private HeaderParse run(int maxFields) {
        int at = start;
        while (at < end) {
            if (fields.size() == maxFields) {
                return new HeaderParse.TooLarge("more than " + maxFields + " header fields");
            }
            at = field(at);
        }
        return new HeaderParse.Parsed(new HeaderFields(fields), defects);
    }

    /// Takes the field that begins there; returns where the next one does.
    private int field(int from) {
        int colon = -1;
        int at = from;
        while (true) {
            if (at == end) {
                add(from, colon, at, "\r\n");
                return end;
            }
            byte b = octets[at];
            if (b == ':') {
                colon = colon < 0 ? at : colon;
            } else if (b == '\n') {
                defect(HeaderDefect.Kind.BARE_LF, at);
            } else if (b == 0) {
                defect(HeaderDefect.Kind.NUL, at);
            } else if (b == '\r') {
                if (at + 1 < end && octets[at + 1] == '\n') {
                    at += 2;
                    // A continuation line belongs to a field, never to a line that is none.
                    if (at < end && isWhiteSpace(octets[at])) {
                        continue;
                    }
                    add(from, colon, at, "");
                    return at;
                }
                defect(HeaderDefect.Kind.BARE_CR, at);
            }
            at++;
        }
    }

    private void add(int from, int colon, int to, String missing) {
        var raw = new String(octets, from, to - from, ISO_8859_1).concat(missing);
        fields.add(new HeaderField(name(raw, from, colon), raw));
    }

    private String name(String raw, int from, int colon) {
        if (isWhiteSpace(octets[from])) {
            defect(HeaderDefect.Kind.LEADING_WHITE_SPACE, from);
            return "";
        }
        if (colon < 0) {
            defect(HeaderDefect.Kind.LINE_WITHOUT_COLON, from);
            return "";
        }
        // RFC 5322 §4.5: the obsolete syntax has white space before the colon.
        int end = colon;
        while (end > from && isWhiteSpace(octets[end - 1])) {
            end--;
        }
        for (int i = from; i < end; i++) {
            // RFC 5322 §3.6.8: ftext is 33 to 126 without the colon.
            if (octets[i] <= 32 || octets[i] == 127) {
                defect(HeaderDefect.Kind.BAD_NAME, i);
                return "";
            }
        }
        if (end == from) {
            defect(HeaderDefect.Kind.BAD_NAME, from);
            return "";
        }
        return raw.substring(0, end - from);
    }

    private void defect(HeaderDefect.Kind kind, int at) {
        if (defects.size() < MAX_DEFECTS) {
            defects.add(new HeaderDefect(kind, at - start));
        }
    }

    private static boolean isWhiteSpace(byte b) {
        return b == ' ' || b == '\t';
    }
}
