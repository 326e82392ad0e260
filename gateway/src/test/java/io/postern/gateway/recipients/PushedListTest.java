package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A list of hashes that the inside pushes")
class PushedListTest {
    private static final Instant MADE = Instant.parse("2026-11-22T08:00:00Z");
    private static final Duration LIMIT = Duration.ofDays(2);

    private final TestClock clock = new TestClock(MADE.plusSeconds(60));

    @TempDir private Path folder = Path.of("");

    private static byte[] hashed(Instant made, String... addresses) {
        var to = new ByteArrayOutputStream();
        try {
            assertInstanceOf(
                    PushedLists.Hashed.Ok.class,
                    PushedLists.hash(
                            input(String.join("\n", addresses)),
                            Set.of(),
                            made,
                            new Random(7),
                            to));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return to.toByteArray();
    }

    private static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path file() {
        return folder.resolve("recipients").resolve("default.list");
    }

    private PushedSource open() {
        return new PushedSource("default", file(), LIMIT, clock);
    }

    private static PushedLists.Taken push(PushedSource source, byte[] list) throws IOException {
        return source.take(new ByteArrayInputStream(list));
    }

    @Test
    @DisplayName("holds its addresses, and none of them can be read in it")
    void roundTrip() throws IOException {
        var list = hashed(MADE, "Info@example.com", "@all.example", "b\u00FC@example.com");
        var text = new String(list, StandardCharsets.ISO_8859_1);
        assertTrue(text.startsWith("postern-recipients 1\nmade 2026-11-22T08:00:00Z\nsalt "), text);
        assertTrue(text.contains("\ndomain all.example\ndomain example.com\n"), text);
        assertFalse(text.toLowerCase(java.util.Locale.ROOT).contains("info"), text);
        var source = open();
        assertEquals("unavailable", Ask.word(source, "info@example.com"));
        assertEquals(
                new PushedLists.Taken.Yes(3, MADE, List.of("all.example", "example.com")),
                push(source, list));
        assertEquals("known", Ask.word(source, "INFO@example.com"));
        assertEquals("known", Ask.word(source, "info+shop@example.com"));
        assertEquals("known", Ask.word(source, "b\u00FC@example.com"));
        assertEquals("known", Ask.word(source, "whoever@all.example"));
        assertEquals("unknown", Ask.word(source, "sales@example.com"));
    }

    @Test
    @DisplayName("says nothing of a domain that it does not cover")
    void otherDomain() throws IOException {
        var source = open();
        push(source, hashed(MADE, "info@example.com"));
        assertEquals("unavailable", Ask.word(source, "info@example.org"));
    }

    @Test
    @DisplayName("has another salt each time")
    void salt() throws IOException {
        var random = new Random(8);
        var one = new ByteArrayOutputStream();
        var two = new ByteArrayOutputStream();
        PushedLists.hash(input("info@example.com"), Set.of(), MADE, random, one);
        PushedLists.hash(input("info@example.com"), Set.of(), MADE, random, two);
        var first = one.toString(StandardCharsets.US_ASCII).lines().toList();
        var second = two.toString(StandardCharsets.US_ASCII).lines().toList();
        assertEquals(first.get(3), second.get(3), "the domain");
        assertFalse(first.get(4).equals(second.get(4)), "the hash");
    }

    @Test
    @DisplayName("cut anywhere, or with any octet changed, is refused and changes nothing")
    void damaged() throws IOException {
        var source = open();
        push(source, hashed(MADE, "old@example.com"));
        var list = hashed(MADE, "a@example.com", "b@example.com", "c@example.com");
        for (int length = 0; length < list.length; length++) {
            assertInstanceOf(PushedLists.Taken.No.class, push(source, Arrays.copyOf(list, length)));
        }
        for (int at = 0; at < list.length; at++) {
            var changed = list.clone();
            changed[at] ^= 1;
            assertInstanceOf(PushedLists.Taken.No.class, push(source, changed), "octet " + at);
        }
        assertEquals("known", Ask.word(source, "old@example.com"));
        assertEquals("unknown", Ask.word(source, "a@example.com"));
        assertEquals("known", Ask.word(open(), "old@example.com"));
    }

    @Test
    @DisplayName("random octets and lines never throw")
    void random() throws IOException {
        var random = new Random(9);
        var words = List.of("made ", "salt ", "domain ", "end ", "\n", "0", "abc", "2026", " 1");
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(i % 2 == 0 ? "postern-recipients 1\n" : "");
            for (int j = random.nextInt(12); j > 0; j--) {
                text.append(words.get(random.nextInt(words.size())));
            }
            assertInstanceOf(PushedList.Parsed.Bad.class, PushedList.read(input(text.toString())));
        }
    }

    @Test
    @DisplayName("a form of a later version is named as such")
    void version() throws IOException {
        assertEquals(
                new PushedList.Parsed.Bad(
                        "it has a form that this version does not know: postern-recipients 2"),
                PushedList.read(input("postern-recipients 2\n")));
    }

    @Test
    @DisplayName("is kept over a restart, for the owner alone, and leaves nothing beside it")
    void kept() throws IOException {
        push(open(), hashed(MADE, "info@example.com"));
        assertEquals("known", Ask.word(open(), "info@example.com"));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        try (var files = Files.list(file().getParent())) {
            assertEquals(List.of(file()), files.toList());
        }
    }

    @Test
    @DisplayName("a damaged file answers nothing after a restart, and is said")
    void damagedFile() throws IOException {
        push(open(), hashed(MADE, "info@example.com"));
        Files.writeString(file(), Files.readString(file()).replace("end 1", "end 2"));
        try (var warnings = new Warnings("io.postern.gateway")) {
            assertEquals("unavailable", Ask.word(open(), "info@example.com"));
            assertEquals(1, warnings.messages().size());
        }
    }

    @Test
    @DisplayName(
            "older than its limit it says nothing of anybody: said once, until a new one comes")
    void stale() throws IOException {
        var source = open();
        push(source, hashed(MADE, "info@example.com"));
        clock.advance(LIMIT.minusSeconds(60));
        assertEquals("known", Ask.word(source, "info@example.com"));
        clock.advance(Duration.ofSeconds(1));
        try (var warnings = new Warnings("io.postern.gateway")) {
            source.refresh();
            source.refresh();
            assertEquals(1, warnings.messages().size());
        }
        assertEquals("unavailable", Ask.word(source, "info@example.com"));
        assertEquals("unavailable", Ask.word(source, "nobody@example.com"));
        assertFalse(source.standing().usable());
        push(source, hashed(clock.instant(), "info@example.com"));
        assertEquals("known", Ask.word(source, "info@example.com"));
    }

    @Test
    @DisplayName("an older list does not replace a newer one; one from the future none")
    void order() throws IOException {
        var source = open();
        push(source, hashed(MADE, "new@example.com"));
        assertInstanceOf(
                PushedLists.Taken.No.class,
                push(source, hashed(MADE.minusSeconds(1), "old@example.com")));
        assertInstanceOf(
                PushedLists.Taken.No.class,
                push(source, hashed(MADE.plus(Duration.ofHours(2)), "future@example.com")));
        assertEquals("known", Ask.word(source, "new@example.com"));
    }

    @Test
    @DisplayName("hashing: only the wanted domains, each with somebody in it")
    void wanted() throws IOException {
        var text = "a@example.com\nb@example.org\n";
        assertEquals(
                new PushedLists.Hashed.Ok(1, 1, List.of("example.com")),
                PushedLists.hash(
                        input(text),
                        Set.of("example.com"),
                        MADE,
                        new Random(10),
                        new ByteArrayOutputStream()));
        assertEquals(
                new PushedLists.Hashed.Bad("there is no address of example.net"),
                PushedLists.hash(
                        input(text),
                        Set.of("example.com", "example.net"),
                        MADE,
                        new Random(10),
                        new ByteArrayOutputStream()));
    }
}
