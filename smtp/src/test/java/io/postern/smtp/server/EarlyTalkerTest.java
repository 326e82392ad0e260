package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
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
                while (rig.server.counts().sessionsNow() < 1) {
                    Thread.onSpinWait();
                }
                assertTrue(rig.server.drain(Duration.ofSeconds(20)), "all sessions ended");
                var said =
                        new String(
                                socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertTrue(said.startsWith("421 4.3.2 "), said);
            }
        }
    }

    @Test
    @DisplayName("a thousand whose greeting is held back hold no thread of the machine")
    void holdsNoThread() throws IOException {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.recorder.hold = Duration.ofMinutes(5);
            var threads = ManagementFactory.getThreadMXBean(); // virtual ones are not counted
            var sockets = new ArrayList<Socket>();
            try {
                int before = 0;
                for (int i = 0; i < 1000; i++) {
                    sockets.add(rig.connect());
                    if (i == 99) {
                        before = threads.getThreadCount(); // carriers and pollers are there now
                    }
                }
                while (rig.server.counts().sessionsNow() < 1000) {
                    Thread.onSpinWait();
                }
                int more = threads.getThreadCount() - before;
                assertTrue(more < 20, more + " threads more");
            } finally {
                for (var socket : sockets) {
                    socket.close();
                }
            }
        }
    }
}
