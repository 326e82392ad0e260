package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 2047 encoded words")
class EncodedWordsTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("none", "plain = text?", "plain = text?"),
                new Case("§4.1 base64", "=?utf-8?B?R8O8bnN0aWc=?=", "Günstig"),
                new Case("§4.2 quoted", "=?ISO-8859-1?Q?G=FCnstig_1?=", "Günstig 1"),
                new Case("§2 any case", "=?Utf-8?q?a=c3=BC?=", "aü"),
                new Case("§6.2 blanks between two vanish", "=?utf-8?q?a?= \t=?utf-8?q?b?=", "ab"),
                new Case("§6.2 other blanks stay", "x =?utf-8?q?a?= y", "x a y"),
                new Case("RFC 2231 §5 language", "=?utf-8*en?q?a?=", "a"),
                new Case(
                        "unknown charset stays",
                        "=?x-none?q?a?= =?utf-8?q?b?=",
                        "=?x-none?q?a?= b"),
                new Case("bad base64 stays", "=?utf-8?B?a?=", "=?utf-8?B?a?="),
                new Case("cut escape stays", "=?utf-8?q?a=C?=", "a=C"),
                new Case("escape at the end", "=?utf-8?q?=41=42?=", "AB"),
                new Case("unfinished", "=?utf-8?q?a", "=?utf-8?q?a"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void decode(Case c) {
        assertEquals(c.want(), EncodedWords.decode(c.text()));
    }

    @Test
    @DisplayName("no text is too odd")
    void never() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append("=?utf8-QqBb_ 4Fé".charAt(random.nextInt(16)));
            }
            EncodedWords.decode(text.toString());
        }
    }
}
