package io.postern.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/// The encoding of ENVID and ORCPT. RFC 3461 §4.
public final class Xtext {
    private static final String HEX = "0123456789ABCDEF";

    private Xtext() {}

    /// Encodes; characters beyond ASCII go as their UTF-8 octets.
    public static String encode(String text) {
        var encoded = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            if (b > ' ' && b < 127 && b != '+' && b != '=') {
                encoded.append((char) b);
            } else {
                encoded.append('+').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
            }
        }
        return encoded.toString();
    }

    /// Decodes; empty when it is no xtext, or when what comes out is no UTF-8.
    public static Optional<String> decode(String xtext) {
        var octets = new ByteArrayOutputStream();
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+') {
                // RFC 3461 §4: two upper-case hexadecimal digits.
                boolean there = i + 2 < xtext.length();
                int high = there ? HEX.indexOf(xtext.charAt(i + 1)) : -1;
                int low = there ? HEX.indexOf(xtext.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                octets.write(high * 16 + low);
                i += 2;
            } else if (c > ' ' && c < 127 && c != '=') {
                octets.write(c);
            } else {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(octets.toByteArray())).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
