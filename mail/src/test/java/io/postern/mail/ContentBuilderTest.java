package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 5322 §2.1 content")
class ContentBuilderTest {
    @TempDir Path spool;

    record Case(String rule, String octets, String header, String body, String facts) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("header and body", "A: 1\r\n\r\nhello\r\n", "A: 1\r\n", "hello\r\n", "5"),
                new Case("no header", "\r\nhello\r\n", "", "hello\r\n", "5"),
                new Case("no body", "A: 1\r\n\r\n", "A: 1\r\n", "", "4"),
                new Case("no empty line", "A: 1\r\nB: 2\r\n", "A: 1\r\nB: 2\r\n", "", "4"),
                new Case("no CRLF at all", "A: 1", "A: 1\r\n", "", "4"),
                new Case("nothing", "", "", "", "0"),
                new Case(
                        "body of empty lines", "A: 1\r\n\r\n\r\n\r\n", "A: 1\r\n", "\r\n\r\n", "4"),
                new Case(
                        "eight-bit body",
                        "A: 1\r\n\r\n\u00e9\r\n",
                        "A: 1\r\n",
                        "\u00e9\r\n",
                        "4 body8"),
                new Case(
                        "eight-bit header",
                        "A: \u00e9\r\n\r\nx",
                        "A: \u00e9\r\n",
                        "x",
                        "4 header8"),
                new Case("bare LF", "A: 1\r\n\r\na\nb\r\n", "A: 1\r\n", "a\nb\r\n", "4 bare"),
                new Case("bare CR", "A: 1\r\n\r\na\rb\r\n", "A: 1\r\n", "a\rb\r\n", "4 bare"),
                new Case("CR at the end", "A: 1\r\n\r\nabcdef\r", "A: 1\r\n", "abcdef\r", "6 bare"),
                new Case(
                        "CR CR LF",
                        "A: 1\r\n\r\nabcdef\r\r\n",
                        "A: 1\r\n",
                        "abcdef\r\r\n",
                        "7 bare"),
                new Case("NUL", "A: 1\r\n\r\n\0\r\n", "A: 1\r\n", "\0\r\n", "4 nul"),
                new Case(
                        "long last line",
                        "A: 1\r\n\r\nab\r\nabcdefgh",
                        "A: 1\r\n",
                        "ab\r\nabcdefgh",
                        "8"));
    }

    @ParameterizedTest(name = "RFC 5322 §2.1 {0}, in pieces of every size")
    @MethodSource("cases")
    void split(Case c) throws IOException {
        for (int piece = 1; piece <= Math.max(1, c.octets().length()); piece++) {
            for (int threshold : new int[] {0, 3, 100}) {
                var tapped = new ByteArrayOutputStream();
                try (var builder =
                                new ContentBuilder(
                                        spool, threshold, HeaderLimits.DEFAULT, tapped::write);
                        var content = ok(feed(builder, c.octets(), piece))) {
                    assertEquals(c.header(), content.header().toString());
                    assertEquals(c.body(), body(content));
                    assertEquals(c.body(), tapped.toString(ISO_8859_1));
                    assertEquals(c.body().length(), content.bodySize());
                    assertEquals(c.facts(), show(content.facts()));
                    var whole = new ByteArrayOutputStream();
                    content.writeTo(whole);
                    assertEquals(c.header() + "\r\n" + c.body(), whole.toString(ISO_8859_1));
                    assertEquals(whole.size(), content.size());
                }
            }
        }
        assertEquals(0, files());
    }

    private static ContentBuilder feed(ContentBuilder builder, String octets, int piece) {
        var bytes = octets.getBytes(ISO_8859_1);
        for (int i = 0; i < bytes.length; i += piece) {
            builder.write(bytes, i, Math.min(piece, bytes.length - i));
        }
        return builder;
    }

    private static Content ok(ContentBuilder builder) throws IOException {
        return assertInstanceOf(ContentBuilder.Built.Ok.class, builder.finish()).content();
    }

    private static String body(Content content) throws IOException {
        try (var in = content.openBody()) {
            return new String(in.readAllBytes(), ISO_8859_1);
        }
    }

    static String show(ContentFacts facts) {
        return facts.longestLine()
                + (facts.eightBitHeader() ? " header8" : "")
                + (facts.eightBitBody() ? " body8" : "")
                + (facts.bareCrOrLf() ? " bare" : "")
                + (facts.nul() ? " nul" : "");
    }

    private long files() throws IOException {
        try (var files = Files.list(spool)) {
            return files.count();
        }
    }

    @Test
    @DisplayName("RFC 5322 §2.2 a malformed or too large header is refused, in pieces of any size")
    void refused() throws IOException {
        for (int piece : new int[] {1, 7, 1000}) {
            assertEquals(
                    ContentBuilder.Reason.HEADER_MALFORMED,
                    reason("A: 1\r\nxyz\r\n\r\nbody", piece));
            assertEquals(
                    ContentBuilder.Reason.HEADER_MALFORMED, reason("A: 1\nB: 2\n\nbody", piece));
            assertEquals(
                    ContentBuilder.Reason.HEADER_TOO_LARGE,
                    reason("A: " + "1".repeat(60) + "\r\n\r\nbody", piece));
            assertEquals(
                    ContentBuilder.Reason.HEADER_TOO_LARGE, reason("A: " + "1".repeat(60), piece));
            assertEquals(ContentBuilder.Reason.HEADER_TOO_LARGE, reason("A:\r\n".repeat(5), piece));
        }
    }

    private ContentBuilder.Reason reason(String octets, int piece) throws IOException {
        try (var builder = new ContentBuilder(spool, 0, new HeaderLimits(50, 4), BodyTap.none())) {
            return assertInstanceOf(
                            ContentBuilder.Built.Refused.class,
                            feed(builder, octets, piece).finish())
                    .reason();
        }
    }

    record Repaired(String rule, String octets, String header, String body, int repairs) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Repaired> repaired() {
        return Stream.of(
                new Repaired("nothing to repair", "A: 1\r\n\r\nx", "A: 1\r\n", "x", 0),
                new Repaired("text for a field", "A: 1\r\nhello\r\n", "A: 1\r\n", "hello\r\n", 1),
                new Repaired(
                        "text, an empty line, text",
                        "A: 1\r\nhello\r\nB: 2\r\n\r\nx\r\n",
                        "A: 1\r\n",
                        "hello\r\nB: 2\r\n\r\nx\r\n",
                        1),
                new Repaired(
                        "text with a colon",
                        "A: 1\r\n f\r\nDear all: hello\r\n\r\nx",
                        "A: 1\r\n f\r\n",
                        "Dear all: hello\r\n\r\nx",
                        1),
                new Repaired(
                        "a separator with a blank in it",
                        "A: 1\r\n \r\nhello\r\n\r\n",
                        "A: 1\r\n \r\n",
                        "hello\r\n\r\n",
                        1),
                new Repaired(
                        "an mbox separator",
                        "From a@example.com Sun Nov 22 05:00:00 2026\r\nA: 1\r\n\r\nx",
                        "A: 1\r\n",
                        "x",
                        1),
                new Repaired(
                        "a quoted mbox separator, then text for a field",
                        ">From a\r\nA: 1\r\nhello\r\n",
                        "A: 1\r\n",
                        "hello\r\n",
                        2),
                new Repaired(
                        "RFC 5322 §4.5 a From field with a blank before the colon is no separator",
                        "From : a@example.com\r\n\r\nx",
                        "From : a@example.com\r\n",
                        "x",
                        0));
    }

    @ParameterizedTest(name = "a tolerant builder: {0}, in pieces of every size")
    @MethodSource("repaired")
    void repairs(Repaired c) throws IOException {
        for (int piece = 1; piece <= c.octets().length(); piece++) {
            var tapped = new ByteArrayOutputStream();
            try (var builder =
                            new ContentBuilder(spool, 3, HeaderLimits.DEFAULT, tapped::write)
                                    .repairing();
                    var content = ok(feed(builder, c.octets(), piece))) {
                assertEquals(c.header(), content.header().toString());
                assertEquals(c.body(), body(content));
                assertEquals(c.body(), tapped.toString(ISO_8859_1));
                assertEquals(c.repairs(), builder.repairs().size(), builder.repairs()::toString);
            }
        }
        assertEquals(0, files());
    }

    @Test
    @DisplayName(
            "a tolerant builder still refuses what has no field to begin with, NUL and bare LF")
    void beyondRepair() throws IOException {
        for (var octets :
                new String[] {
                    "hello\r\nA: 1\r\n", " A: 1\r\n", "A: 1\r\nB\0\r\n", "A: 1\r\nx\ny\r\n\r\n"
                }) {
            try (var builder =
                    new ContentBuilder(spool, 0, HeaderLimits.DEFAULT, BodyTap.none())
                            .repairing()) {
                var refused =
                        assertInstanceOf(
                                ContentBuilder.Built.Refused.class,
                                feed(builder, octets, 100).finish());
                assertEquals(ContentBuilder.Reason.HEADER_MALFORMED, refused.reason());
            }
        }
    }

    @Test
    @DisplayName("a header section of exactly the limit is taken")
    void exactly() throws IOException {
        try (var builder = new ContentBuilder(spool, 9, new HeaderLimits(6, 1), BodyTap.none());
                var content = ok(feed(builder, "A: 1\r\n\r\nx", 1))) {
            assertEquals("A: 1\r\n", content.header().toString());
        }
    }

    @Test
    @DisplayName(
            "a body above the threshold goes to a 0600 file that close deletes; copies share it")
    void spills() throws IOException {
        var octets = new byte[300_000];
        new Random(3).nextBytes(octets);
        var content = spilled(octets);
        assertEquals(1, files());
        try (var files = Files.list(spool)) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(files.findFirst().orElseThrow())));
        }
        var copy = content.withHeader(HeaderFields.EMPTY);
        assertEquals(0, copy.header().size());
        try (var in = copy.openBody();
                var again = content.openBody()) {
            assertArrayEquals(octets, in.readAllBytes());
            assertArrayEquals(octets, again.readAllBytes());
        }
        content.close();
        content.close();
        assertEquals(0, files());
    }

    private Content spilled(byte[] octets) throws IOException {
        try (var builder =
                new ContentBuilder(spool, 100_000, HeaderLimits.DEFAULT, BodyTap.none())) {
            builder.write("A: 1\r\n\r\n".getBytes(ISO_8859_1), 0, 8);
            for (int i = 0; i < octets.length; ) {
                int n = Math.min(1 + i % 70_000, octets.length - i);
                builder.write(octets, i, n);
                i += n;
            }
            return ok(builder);
        }
    }

    @Test
    @DisplayName("a builder closed before its end leaves no file")
    void abandoned() throws IOException {
        try (var builder = new ContentBuilder(spool, 0, HeaderLimits.DEFAULT, BodyTap.none())) {
            feed(builder, "\r\nbody", 100);
            assertEquals(1, files());
        }
        assertEquals(0, files());
    }

    @Test
    @DisplayName("a folder that takes no file: swallowed, then a temporary failure at the end")
    void diskTrouble() {
        try (var builder =
                new ContentBuilder(
                        spool.resolve("none"), 1, HeaderLimits.DEFAULT, BodyTap.none())) {
            feed(builder, "\r\nbody that goes on and on", 5);
            assertEquals(26, builder.size());
            assertThrows(IOException.class, builder::finish);
        }
    }

    /// So much memory and so much disk; counts what is held of each.
    private static final class Limited implements Room {
        private final int memory;
        private final long disk;
        private int held;
        private long spooled;

        Limited(int memory, long disk) {
            this.memory = memory;
            this.disk = disk;
        }

        @Override
        public boolean take(int octets) {
            boolean room = held + octets <= memory;
            held += room ? octets : 0;
            return room;
        }

        @Override
        public void give(int octets) {
            held -= octets;
        }

        @Override
        public boolean spool(int octets) {
            boolean room = spooled + octets <= disk;
            spooled += room ? octets : 0;
            return room;
        }

        @Override
        public void unspool(long octets) {
            spooled -= octets;
        }

        private String held() {
            return held + " in memory, " + spooled + " on disk";
        }
    }

    /// The fields of a header section that was read hold its octets: the room's owner gives them
    /// back.
    private static final String HEADER_HELD = "2048 in memory, 0 on disk";

    private ContentBuilder builder(Room room) {
        return new ContentBuilder(spool, 100_000, HeaderLimits.DEFAULT, BodyTap.none(), room);
    }

    @Test
    @DisplayName("a header section without memory: dropped at once, then a temporary failure")
    void headerWithoutMemory() {
        var room = new Limited(10_000, 0);
        try (var builder = builder(room)) {
            feed(builder, "A: " + "1".repeat(7000), 1000);
            assertEquals("8192 in memory, 0 on disk", room.held());
            feed(builder, "1".repeat(3000), 1000);
            assertEquals("0 in memory, 0 on disk", room.held());
            feed(builder, "\r\n\r\nbody", 1000);
            assertEquals("0 in memory, 0 on disk", room.held());
            assertThrows(NoRoomException.class, builder::finish);
        }
        assertEquals("0 in memory, 0 on disk", room.held());
    }

    @Test
    @DisplayName("a header section that is refused holds no memory while the rest passes")
    void headerRefused() throws IOException {
        var room = new Limited(10_000, 0);
        try (var builder =
                new ContentBuilder(spool, 0, new HeaderLimits(3000, 100), BodyTap.none(), room)) {
            feed(builder, "A: " + "1".repeat(3100), 100);
            assertEquals("0 in memory, 0 on disk", room.held());
            assertInstanceOf(ContentBuilder.Built.Refused.class, builder.finish());
        }
    }

    @ParameterizedTest(name = "a body with {0} octets of memory is whole, in a file")
    @ValueSource(ints = {2048, 2048 + 4096, 20_000, 50_000, 100_000})
    void bodyWithLittleMemory(int memory) throws IOException {
        var room = new Limited(memory, 1_000_000);
        var octets = new byte[90_000];
        new Random(memory).nextBytes(octets);
        try (var builder = builder(room)) {
            builder.write("\r\n".getBytes(ISO_8859_1), 0, 2);
            for (int i = 0; i < octets.length; ) {
                int n = Math.min(1 + i % 7000, octets.length - i);
                builder.write(octets, i, n);
                i += n;
            }
            try (var content = ok(builder);
                    var in = content.openBody()) {
                assertFalse(content.inMemory());
                assertEquals("2048 in memory, 90000 on disk", room.held());
                assertArrayEquals(octets, in.readAllBytes());
            }
        }
        assertEquals(HEADER_HELD, room.held());
        assertEquals(0, files());
    }

    @Test
    @DisplayName("a body without disk: its file is removed at once, then a temporary failure")
    void bodyWithoutDisk() throws IOException {
        var room = new Limited(20_000, 70_000);
        try (var builder = builder(room)) {
            feed(builder, "\r\n" + "x".repeat(60_000), 5000);
            assertEquals(1, files());
            feed(builder, "x".repeat(20_000), 5000);
            assertEquals(0, files());
            assertEquals(HEADER_HELD, room.held());
            assertThrows(NoRoomException.class, builder::finish);
        }
    }

    @Test
    @DisplayName("a builder closed before its end gives what its body held back")
    void abandonedRoom() throws IOException {
        var room = new Limited(200_000, 200_000);
        try (var builder = builder(room)) {
            feed(builder, "A: 1\r\n\r\n" + "x".repeat(120_000), 5000);
            assertEquals("67584 in memory, 99992 on disk", room.held());
        }
        assertEquals(HEADER_HELD, room.held());
        assertEquals(0, files());
    }

    @Test
    @DisplayName("facts of a copy are those of its own header")
    void factsOfCopy() {
        try (var content = MemoryContent.of(HeaderFields.EMPTY, "abc\r\n".getBytes(ISO_8859_1))) {
            assertEquals("3", show(content.facts()));
            var longer = new HeaderField("A", "A: \u00e91234567890\r\n");
            assertEquals(
                    "14 header8",
                    show(content.withHeader(content.header().appended(longer)).facts()));
            var supplied =
                    SuppliedContent.of(
                            content.header(), 5, content.facts(), content::openBody, () -> {});
            assertEquals("3", show(supplied.facts()));
            assertEquals(
                    "14 header8",
                    show(supplied.withHeader(HeaderFields.EMPTY.appended(longer)).facts()));
            assertTrue(supplied.size() == 7);
        }
    }
}
