package io.postern.keys;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// The start secret as people keep it: `postern-start-1` and fourteen groups of four characters of
/// base 32 (RFC 4648 §6), the last group a check of the others.
final class SecretText {
    private static final String PREFIX = "postern-start-1";
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int GROUP = 4;
    private static final int CHARACTERS = (StartSecret.LENGTH * 8 + 4) / 5;

    private SecretText() {}

    static String print(byte[] secret) {
        var digits = encode(secret) + check(secret);
        var text = new StringBuilder(PREFIX);
        for (int i = 0; i < digits.length(); i += GROUP) {
            text.append(i == 0 ? ' ' : '-').append(digits, i, Math.min(i + GROUP, digits.length()));
        }
        return text.toString();
    }

    /// The secret of its printed form (case, spaces and hyphens do not matter) or of 64 hexadecimal
    /// digits; empty when it is neither, or mistyped.
    static Optional<byte[]> parse(String text) {
        var bare = text.strip();
        if (bare.length() == 2 * StartSecret.LENGTH
                && bare.chars().allMatch(HexFormat::isHexDigit)) {
            return Optional.of(HexFormat.of().parseHex(bare));
        }
        if (!bare.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            return Optional.empty();
        }
        var digits =
                bare.substring(PREFIX.length())
                        .replaceAll("[\\s-]", "")
                        .toUpperCase(Locale.ROOT)
                        // What a reader of print takes one for the other.
                        .replace('0', 'O')
                        .replace('1', 'I')
                        .replace('8', 'B');
        if (digits.length() != CHARACTERS + GROUP) {
            return Optional.empty();
        }
        return decode(digits.substring(0, CHARACTERS))
                .filter(secret -> check(secret).equals(digits.substring(CHARACTERS)));
    }

    private static String encode(byte[] octets) {
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

    private static Optional<byte[]> decode(String digits) {
        var octets = new byte[StartSecret.LENGTH];
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
        return held == 0 ? Optional.of(octets) : Optional.empty();
    }

    private static String check(byte[] secret) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return encode(sha.digest(secret)).substring(0, GROUP);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
