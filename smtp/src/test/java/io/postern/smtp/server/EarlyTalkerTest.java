package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("RFC 5321 §4.3.1 the client waits for the greeting")
@Timeout(30)
class EarlyTalkerTest {
    @Test
    @DisplayName("one that does not is refused in its place, long before the hold has passed")
    void early() throws IOException {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.recorder.hold = Duration.ofMinutes(5);
            try (var socket = rig.connect()) {
                var said = Rig.dialogue(socket, "EHLO early.example\r\nMAIL FROM:<>\r\n");
                assertEquals("554 5.5.1 you spoke before the greeting\r\n", said);
            }
            assertTrue(rig.recorder.messages().isEmpty());
        }
    }

    @Test
    @DisplayName("one that waits is greeted, and what it then pipelines is not lost")
    void patient() throws IOException {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.recorder.hold = Duration.ofMillis(20);
            try (var socket = rig.connect()) {
                var greeting = new byte[4];
                assertEquals(4, socket.getInputStream().readNBytes(greeting, 0, 4));
                assertEquals("220 ", new String(greeting, StandardCharsets.US_ASCII));
                var said = Rig.dialogue(socket, "HELO a.example\r\nQUIT\r\n");
                assertTrue(said.contains("\r\n250 ") && said.contains("\r\n221 "), said);
            }
        }
    }

    @Test
    @DisplayName("one that goes away meanwhile is forgotten")
    void gone() throws IOException {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.recorder.hold = Duration.ofMinutes(5);
            try (var socket = rig.connect()) {
                assertEquals("", Rig.dialogue(socket));
            }
        }
    }

    @Test
    @DisplayName("a server that closes down does not wait for the hold to pass")
    void drained() throws IOException {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.recorder.hold = Duration.ofMinutes(5);
            try (var socket = rig.connect()) {
                assertTrue(rig.server.drain(Duration.ofSeconds(20)), "all sessions ended");
                var said =
                        new String(
                                socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                // Nothing at all when it was dropped before it was accepted.
                assertTrue(said.isEmpty() || said.startsWith("421 4.3.2 "), said);
            }
        }
    }
}
