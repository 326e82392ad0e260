package io.postern.mail;

import java.util.Locale;

/// What a Content-Transfer-Encoding field says. RFC 2045 §6.1.
enum TransferEncoding {
    /// 7bit, 8bit, binary, or no field: the octets are the content.
    IDENTITY,
    QUOTED_PRINTABLE,
    BASE64,
    /// Another word, or several fields that differ.
    UNKNOWN;

    static final String FIELD = "Content-Transfer-Encoding";

    boolean isTransparent() {
        return this == IDENTITY;
    }

    static TransferEncoding of(HeaderFields header) {
        var fields = header.all(FIELD);
        var encoding = IDENTITY;
        for (int i = 0; i < fields.size(); i++) {
            var here = of(fields.get(i));
            if (i > 0 && here != encoding) {
                return UNKNOWN;
            }
            encoding = here;
        }
        return encoding;
    }

    private static TransferEncoding of(HeaderField field) {
        var word = withoutComments(field.rawBody()).strip().toLowerCase(Locale.ROOT);
        return switch (word) {
            case "7bit", "8bit", "binary", "" -> IDENTITY;
            case "quoted-printable" -> QUOTED_PRINTABLE;
            case "base64" -> BASE64;
            default -> UNKNOWN;
        };
    }

    private static String withoutComments(String text) {
        if (text.indexOf('(') < 0) {
            return text;
        }
        var out = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (depth == 0) {
                out.append(c);
            }
        }
        return out.toString();
    }
}
