package io.postern.km.shares;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.secret.Secret;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.threshold.ShamirSecretSplitter;
import org.bouncycastle.crypto.threshold.ShamirSplitSecret;
import org.bouncycastle.crypto.threshold.ShamirSplitSecretShare;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Shamir's secret sharing over GF(2^8)")
class ShamirTest {
    private static final byte[] SECRET =
            HexFormat.of()
                    .parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    /// Shares 1 to 4 of [#SECRET] for the polynomial s + (7i+3)x + (11i+5)x², computed by a program
    /// that shares nothing with this one.
    private static final List<String> VECTORS =
            List.of(
                    "061b083d2a1f6c616e233025d2c7f4c9d6ab584d7a6f7cb1beb380f5e2978499",
                    "12554cabfeb95b3c11364f48b0d78e4914c80a6db8bfc64c6106ff386d9188cf",
                    "144f4695d0a3315a771c75666e1d748fd2724033d6c5aceac7ac65d6931b1249",
                    "5c32ed354570ae8043c044f103edb2ea625624ca8c39bd91527ccee09024fb95");

    /// Gives the coefficients of [#VECTORS].
    private static final class Coefficients extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private int at;

        @Override
        public void nextBytes(byte[] octets) {
            octets[1] = (byte) (7 * at + 3);
            octets[2] = (byte) (11 * at + 5);
            at++;
        }
    }

    private static List<Share> vectors() {
        return Shamir.split(Secret.of(SECRET.clone()), 3, 4, new Coefficients());
    }

    private static String why(List<Share> shares) {
        return switch (Shamir.combine(shares)) {
            case Shamir.Combined.Ok _ -> "they were taken";
            case Shamir.Combined.Bad(var why) -> why;
        };
    }

    private static byte[] secret(List<Share> shares) {
        return switch (Shamir.combine(shares)) {
            case Shamir.Combined.Ok(var secret) -> secret.copy();
            case Shamir.Combined.Bad(var why) -> throw new AssertionError(why);
        };
    }

    @Test
    @DisplayName("splits as the vectors say")
    void split() {
        var shares = vectors();
        for (int i = 0; i < VECTORS.size(); i++) {
            assertEquals(VECTORS.get(i), HexFormat.of().formatHex(shares.get(i).values().copy()));
        }
        assertEquals("OBBO", shares.getFirst().set());
    }

    @Test
    @DisplayName("any three of four give the secret, and so do all four, in any order")
    void combine() {
        var all = vectors();
        for (int leftOut = 0; leftOut < 4; leftOut++) {
            var three = new ArrayList<>(all);
            three.remove(leftOut);
            assertArrayEquals(SECRET, secret(three));
            assertArrayEquals(SECRET, secret(three.reversed()));
        }
        assertArrayEquals(SECRET, secret(all));
    }

    @Test
    @DisplayName("Bouncy Castle puts our shares together")
    void bouncyCastle() throws IOException {
        var shares =
                vectors().subList(1, 4).stream()
                        .map(share ->
                                new ShamirSplitSecretShare(share.values().copy(), share.number()))
                        .toArray(ShamirSplitSecretShare[]::new);
        var theirs = ShamirSplitSecret.getInstance(ShamirSecretSplitter.Algorithm.AES, shares);
        assertArrayEquals(SECRET, theirs.getSecret());
    }

    @Test
    @DisplayName("too few say how many are missing, and give nothing")
    void tooFew() {
        assertEquals(
                "3 shares of set OBBO are needed, 2 given: bring 1 more",
                why(vectors().subList(0, 2)));
        assertEquals("no share was given", why(List.of()));
    }

    @Test
    @DisplayName("one given twice is named")
    void duplicate() {
        var all = vectors();
        assertEquals(
                "share 2 of set OBBO was given twice: another share is needed beside it",
                why(List.of(all.get(0), all.get(1), all.get(1))));
    }

    @Test
    @DisplayName("one of another set is named")
    void foreign() {
        var all = vectors();
        var other =
                Shamir.split(Secret.random(32, new SecureRandom()), 3, 4, new SecureRandom())
                        .get(2);
        var said = why(List.of(all.get(0), all.get(1), other));
        assertTrue(said.contains(other.name()) && said.contains("different sets"), said);
    }

    @Test
    @DisplayName("one that was forged is found out, and named when there is one too many")
    void forged() {
        var all = vectors();
        var forged = new Share(all.get(3).set(), 4, 3, Secret.of(new byte[32]));
        var said = why(List.of(all.get(0), all.get(1), forged));
        assertTrue(said.contains("do not fit together") && said.contains("share 4"), said);
        assertEquals(
                "share 4 of set OBBO does not fit the others: leave it out",
                why(List.of(all.get(0), all.get(1), all.get(2), forged)));
    }

    @Test
    @DisplayName("the printed form is taken back, in small letters and without hyphens too")
    void printed() {
        for (var share : vectors()) {
            var text = share.printed();
            assertTrue(text.startsWith("postern-share-1 " + share.number() + "-3-OBBO "), text);
            for (var typed :
                    List.of(
                            text,
                            text.toLowerCase(java.util.Locale.ROOT),
                            text.replace("-", " ")
                                    .replaceFirst(
                                            "postern share 1 (\\d) 3 ", "postern-share-1 $1-3-"))) {
                switch (Share.parse(typed)) {
                    case Share.Parsed.Ok(var again) -> assertEquals(text, again.printed());
                    case Share.Parsed.Bad(var why) -> throw new AssertionError(typed + ": " + why);
                }
            }
        }
    }

    @Test
    @DisplayName("each mistyped character is noticed, and the share is named")
    void mistyped() {
        var text = vectors().get(1).printed();
        int from = text.indexOf(' ') + 1;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '-' || c == ' ') {
                continue;
            }
            var wrong =
                    text.substring(0, i)
                            + (c == 'X' ? 'Y' : c == '2' ? '3' : 'X')
                            + text.substring(i + 1);
            switch (Share.parse(wrong)) {
                case Share.Parsed.Ok _ -> throw new AssertionError("taken: " + wrong);
                case Share.Parsed.Bad(var why) ->
                        assertTrue(
                                why.contains("share ") && !why.contains(text.substring(from + 9)),
                                why);
            }
        }
    }

    @Test
    @DisplayName("what is no share at all is refused with what to do, whatever it is")
    void rubbish() {
        for (var text :
                List.of(
                        "",
                        "hello",
                        "postern-share-1",
                        "postern-share-1 2-3-AAAA AAAA",
                        "postern-share-1 999-3-AAAA " + "A".repeat(60),
                        "x".repeat(100_000),
                        "postern-share-1 0-0-AAAA " + "A".repeat(60),
                        "\u0000\uffff")) {
            assertTrue(Share.parse(text) instanceof Share.Parsed.Bad, text);
        }
    }

    @Test
    @DisplayName("a threshold that one lost share would make useless is refused")
    void thresholds() {
        var secret = Secret.of(SECRET.clone());
        var random = new SecureRandom();
        assertThrows(IllegalArgumentException.class, () -> Shamir.split(secret, 1, 3, random));
        assertThrows(IllegalArgumentException.class, () -> Shamir.split(secret, 3, 3, random));
        assertThrows(IllegalArgumentException.class, () -> Shamir.split(secret, 2, 33, random));
    }

    @Test
    @DisplayName("nothing of a share is in what a log would print")
    void masked() {
        var share = vectors().getFirst();
        assertFalse(share.toString().contains(share.printed().substring(28, 32)), share.toString());
    }
}
