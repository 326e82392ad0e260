package io.postern.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;

/// Base 32 (RFC 4648 §6) as people write it down: in groups of four, with a check at the end, and
/// forgiving of what a reader takes one for the other.
public final class Base32 {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int GROUP = 4;

    private Base32() {}

    /// Without padding.
    public static String encode(byte[] octets) {
        var text = new StringBuilder();
        int held = 0;
        int bits = 0;
        for (byte octet : octets) {
            held = (held << 8) | (octet & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(DIGITS.charAt((held >> bits) & 31));
            }
            held &= (1 << bits) - 1;
        }
        if (bits > 0) {
            text.append(DIGITS.charAt((held << (5 - bits)) & 31));
        }
        return text.toString();
    }

    /// The octets of digits without blanks and hyphens; empty when they are no base 32, or end
    /// within an octet.
    public static Optional<byte[]> decode(String digits) {
        var octets = new byte[digits.length() * 5 / 8];
        int held = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = DIGITS.indexOf(digits.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            held = (held << 5) | digit;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                octets[at++] = (byte) (held >> bits);
                held &= (1 << bits) - 1;
            }
        }
        return held == 0 && bits < 5 ? Optional.of(octets) : Optional.empty();
    }

    /// The digits of what somebody typed: no blanks and hyphens, capitals, and O, I, B where 0, 1,
    /// 8 were read.
    public static String typed(String text) {
        var digits = new StringBuilder(text.length());
        for (char c : text.toUpperCase(Locale.ROOT).toCharArray()) {
            if (!Character.isWhitespace(c) && c != '-') {
                digits.append(c == '0' ? 'O' : c == '1' ? 'I' : c == '8' ? 'B' : c);
            }
        }
        return digits.toString();
    }

    /// In groups of four, with hyphens.
    public static String grouped(String digits) {
        var text = new StringBuilder();
        for (int i = 0; i < digits.length(); i += GROUP) {
            text.append(i == 0 ? "" : "-").append(digits, i, Math.min(i + GROUP, digits.length()));
        }
        return text.toString();
    }

    /// So many digits that tell a mistyped text: of SHA-256 over it.
    public static String check(String text, int digits) {
        return encode(sha256(text.getBytes(StandardCharsets.UTF_8))).substring(0, digits);
    }

    /// SHA-256 (FIPS 180-4).
    public static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
