package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.Corpora;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("RFC 5321 §2.3.8, §4.1.1.4: nothing but CR LF . CR LF ends content")
class SmugglingTest {
    private static final Limits LIMITS =
            Limits.DEFAULT.withWaits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMillis(500));

    @TestFactory
    Stream<DynamicTest> corpus() throws IOException {
        var folder = Corpora.folder("attacks/smtp-smuggling");
        if (folder.isEmpty()) {
            return Stream.of();
        }
        var cases = new ObjectMapper().readTree(folder.get().resolve("cases.json").toFile());
        return StreamSupport.stream(cases.get("cases").spliterator(), false)
                .map(one ->
                        DynamicTest.dynamicTest(
                                one.get("id").asText() + " " + one.get("end_of_data_hex").asText(),
                                () -> wholeAndSplit(one)));
    }

    private static void wholeAndSplit(JsonNode one) throws IOException {
        var data = HexFormat.of().parseHex(one.get("data_hex").asText());
        var odd = HexFormat.of().parseHex(one.get("end_of_data_hex").asText());
        int at = indexOf(data, odd);
        assertTrue(at > 0, "the sequence is in the data");
        try (var rig = new Rig(LIMITS)) {
            for (int split = 1; split <= data.length; split++) {
                attack(rig, data, split);
            }
            assertEquals(0, rig.recorder.taken.size(), "nothing was taken");
        }
    }

    private static void attack(Rig rig, byte[] data, int split) throws IOException {
        try (var socket = rig.connect()) {
            say(socket, "EHLO client.example\r\n", "250 ");
            say(socket, "MAIL FROM:<alice@example.net>\r\n", "250 ");
            say(socket, "RCPT TO:<bob@receiver.example>\r\n", "250 ");
            say(socket, "DATA\r\n", "354 ");
            socket.getOutputStream().write(data, 0, split);
            socket.getOutputStream().flush();
            socket.getOutputStream().write(data, split, data.length - split);
            var said = Rig.dialogue(socket);
            assertTrue(said.startsWith("554 5.6.11 "), said);
            assertEquals(said.indexOf("\r\n"), said.length() - 2, "one reply: " + said);
        }
    }

    /// Sends, and reads lines until one begins so.
    private static void say(Socket socket, String command, String want) throws IOException {
        socket.getOutputStream()
                .write(command.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        var line = new StringBuilder();
        while (true) {
            int octet = socket.getInputStream().read();
            assertFalse(octet < 0, "closed after " + command);
            line.append((char) octet);
            if (octet == '\n') {
                if (line.toString().startsWith(want)) {
                    return;
                }
                assertTrue(line.charAt(3) == '-' || line.indexOf("220 ") == 0, line.toString());
                line.setLength(0);
            }
        }
    }

    private static int indexOf(byte[] in, byte[] what) {
        // The sequence stands right after the outer body's text.
        for (int i = 0; i + what.length <= in.length; i++) {
            if (Arrays.equals(in, i, i + what.length, what, 0, what.length) && in[i - 1] == 'y') {
                return i;
            }
        }
        return -1;
    }

    @Test
    @DisplayName("RFC 2920 §3.1: content pipelined past DATA is neither content nor commands")
    void pipelinedPastData() throws IOException {
        try (var rig = new Rig(LIMITS);
                var socket = rig.connect()) {
            var said =
                    Rig.dialogue(
                            socket,
                            """
                            EHLO c.example
                            MAIL FROM:<a@one.example>
                            RCPT TO:<c@here.example>
                            DATA
                            one
                            .
                            MAIL FROM:<b@one.example>
                            RCPT TO:<c@here.example>
                            DATA
                            two
                            .
                            """
                                    .replace("\n", "\r\n"));
            assertTrue(said.contains("\r\n503 5.5.0 "), said);
            assertFalse(said.contains("354"), said);
            assertEquals(0, rig.recorder.taken.size());
        }
    }
}
