package io.postern.smtp.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// Base64 as SASL exchanges have it in SMTP: one line, padded, canonical. RFC 4954 §4, RFC 4648 §4.
public final class Base64Text {
    private Base64Text() {}

    /// The octets that this is; empty when it is not base64 to the letter: another character,
    /// missing padding (RFC 4648 §3.2) or bits set in it (§3.5).
    public static Optional<byte[]> octets(String base64) {
        if (base64.length() % 4 != 0) {
            return Optional.empty();
        }
        try {
            var octets = Base64.getDecoder().decode(base64);
            return of(octets).equals(base64) ? Optional.of(octets) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// The UTF-8 text that this is, which may hold NUL; empty when it is not base64 or not UTF-8.
    /// Messages of all our mechanisms are UTF-8.
    public static Optional<String> text(String base64) {
        return octets(base64).flatMap(Base64Text::utf8);
    }

    private static Optional<String> utf8(byte[] octets) {
        try {
            // A new decoder reports what is malformed, and so does not turn it into another name.
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            return Optional.of(text.toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    /// These octets in base64.
    public static String of(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /// This text, as UTF-8, in base64.
    public static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }
}
