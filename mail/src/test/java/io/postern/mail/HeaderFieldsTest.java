package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5322 §2.2 header section")
class HeaderFieldsTest {
    record Case(String rule, String section, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("RFC 5322 §2.2 two fields", "A: 1\r\nB: 2\r\n", "[A, B] []"),
                new Case("RFC 5322 §2.2 no field", "", "[] []"),
                new Case("RFC 5322 §2.2.3 folded", "A: 1\r\n 2\r\n\t3\r\nB:\r\n", "[A, B] []"),
                new Case("RFC 5322 §4.5 space before the colon", "A \t: 1\r\n", "[A] []"),
                new Case("RFC 5322 §2.2 a colon in the body", "A: b:c\r\n", "[A] []"),
                new Case(
                        "RFC 5322 §2.2 no colon",
                        "A: 1\r\nxyz\r\nB: 2\r\n",
                        "[A, , B] [LINE_WITHOUT_COLON 6]"),
                new Case(
                        "RFC 5322 §2.2 colon only in a continuation",
                        "xyz\r\n a:b\r\n",
                        "[] [BAD_NAME 3]"),
                new Case(
                        "RFC 5322 §3.6.8 mbox line",
                        "From a 12:00\r\nB: 2\r\n",
                        "[, B] [BAD_NAME 4]"),
                new Case("RFC 5322 §3.6.8 empty name", ": 1\r\n", "[] [BAD_NAME 0]"),
                new Case("RFC 5322 §3.6.8 eight-bit name", "\u00e9: 1\r\n", "[] [BAD_NAME 0]"),
                new Case(
                        "RFC 5322 §2.2.3 white space first",
                        " x\r\nA: 1\r\n",
                        "[, A] [LEADING_WHITE_SPACE 0]"),
                new Case("RFC 5322 §2.2 bare CR", "A: 1\r2\r\n", "[A] [BARE_CR 4]"),
                new Case("RFC 5322 §2.2 CR CR LF", "A: 1\r\r\n", "[A] [BARE_CR 4]"),
                new Case("RFC 5322 §2.2 bare LF", "A: 1\nB: 2\r\n", "[A] [BARE_LF 4]"),
                new Case("RFC 5322 §2.2 NUL", "A: \0\r\n", "[A] [NUL 3]"),
                new Case("RFC 6532 §3.2 eight-bit body", "A: \u00c3\u00a9\r\n", "[A] []"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        var parsed = parsed(c.section());
        var names = parsed.fields().fields().stream().map(HeaderField::name).toList();
        var defects = parsed.defects().stream().map(d -> d.kind() + " " + d.at()).toList();
        assertEquals(c.want(), (names.equals(List.of("")) ? "[]" : names) + " " + defects);
        assertArrayEquals(c.section().getBytes(ISO_8859_1), parsed.fields().toBytes());
    }

    private static HeaderParse.Parsed parsed(String section) {
        return assertInstanceOf(
                HeaderParse.Parsed.class,
                HeaderFields.parse(section.getBytes(ISO_8859_1), HeaderLimits.DEFAULT));
    }

    @Test
    @DisplayName("RFC 5322 §2.2 a last line without CRLF gets one")
    void lastLine() {
        assertEquals("A: 1\r\n", parsed("A: 1").fields().toString());
    }

    @Test
    @DisplayName("RFC 5322 §2.2 names have no case; order is kept")
    void lookUp() {
        var fields = parsed("A: 1\r\nb: 2\r\na: 3\r\n").fields();
        assertEquals(
                List.of(" 1\r\n", " 3\r\n"),
                fields.all("A").stream().map(HeaderField::rawBody).toList());
        assertEquals("A: 1\r\n", fields.first("a").orElseThrow().raw());
        assertEquals("b: 2\r\n", fields.without("A").toString());
        assertEquals(
                "X: 0\r\nY: 0\r\nA: 1\r\n",
                parsed("A: 1\r\n")
                        .fields()
                        .prepended(
                                List.of(
                                        new HeaderField("X", "X: 0\r\n"),
                                        new HeaderField("Y", "Y: 0\r\n")))
                        .toString());
        assertEquals(
                "A: 1\r\nX: 0\r\n",
                parsed("A: 1\r\n").fields().appended(new HeaderField("X", "X: 0\r\n")).toString());
    }

    @Test
    @DisplayName("limits: octets and fields")
    void limits() {
        var section = "A: 1\r\nB: 2\r\n".getBytes(ISO_8859_1);
        assertInstanceOf(
                HeaderParse.Parsed.class, HeaderFields.parse(section, new HeaderLimits(12, 2)));
        assertInstanceOf(
                HeaderParse.TooLarge.class, HeaderFields.parse(section, new HeaderLimits(11, 2)));
        assertInstanceOf(
                HeaderParse.TooLarge.class, HeaderFields.parse(section, new HeaderLimits(12, 1)));
    }

    @Test
    @DisplayName("RFC 5322 §2.2 random octets never throw and print as they were")
    void random() {
        var random = new Random(5322);
        var alphabet = "ab: \t\r\n\0\u00e9\r\n";
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            text.append("x\r\n");
            assertEquals(text.toString(), parsed(text.toString()).fields().toString());
        }
    }
}
