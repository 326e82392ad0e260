package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A file of recipients")
class FileSourceTest {
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));

    @TempDir private Path folder = Path.of("");

    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("one a line", "a@x.example\nb@x.example\n", "a@x.example b@x.example"),
                new Case("no end of the last line", "a@x.example", "a@x.example"),
                new Case("CRLF", "a@x.example\r\nb@x.example\r\n", "a@x.example b@x.example"),
                new Case("a byte order mark", "\uFEFFa@x.example\n", "a@x.example"),
                new Case("empty lines and spaces", "\n  a@x.example \t\n\n", "a@x.example"),
                new Case("a comment", "# us\na@x.example # Anna\n", "a@x.example"),
                new Case("a number sign in an address", "a#b@x.example\n", "a#b@x.example"),
                new Case("a whole domain", "@X.example\n", "@x.example"),
                new Case("a sharp line", "#a@x.example\n", "0 holds no address"),
                new Case("nothing", "", "0 holds no address"),
                new Case("no address", "a@x.example\nanna\n", "2 is neither"),
                new Case("an address literal", "a@[192.0.2.1]\n", "1 is neither"),
                new Case("two on a line", "a@x.example, b@x.example\n", "1 is neither"),
                new Case("a pair of a Postfix map", "a@x.example OK\n", "1 is neither"),
                new Case("brackets", "<a@x.example>\n", "1 is neither"),
                new Case("a NUL", "a\u0000@x.example\n", "1 is neither"),
                new Case("a line without end", "a".repeat(5000), "1 is longer"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void form(Case c) throws IOException {
        var entries = new ArrayList<String>();
        var got =
                switch (AddressFile.read(
                        new ByteArrayInputStream(c.text().getBytes(StandardCharsets.UTF_8)),
                        entry -> entries.add(entry.normal()))) {
                    case AddressFile.Parsed.Ok _ -> String.join(" ", entries);
                    case AddressFile.Parsed.Bad(var line, var why) -> line + " " + why;
                };
        assertTrue(got.startsWith(c.want()), got);
    }

    @Test
    @DisplayName("Latin-1 is not taken for UTF-8")
    void latin1() throws IOException {
        var octets = "a@x.example\njos\u00E9@x.example\n".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                new AddressFile.Parsed.Bad(2, "is not UTF-8"),
                AddressFile.read(new ByteArrayInputStream(octets), _ -> {}));
    }

    @Test
    @DisplayName("random octets never throw")
    void random() throws IOException {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            var octets = new byte[random.nextInt(60)];
            random.nextBytes(octets);
            AddressFile.read(new ByteArrayInputStream(octets), _ -> {});
        }
    }

    private Path write(String text) throws IOException {
        var beside = Files.writeString(folder.resolve("new"), text);
        return Files.move(
                beside, folder.resolve("recipients"), StandardCopyOption.REPLACE_EXISTING);
    }

    private FileSource open() {
        return new FileSource(folder.resolve("recipients"), clock, new Random(6));
    }

    private static String known(Source source) {
        return Stream.of("a@x.example", "b@x.example")
                .filter(address -> Ask.word(source, address).equals("known"))
                .map(address -> address.substring(0, 1))
                .toList()
                .toString();
    }

    @Test
    @DisplayName("a change is taken when the file has stood still from one look to the next")
    void change() throws IOException {
        write("a@x.example\n");
        var source = open();
        assertEquals("[a]", known(source));
        write("b@x.example\n");
        source.refresh();
        assertEquals("[a]", known(source), "it may still be written");
        source.refresh();
        assertEquals("[b]", known(source));
        clock.advance(Duration.ofSeconds(90));
        assertEquals(
                "file " + folder.resolve("recipients") + " (read 1m30s ago): b@x.example",
                Ask.words(source, "b@x.example"));
    }

    @Test
    @DisplayName("a broken, empty or vanished file leaves the list as it was, and is said once")
    void broken() throws IOException {
        write("a@x.example\n");
        var source = open();
        try (var warnings = new Warnings("io.postern.gateway")) {
            for (var text : List.of("a@x.example\nb@x.example\nnonsense\n", "")) {
                write(text);
                for (int i = 0; i < 4; i++) {
                    source.refresh();
                    assertEquals("[a]", known(source));
                }
            }
            Files.delete(folder.resolve("recipients"));
            for (int i = 0; i < 4; i++) {
                source.refresh();
                assertEquals("[a]", known(source));
            }
            assertEquals(3, warnings.messages().size(), warnings.messages()::toString);
            assertTrue(warnings.messages().getFirst().contains("line 3 is neither an address"));
            write("b@x.example\n");
            source.refresh();
            source.refresh();
            assertEquals("[b]", known(source));
            assertEquals("", source.standing().words());
        }
    }

    @Test
    @DisplayName("a file that never could be read says nothing of anybody")
    void never() throws IOException {
        try (var warnings = new Warnings("io.postern.gateway")) {
            var source = open();
            assertEquals("unavailable", Ask.word(source, "a@x.example"));
            assertEquals(1, warnings.messages().size());
            write("a@x.example\n");
            source.refresh();
            source.refresh();
            assertEquals("known", Ask.word(source, "a@x.example"));
            assertEquals("unknown", Ask.word(source, "b@x.example"));
        }
    }

    @Test
    @DisplayName("a folder in place of the file is no file")
    void aFolder() throws IOException {
        Files.createDirectory(folder.resolve("recipients"));
        try (var warnings = new Warnings("io.postern.gateway")) {
            assertEquals("unavailable", Ask.word(open(), "a@x.example"));
            assertEquals(1, warnings.messages().size());
        }
    }
}
