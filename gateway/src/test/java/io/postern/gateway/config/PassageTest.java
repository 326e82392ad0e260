package io.postern.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The place of a character of a value")
class PassageTest {
    private static final String BEFORE =
            """
            hostname = "gw.example.com"
            [[listener]]
            role = "outbound"
            address = "127.0.0.1:0"
            [[domain]]
            name = "example.com"
            [[rule]]
            name = "r"
            stage = "helo"
            action = "refuse"
            """;

    /// @param at where the `X` of the value stands
    record Case(String rule, String toml, String text, String at) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("basic string", "when = \"aXb\"", "aXb", "11:10"),
                new Case("blanks around", "  when   =   'aXb'  # why", "aXb", "11:16"),
                new Case("after an escape", "when = \"\\\"\\\\\\tX\"", "\"\\\tX", "11:15"),
                new Case(
                        "after a code point by number",
                        "when = \"\\u00e9\\U0001F600X\"",
                        "é😀X",
                        "11:25"),
                new Case("after a character of two units", "when = '😀X'", "😀X", "11:10"),
                new Case("literal string", "when = 'a\\X'", "a\\X", "11:11"),
                new Case("several lines", "when = \"\"\"\na\n  X\"\"\"", "a\n  X", "13:3"),
                new Case("several literal lines", "when = '''a\nX'''", "a\nX", "12:1"),
                new Case(
                        "lines joined by a backslash",
                        "when = \"\"\"a \\\n\n   X\"\"\"",
                        "a X",
                        "13:4"),
                new Case(
                        "quotation marks before those that end it",
                        "when = \"\"\"X\"\"\"\"",
                        "X\"",
                        "11:11"),
                new Case(
                        "lines that look like keys and tables",
                        "when = '''\nhostname = 'a'\n[[listener]]\n[x]\nX'''",
                        "hostname = 'a'\n[[listener]]\n[x]\nX",
                        "15:1"),
                new Case("two octets a line end", "when = '''\r\na\r\nX'''", "a\r\nX", "13:1"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void places(Case c) {
        var text = BEFORE + c.toml() + "\ntag = \"\"\n";
        var passage = passage(text);
        assertEquals(c.text(), passage.text());
        assertTrue(passage.precise(), "not precise");
        int index = passage.text().codePointCount(0, passage.text().indexOf('X'));
        assertEquals("f:" + c.at(), passage.at(index));
        // What comes after it has its place still.
        int line = text.substring(0, text.indexOf("tag =")).split("\n", -1).length;
        assertEquals(line + ":1", new KeyPlaces(text).of("rule[0].tag").orElseThrow());
    }

    private static Passage passage(String text) {
        var without = text.replace("tag = \"\"\n", "");
        return ConfigReader.parse(without, "f", Path.of(".")).rule().getFirst().when();
    }

    @Test
    @DisplayName("is that of the nearest thing around it when its key is written unusually")
    void unusual() {
        var passage = passage(BEFORE + "\"when\" = 'abcd'\n");
        assertEquals("f:7:1", passage.at(3));
    }
}
