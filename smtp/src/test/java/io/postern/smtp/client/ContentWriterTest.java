package io.postern.smtp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ContentWriterTest {
    private record Stuffed(String rule, String content, String wire) {}

    @TestFactory
    Stream<DynamicTest> stuffed() {
        return Stream.of(
                        new Stuffed("RFC 5321 §4.1.1.4: nothing", "", ".\r\n"),
                        new Stuffed("RFC 5321 §4.1.1.4: a line", "a\r\n", "a\r\n.\r\n"),
                        new Stuffed("RFC 5321 §4.1.1.4: no end of line", "a", "a\r\n.\r\n"),
                        new Stuffed("RFC 5321 §4.1.1.4: half an end", "a\r", "a\r\r\n.\r\n"),
                        new Stuffed("RFC 5321 §4.5.2: first a dot", ".a\r\n", "..a\r\n.\r\n"),
                        new Stuffed("RFC 5321 §4.5.2: only a dot", ".\r\n", "..\r\n.\r\n"),
                        new Stuffed(
                                "RFC 5321 §4.5.2: a dot in each line",
                                "a\r\n.\r\n.\r\n..\r\nb.c\r\n",
                                "a\r\n..\r\n..\r\n...\r\nb.c\r\n.\r\n"),
                        new Stuffed(
                                "A bare LF hides no end", "a\n.\r\nb\r\n", "a\n..\r\nb\r\n.\r\n"))
                .map(stuffed ->
                        DynamicTest.dynamicTest(
                                stuffed.rule,
                                () -> {
                                    for (int step = 1; step < 9; step++) {
                                        assertEquals(
                                                stuffed.wire, written(stuffed.content, step, 16));
                                    }
                                }));
    }

    @Test
    @DisplayName("RFC 5321 §4.5.2: any cut into writes and blocks gives what a plain rule gives")
    void anyCut() {
        var random = new Random(452);
        for (int run = 0; run < 20_000; run++) {
            var content = new StringBuilder();
            int parts = random.nextInt(30);
            for (int i = 0; i < parts; i++) {
                content.append(List.of("\r\n", ".", "ab", "\r\n.", "x").get(random.nextInt(5)));
            }
            content.append("\r\n");
            var expected = content.toString().replace("\r\n.", "\r\n..");
            expected = (expected.startsWith(".") ? "." : "") + expected + ".\r\n";
            assertEquals(
                    expected,
                    written(content.toString(), 1 + random.nextInt(20), 5 + random.nextInt(40)));
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.2.6: only the write with the end is at END_OF_CONTENT")
    void stages() {
        var stages = new ArrayList<Stage>();
        var writer =
                new ContentWriter(
                        (stage, octets, offset, length) -> stages.add(stage), true, new byte[8]);
        writer.write(new byte[20], 0, 20);
        writer.finish();
        assertEquals(
                List.of(Stage.CONTENT, Stage.CONTENT, Stage.CONTENT, Stage.END_OF_CONTENT), stages);
    }

    @Test
    @DisplayName("A content that fits goes out in one write")
    void oneWrite() {
        var writes = new ArrayList<Integer>();
        var writer =
                new ContentWriter(
                        (stage, octets, offset, length) -> writes.add(length),
                        true,
                        new byte[ContentWriter.blockFor(10_000)]);
        writer.write(new byte[4_000], 0, 4_000);
        writer.write(new byte[6_000], 0, 6_000);
        writer.finish();
        assertEquals(List.of(10_005), writes);
    }

    private static String written(String content, int step, int block) {
        var wire = new ByteArrayOutputStream();
        var writer =
                new ContentWriter(
                        (stage, octets, offset, length) -> wire.write(octets, offset, length),
                        true,
                        new byte[block]);
        var octets = content.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < octets.length; i += step) {
            writer.write(octets, i, Math.min(step, octets.length - i));
        }
        writer.finish();
        return wire.toString(StandardCharsets.ISO_8859_1);
    }
}
