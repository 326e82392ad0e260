package io.postern.smtp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ReplyParserTest {
    private record Good(String rule, List<String> lines, Reply reply) {}

    @TestFactory
    Stream<DynamicTest> good() {
        return Stream.of(
                        new Good(
                                "RFC 5321 §4.2: one line",
                                List.of("250 OK\r"),
                                Reply.of(250, "", "OK")),
                        new Good(
                                "RFC 5321 §4.2: no text, no space",
                                List.of("250\r"),
                                Reply.of(250, "", "")),
                        new Good(
                                "RFC 5321 §4.2: no text, a space",
                                List.of("250 \r"),
                                Reply.of(250, "", "")),
                        new Good(
                                "RFC 5321 §4.2: a bare LF is taken",
                                List.of("250 OK"),
                                Reply.of(250, "", "OK")),
                        new Good(
                                "RFC 5321 §4.2.1: several lines",
                                List.of("250-a\r", "250-\r", "250 c\r"),
                                new Reply(250, "", List.of("a", "", "c"))),
                        new Good(
                                "RFC 5321 §4.2.1: several lines, the last without text",
                                List.of("250-a\r", "250\r"),
                                new Reply(250, "", List.of("a", ""))),
                        new Good(
                                "RFC 2034 §4: enhanced status code on each line",
                                List.of("550-5.7.1 No\r", "550 5.7.1 relaying\r"),
                                new Reply(550, "5.7.1", List.of("No", "relaying"))),
                        new Good(
                                "RFC 2034 §4: enhanced status code without text",
                                List.of("250 2.1.5\r"),
                                Reply.of(250, "2.1.5", "")),
                        new Good(
                                "RFC 2034 §4: the class must be the reply's",
                                List.of("550 4.7.1 Later\r"),
                                Reply.of(550, "", "4.7.1 Later")),
                        new Good(
                                "RFC 2034 §4: 3yz has none",
                                List.of("354 3.0.0 Go\r"),
                                Reply.of(354, "", "3.0.0 Go")),
                        new Good(
                                "RFC 3463 §2: an address is not a status code",
                                List.of("250 2.1.5.7 greets you\r"),
                                Reply.of(250, "", "2.1.5.7 greets you")),
                        new Good(
                                "RFC 3463 §2: a different code on a later line is text",
                                List.of("550-5.7.1 a\r", "550 5.1.1 b\r"),
                                new Reply(550, "5.7.1", List.of("a", "5.1.1 b"))),
                        new Good(
                                "RFC 6531 §3.7.4.2: UTF-8",
                                List.of("550 5.1.1 Zoë\r"),
                                Reply.of(550, "5.1.1", "Zoë")),
                        new Good(
                                "Control characters are made harmless",
                                List.of("550 a\u0000b\rc\u001b[1m\td\r"),
                                Reply.of(550, "", "a?b?c?[1m d")))
                .map(good ->
                        DynamicTest.dynamicTest(
                                good.rule,
                                () ->
                                        assertEquals(
                                                new ReplyParser.Step.Complete(good.reply),
                                                parse(good.lines))));
    }

    private record Bad(String rule, List<String> lines, String why) {}

    @TestFactory
    Stream<DynamicTest> bad() {
        return Stream.of(
                        new Bad(
                                "RFC 5321 §4.2: an empty line",
                                List.of("\r"),
                                "not a reply: an empty line"),
                        new Bad("RFC 5321 §4.2: two digits", List.of("25 OK\r"), "not a reply"),
                        new Bad("RFC 5321 §4.2: four digits", List.of("2500\r"), "not a reply"),
                        new Bad("RFC 5321 §4.2: no digits", List.of("HTTP/1.1 400\r"), "not a"),
                        new Bad("RFC 5321 §4.2.1: 1yz", List.of("150 wait\r"), "not a reply"),
                        new Bad("RFC 5321 §4.2.1: 6yz", List.of("600 no\r"), "not a reply"),
                        new Bad("RFC 5321 §4.2.1: no space", List.of("250OK\r"), "not a reply"),
                        new Bad(
                                "RFC 5321 §4.2.1: two codes",
                                List.of("250-a\r", "550 b\r"),
                                "codes 250 and 550"),
                        new Bad(
                                "RFC 5321 §4.2.1: text between",
                                List.of("250-a\r", "b\r"),
                                "not a reply"),
                        new Bad(
                                "RFC 5321 §4.5.3.1.5: an endless line",
                                List.of("250 " + "x".repeat(4096)),
                                "line is too long"),
                        new Bad(
                                "RFC 5321 §4.5.3.1: endless lines",
                                java.util.Collections.nCopies(200, "250-x\r"),
                                "reply is too long"),
                        new Bad(
                                "RFC 5321 §4.5.3.1: too much in all",
                                java.util.Collections.nCopies(40, "250-" + "x".repeat(4000)),
                                "reply is too long"))
                .map(bad ->
                        DynamicTest.dynamicTest(
                                bad.rule,
                                () -> {
                                    var step = parse(bad.lines);
                                    var malformed =
                                            assertInstanceOf(
                                                    ReplyParser.Step.Malformed.class, step);
                                    assertTrue(malformed.why().contains(bad.why), malformed.why());
                                }));
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.1.5: a line of 4096 octets is taken")
    void longestLine() {
        var step = parse(List.of("250 " + "x".repeat(4090) + "\r"));
        assertInstanceOf(ReplyParser.Step.Complete.class, step);
    }

    @Test
    @DisplayName("RFC 5321 §4.2: random octets never throw")
    void random() {
        var random = new Random(5321);
        for (int run = 0; run < 20_000; run++) {
            var parser = new ReplyParser();
            for (int line = 0; line < 3; line++) {
                var octets = new byte[random.nextInt(40)];
                random.nextBytes(octets);
                var start = "250-5.1.1 ".getBytes(StandardCharsets.US_ASCII);
                int given = random.nextInt(start.length + 1);
                System.arraycopy(start, 0, octets, 0, Math.min(given, octets.length));
                assertNotEquals(null, parser.line(octets, 0, octets.length));
            }
        }
    }

    private static ReplyParser.Step parse(List<String> lines) {
        var parser = new ReplyParser();
        ReplyParser.Step step = new ReplyParser.Step.More();
        for (var line : lines) {
            assertInstanceOf(ReplyParser.Step.More.class, step);
            var octets = line.getBytes(StandardCharsets.UTF_8);
            step = parser.line(octets, 0, octets.length);
            if (step instanceof ReplyParser.Step.Malformed) {
                return step;
            }
        }
        return step;
    }
}
