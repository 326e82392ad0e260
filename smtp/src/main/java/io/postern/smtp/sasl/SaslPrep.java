package io.postern.smtp.sasl;

import java.text.Normalizer;
import java.util.Optional;

/// Prepares user names and passwords, so that two ways to type the same are the same. RFC 4013.
public final class SaslPrep {
    private SaslPrep() {}

    /// The prepared text; empty when it holds what RFC 4013 §2.3 to §2.5 prohibits.
    ///
    /// Unassigned code points are prohibited here too (RFC 4013 §2.5 lets queries have them), by
    /// the Unicode version of the JDK, newer than that of RFC 3454: a user name with a letter made
    /// since is no danger.
    public static Optional<String> prepare(String text) {
        if (plainAscii(text)) {
            return Optional.of(text);
        }
        var mapped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            // §2.1: spaces are SPACE, what is commonly mapped to nothing goes.
            if (Character.getType(c) == Character.SPACE_SEPARATOR) {
                mapped.append(' ');
            } else if (!mappedToNothing(c)) {
                mapped.appendCodePoint(c);
            }
        }
        var prepared = Normalizer.normalize(mapped, Normalizer.Form.NFKC); // §2.2
        boolean clean = prepared.codePoints().noneMatch(SaslPrep::prohibited);
        return clean && bidirectional(prepared) ? Optional.of(prepared) : Optional.empty();
    }

    private static boolean plainAscii(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    // RFC 3454 table B.1.
    private static boolean mappedToNothing(int c) {
        return c == 0xad
                || c == 0x34f
                || c == 0x1806
                || (c >= 0x180b && c <= 0x180d)
                || (c >= 0x200b && c <= 0x200d)
                || c == 0x2060
                || (c >= 0xfe00 && c <= 0xfe0f)
                || c == 0xfeff;
    }

    // RFC 4013 §2.3: RFC 3454 tables C.1.2, C.2.1, C.2.2, C.3 to C.9, and here A.1 as well.
    private static boolean prohibited(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> (c >= 0xfff9 && c <= 0xfffd) || (c >= 0x2ff0 && c <= 0x2ffb);
        };
    }

    // RFC 3454 §6: with a right-to-left letter no left-to-right one, and such at both ends.
    private static boolean bidirectional(String text) {
        if (text.codePoints().noneMatch(SaslPrep::rightToLeft)) {
            return true;
        }
        boolean mixed =
                text.codePoints()
                        .anyMatch(c ->
                                Character.getDirectionality(c)
                                        == Character.DIRECTIONALITY_LEFT_TO_RIGHT);
        return !mixed
                && rightToLeft(text.codePointAt(0))
                && rightToLeft(text.codePointBefore(text.length()));
    }

    private static boolean rightToLeft(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
