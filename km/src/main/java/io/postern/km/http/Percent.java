package io.postern.km.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// RFC 3986 §2.1.
final class Percent {
    private Percent() {}

    /// The text of a percent-encoded UTF-8 one; a plus stays one. Empty when it is not such, or
    /// longer than that many octets.
    static Optional<String> decode(String text, int longest) {
        if (text.length() > 3 * longest) {
            return Optional.empty();
        }
        var octets = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                octets.put((byte) (high * 16 + low));
                i += 2;
            } else if (c > ' ' && c < 0x7F) {
                octets.put((byte) c);
            } else {
                return Optional.empty();
            }
        }
        octets.flip();
        if (octets.limit() > longest) {
            return Optional.empty();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(octets).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
