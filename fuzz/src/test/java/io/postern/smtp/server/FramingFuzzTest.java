package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.fuzz.Seeds;
import io.postern.smtp.server.ContentScanner.Defect;
import io.postern.testkit.Corpora;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.provider.MethodSource;

/// DATA and BDAT: in whatever pieces content arrives, it is the same content, with the same end and
/// the same defect; and what is taken holds no lone CR, LF or NUL.
class FramingFuzzTest {
    static Stream<byte[]> seeds() {
        var own =
                Seeds.texts(
                        "\0.\r\n",
                        "\1a\r\n.\r\n",
                        "\2a\r\n..\r\n.x\r\n.\r\nQUIT\r\n",
                        "\3a\n.\r\n",
                        "\5a\r\n.\r",
                        "\7\r\n.\n",
                        "\11a\0\r\n.\r\n");
        return Stream.concat(
                own,
                Corpora.folder("attacks/smtp-smuggling").stream()
                        .flatMap(f -> {
                            try {
                                var cases =
                                        new ObjectMapper()
                                                .readTree(f.resolve("cases.json").toFile());
                                return StreamSupport.stream(cases.get("cases").spliterator(), false)
                                        .map(one ->
                                                HexFormat.of()
                                                        .parseHex(
                                                                "05"
                                                                        + one.get("data_hex")
                                                                                .asText()));
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }));
    }

    private record Scanned(String content, int used, boolean ended, Defect defect) {}

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void pieces(byte[] octets) {
        if (octets.length == 0) {
            return;
        }
        int step = (octets[0] & 0x7f) + 1;
        for (boolean dots : new boolean[] {true, false}) {
            var whole = scan(octets, octets.length, dots);
            assertEquals(whole, scan(octets, step, dots));
            assertEquals(whole, scan(octets, 1, dots));
            if (whole.defect() == Defect.NONE) {
                assertFalse(whole.content().replace("\r\n", "").matches("(?s).*[\r\n\0].*"));
            }
            if (dots && whole.ended() && whole.defect() == Defect.NONE) {
                assertEquals(byTheBook(octets, whole.used()), whole.content());
            }
            assertTrue(dots || !whole.ended());
        }
    }

    /// RFC 5321 §4.5.2, word by word and slowly.
    private static String byTheBook(byte[] octets, int used) {
        var text = Seeds.text(octets).substring(1, used);
        var lines = text.split("\r\n", -1);
        var content = new StringBuilder();
        for (int i = 0; i < lines.length - 2; i++) { // without "." and what is behind the last CRLF
            assertFalse(lines[i].equals("."), "the end was passed over");
            content.append(lines[i].startsWith(".") ? lines[i].substring(1) : lines[i]);
            content.append("\r\n");
        }
        return content.toString();
    }

    private static Scanned scan(byte[] octets, int step, boolean dots) {
        var content = new ByteArrayOutputStream();
        var scanner =
                dots ? ContentScanner.data(content::write) : ContentScanner.chunks(content::write);
        int at = 1;
        while (at < octets.length && !scanner.ended()) {
            int to = Math.min(octets.length, at + step);
            int next = scanner.scan(octets, at, to);
            assertTrue(next > at && (next == to || scanner.ended()));
            at = next;
        }
        var defect = scanner.defectAtEnd();
        // Octets after a defect are not content; how many came before it was seen is no matter.
        var text = defect == Defect.NONE ? Seeds.text(content.toByteArray()) : "";
        return new Scanned(text, at, scanner.ended(), defect);
    }
}
