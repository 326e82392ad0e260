package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §3.2 tag-list")
class TagListTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("in the order written", "b=2; a=1", "b=2; a=1"),
                new Case("a last semicolon may stand", "a=1;", "a=1"),
                new Case("white space behind it is taken (decision 0003)", "a=1; \r\n ", "a=1"),
                new Case("names are case-sensitive", "a=1; A=2", "a=1; A=2"),
                new Case("a value may be empty", "a=; b=", "a=; b="),
                new Case(
                        "white space around names and values",
                        " \ta =\r\n 1 \t; b= 2 ",
                        "a=1; b=2"),
                new Case("white space inside stays", "n=two words;a=1", "n=two words; a=1"),
                new Case("a value may hold =", "b=ab==; a=1", "b=ab==; a=1"),
                new Case("digits and _ inside a name", "x_1=2", "x_1=2"),
                new Case(
                        "RFC 8616: octets above 127",
                        "d=\u00C3\u00A9.example",
                        "d=\u00C3\u00A9.example"),
                new Case("duplicate spoils the list", "v=1; p=x; p=y", "bad at 10"),
                new Case("no list", "", "bad at 0"),
                new Case("white space alone", "  ", "bad at 0"),
                new Case("semicolon alone", ";", "bad at 0"),
                new Case("two semicolons", "a=1;; b=2", "bad at 4"),
                new Case("name without value", "a=1; b; c=2", "bad at 4"),
                new Case("name begins with a letter", "1a=2", "bad at 0"),
                new Case("hyphen is no name", "a-b=1", "bad at 0"),
                new Case("bare LF is not FWS", "v=1;\n a=x", "bad at 4"),
                new Case("bare LF in a value", "v=1\n 2", "bad at 3"),
                new Case("CRLF without white space is not FWS", "v=1\r\n2", "bad at 3"),
                new Case("NUL", "v=1\u0000", "bad at 3"),
                new Case("DEL", "v=\u007F", "bad at 2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(
                c.want(),
                switch (TagList.parse(c.text())) {
                    case TagList.Parsed.Ok(var list) -> list.toString();
                    case TagList.Parsed.Bad(int at, _) -> "bad at " + at;
                });
    }

    @Test
    @DisplayName("§3.7: b= goes with all white space around its value, and nothing else does")
    void withoutValue() {
        var text = " v=1; b = ab\r\n cd \r\n\t; bh=xyz;  x=b=";
        switch (TagList.parse(text)) {
            case TagList.Parsed.Ok(var list) ->
                    assertEquals(" v=1; b =; bh=xyz;  x=b=", list.without("b", text));
            case TagList.Parsed.Bad bad -> throw new AssertionError(bad);
        }
    }
}
