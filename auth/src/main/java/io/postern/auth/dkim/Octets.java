package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Optional;

/// Encodings of octets in tags.
final class Octets {
    private static final String HEX = "0123456789ABCDEF";

    private Octets() {}

    /// The octets of a base64 text without white space; empty when it is none.
    static Optional<byte[]> base64(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Octets kept as characters, read as UTF-8; empty when they are not.
    static Optional<String> utf8(String octets) {
        if (isAscii(octets)) {
            return Optional.of(octets);
        }
        try {
            return Optional.of(
                    UTF_8.newDecoder()
                            .decode(ByteBuffer.wrap(octets.getBytes(ISO_8859_1)))
                            .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(String octets) {
        for (int i = 0; i < octets.length(); i++) {
            if (octets.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }

    /// The octets, as characters, of a dkim-quoted-printable text without white space; empty when
    /// it is none. RFC 6376 §2.11.
    static Optional<String> quotedPrintable(String text) {
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '=') {
                out.append(c);
                continue;
            }
            if (i + 2 >= text.length()) {
                return Optional.empty();
            }
            // The ABNF has upper case only; RFC 2045 §6.7 asks readers to take both.
            int high = Character.digit(text.charAt(i + 1), 16);
            int low = Character.digit(text.charAt(i + 2), 16);
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            out.append((char) (high * 16 + low));
            i += 2;
        }
        return Optional.of(out.toString());
    }

    /// A text as dkim-quoted-printable, in ASCII. RFC 6376 §2.11.
    static String toQuotedPrintable(String text) {
        var out = new StringBuilder(text.length());
        for (byte octet : text.getBytes(UTF_8)) {
            char c = (char) (octet & 0xFF);
            if (c > ' ' && c < 0x7F && c != ';' && c != '=') {
                out.append(c);
            } else {
                out.append('=').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return out.toString();
    }
}
