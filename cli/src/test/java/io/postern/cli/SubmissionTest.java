package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.postern.mail.ContentBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Messages on sendmail's standard input")
class SubmissionTest {
    record Case(String rule, boolean dotIsText, String input, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("LF becomes CRLF", false, "A: b\n\nc\n", "A: b\r\n\r\nc\r\n"),
                new Case("CRLF stays", false, "A: b\r\n\r\nc\r\n", "A: b\r\n\r\nc\r\n"),
                new Case("a last line is ended", false, "A: b\n\nc", "A: b\r\n\r\nc\r\n"),
                new Case("a dot ends it", false, "A: b\n\nc\n.\nd\n", "A: b\r\n\r\nc\r\n"),
                new Case("a last dot ends it", false, "A: b\n\nc\n.", "A: b\r\n\r\nc\r\n"),
                new Case("-i: a dot is text", true, "A: b\n\n.\nd\n", "A: b\r\n\r\n.\r\nd\r\n"),
                new Case("two dots are text", false, "A: b\n\n..\n", "A: b\r\n\r\n..\r\n"),
                new Case("no header section", false, "Hello\n", "\r\nHello\r\n"),
                new Case("no empty line", false, "A: b\nHello\n", "A: b\r\n\r\nHello\r\n"),
                new Case("folding", false, "A: b\n c\n\nd\n", "A: b\r\n c\r\n\r\nd\r\n"),
                new Case("a space first is no folding", false, " b\nc\n", "\r\n b\r\nc\r\n"),
                new Case("mbox separator", false, "From a Sun\nA: b\n\nc\n", "A: b\r\n\r\nc\r\n"),
                new Case("From in the body", false, "A: b\n\nFrom c\n", "A: b\r\n\r\nFrom c\r\n"),
                new Case("only a header section", false, "A: b\n", "A: b\r\n\r\n"),
                new Case("empty line first", false, "\nA: b\n", "\r\nA: b\r\n"),
                new Case("nothing", false, "", "\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void read(Case c) throws Exception {
        assertEquals(c.want(), print(c.input().getBytes(StandardCharsets.UTF_8), c.dotIsText()));
    }

    private static String print(byte[] input, boolean dotIsText) throws IOException {
        var out = new ByteArrayOutputStream();
        var built = Submission.read(new ByteArrayInputStream(input), dotIsText);
        if (built instanceof ContentBuilder.Built.Ok(var content)) {
            try (content) {
                content.writeTo(out);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("lines longer than a piece stay one line")
    void longLine() throws Exception {
        var line = "x".repeat(200_000);
        assertEquals(
                "A: b\r\n\r\n" + line + "\r\n.y\r\n",
                print(("A: b\n\n" + line + "\n.y\n").getBytes(StandardCharsets.UTF_8), false));
    }

    @Test
    @DisplayName("random octets never throw")
    void random() throws Exception {
        var random = new Random(11);
        var letters = "A: \n\r.\t\0\u00ffFrom ".getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 2_000; i++) {
            var octets = new byte[random.nextInt(60)];
            for (int j = 0; j < octets.length; j++) {
                octets[j] = letters[random.nextInt(letters.length)];
            }
            assertNotNull(print(octets, random.nextBoolean()));
        }
    }
}
