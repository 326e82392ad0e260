package io.postern.keys;

import java.util.HexFormat;
import java.util.Optional;

/// The start secret as people keep it: `postern-start-1` and fourteen groups of four characters of
/// base 32 (RFC 4648 §6), the last group a check of the others.
final class SecretText {
    private static final String PREFIX = "postern-start-1";
    private static final int GROUP = 4;
    private static final int CHARACTERS = (StartSecret.LENGTH * 8 + 4) / 5;

    private SecretText() {}

    static String print(byte[] secret) {
        return PREFIX + ' ' + Base32.grouped(Base32.encode(secret) + check(secret));
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
        var digits = Base32.typed(bare.substring(PREFIX.length()));
        if (digits.length() != CHARACTERS + GROUP) {
            return Optional.empty();
        }
        return Base32.decode(digits.substring(0, CHARACTERS))
                .filter(secret -> check(secret).equals(digits.substring(CHARACTERS)));
    }

    private static String check(byte[] secret) {
        return Base32.encode(Base32.sha256(secret)).substring(0, GROUP);
    }
}
