package io.postern.auth.dkim;

import io.postern.mail.HeaderField;

/// Writes a DKIM-Signature field in lines of at most 78 octets, folded where RFC 6376 §3.5 lets
/// white space stand: between tags, after a colon of `h=`, inside `bh=` and `b=`.
final class SignatureWriter {
    static final String NAME = "DKIM-Signature";

    /// RFC 5322 §2.1.1: lines SHOULD be no longer, CRLF excluded.
    private static final int LINE = 78;

    private final StringBuilder out = new StringBuilder(1024).append(NAME).append(':');
    private int column = out.length();

    /// Writes a tag on this line, or on the next if it does not fit.
    SignatureWriter tag(String name, String value) {
        return word(name + "=" + value + ";", true);
    }

    /// Writes a tag whose elements may be parted after each colon.
    SignatureWriter list(String name, Iterable<String> elements) {
        var word = new StringBuilder(name).append('=');
        boolean first = true;
        boolean spaced = true;
        for (var element : elements) {
            if (!first) {
                word(word.append(':').toString(), spaced);
                spaced = false;
                word.setLength(0);
            }
            first = false;
            word.append(element);
        }
        return word(word.append(';').toString(), spaced);
    }

    private SignatureWriter word(String word, boolean spaced) {
        int space = spaced ? 1 : 0;
        if (column + space + word.length() > LINE) {
            out.append("\r\n ");
            column = 1;
        } else if (spaced) {
            out.append(' ');
            column++;
        }
        out.append(word);
        column += word.length();
        return this;
    }

    /// The field with an empty `b=` at its end: what is signed.
    HeaderField unsigned() {
        return field("");
    }

    /// The field with the signature.
    HeaderField signed(String base64) {
        var folded = new StringBuilder(base64.length() + 32);
        // The first line has " b=" before it.
        int room = LINE - 3;
        for (int at = 0; at < base64.length(); at += room) {
            if (at > 0) {
                folded.append("\r\n ");
            }
            folded.append(base64, at, Math.min(at + room, base64.length()));
        }
        return field(folded.toString());
    }

    private HeaderField field(String signature) {
        return new HeaderField(NAME, out + "\r\n b=" + signature + "\r\n");
    }
}
