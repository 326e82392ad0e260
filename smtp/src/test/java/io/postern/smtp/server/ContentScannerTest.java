package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5321 §4.5.2: content, its dots and its end")
class ContentScannerTest {
    /// @param want content, `|` and what is left over, or the defect
    record Case(String rule, String sent, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> data() {
        return Stream.of(
                new Case("empty content", ".\r\nX", "|X"),
                new Case("plain", "a\r\nb\r\n.\r\n", "a\r\nb\r\n|"),
                new Case("a doubled dot is one", "..\r\n.\r\n", ".\r\n|"),
                new Case("three are two", "a\r\n...b\r\n.\r\n", "a\r\n..b\r\n|"),
                new Case("a single dot before text is dropped", ".a\r\n.\r\n", "a\r\n|"),
                new Case("a dot inside a line stays", "a.\r\n.\r\n", "a.\r\n|"),
                new Case("a tab and 8-bit are text", "a\tb\u00e9\r\n.\r\n", "a\tb\u00e9\r\n|"),
                new Case("no end yet", "a\r\n.", "a\r\n|not ended"),
                new Case("LF . CR LF", "a\n.\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("LF . LF", "a\n.\nb\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("CR . CR LF", "a\r.\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("CR LF . LF", "a\r\n.\nb\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("CR LF . CR", "a\r\n.\rb\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("CR LF . CR CR LF", "a\r\n.\r\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("CR CR LF", "a\r\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("NUL", "a\0b\r\n.\r\n", "NUL"),
                new Case("NUL and a bare LF", "a\0b\n\r\n.\r\n", "BARE_CR_OR_LF"),
                new Case("NUL before the dot", "a\r\n\0.\r\n.\r\n", "NUL"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("data")
    void data(Case c) {
        int length = c.sent().length();
        assertEquals(c.want(), scan(c.sent(), length), "whole");
        assertEquals(c.want(), scan(c.sent(), 1), "octet by octet");
        for (int piece = 2; piece < length; piece++) {
            assertEquals(c.want(), scan(c.sent(), piece), "in pieces of " + piece);
        }
    }

    private static String scan(String sent, int piece) {
        var octets = sent.getBytes(StandardCharsets.ISO_8859_1);
        var content = new ByteArrayOutputStream();
        var scanner = ContentScanner.data(content::write);
        int at = 0;
        while (at < octets.length && !scanner.ended()) {
            at = scanner.scan(octets, at, Math.min(at + piece, octets.length));
        }
        if (scanner.defect() != ContentScanner.Defect.NONE) {
            return scanner.defect().name();
        }
        return content.toString(StandardCharsets.ISO_8859_1)
                + "|"
                + (scanner.ended() ? sent.substring(at) : "not ended");
    }

    @Test
    @DisplayName("stuff, cut at random, scan: the same octets")
    void roundTrip() {
        var random = new Random(5321);
        for (int round = 0; round < 2000; round++) {
            var text = new StringBuilder();
            int lines = random.nextInt(6);
            for (int i = 0; i < lines; i++) {
                int length = random.nextInt(40);
                for (int j = 0; j < length; j++) {
                    int pick = random.nextInt(4);
                    text.append(pick == 0 ? '.' : (char) (14 + random.nextInt(242)));
                }
                text.append("\r\n");
            }
            var stuffed = ("\r\n" + text).replace("\r\n.", "\r\n..").substring(2) + ".\r\n";
            assertEquals(text + "|", scan(stuffed, 1 + random.nextInt(stuffed.length())));
        }
    }

    @Test
    @DisplayName("the fast search finds what a slow one finds")
    void search() {
        var random = new Random(1);
        var octets = new byte[100];
        for (int round = 0; round < 20_000; round++) {
            for (int i = 0; i < octets.length; i++) {
                octets[i] =
                        (byte) (random.nextInt(30) == 0 ? random.nextInt(16) : random.nextInt());
            }
            int from = random.nextInt(octets.length);
            int to = from + random.nextInt(octets.length - from);
            int want = from;
            while (want < to && octets[want] != '\r' && octets[want] != '\n' && octets[want] != 0) {
                want++;
            }
            assertEquals(want, Octets.nextSpecial(octets, from, to));
        }
    }

    @Test
    @DisplayName("RFC 3030 §2: in chunks a dot means nothing, a CR may end one but not the last")
    void chunks() {
        var content = new ByteArrayOutputStream();
        var scanner = ContentScanner.chunks(content::write);
        var octets = ".\r\n.\r".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(5, scanner.scan(octets, 0, 5));
        assertEquals(ContentScanner.Defect.NONE, scanner.defect());
        assertEquals(ContentScanner.Defect.BARE_CR_OR_LF, scanner.defectAtEnd());
        scanner.scan(new byte[] {'\n'}, 0, 1);
        assertEquals(ContentScanner.Defect.NONE, scanner.defectAtEnd());
        assertEquals(".\r\n.\r\n", content.toString(StandardCharsets.ISO_8859_1));
    }
}
