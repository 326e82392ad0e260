package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Bounds of sessions and waits, each with its reply")
class LimitsTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String TO_DATA =
            "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<c@here.example>\r\nDATA\r\n";

    private static String readLine(Socket socket) throws IOException {
        var line = new StringBuilder();
        int octet;
        while ((octet = socket.getInputStream().read()) >= 0 && octet != '\n') {
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    private static void readTo(Socket socket, String start) throws IOException {
        String line;
        do {
            line = readLine(socket);
            assertTrue(!line.isEmpty(), "closed before " + start);
        } while (!line.startsWith(start));
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    @DisplayName("a session that says nothing: 421 4.4.2")
    void idle() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withWaits(SHORT, LONG, LONG, SHORT));
                var socket = rig.connect()) {
            readTo(socket, "220");
            assertTrue(readLine(socket).startsWith("421 4.4.2 "));
            assertEquals("", readLine(socket));
        }
    }

    @Test
    @DisplayName("content that stops: 421 4.4.2, and nothing is taken")
    void stalledContent() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withWaits(LONG, SHORT, LONG, SHORT));
                var socket = rig.connect()) {
            send(socket, TO_DATA);
            readTo(socket, "354");
            send(socket, "half a mess");
            assertTrue(readLine(socket).startsWith("421 4.4.2 "));
            assertEquals("", readLine(socket));
        }
    }

    @Test
    @DisplayName("a command that comes octet by octet must still come in time")
    void dribbledCommand() throws IOException {
        var clock = new TestClock(Instant.EPOCH);
        var limits = Rig.QUICK.withWaits(LONG, LONG, Duration.ofHours(1), SHORT);
        try (var rig = new Rig(limits, Optional.empty(), clock);
                var socket = rig.connect()) {
            readTo(socket, "220");
            clock.advance(Duration.ofMinutes(9));
            send(socket, "NOOP\r\nN");
            readTo(socket, "250");
            clock.advance(Duration.ofMinutes(11));
            send(socket, "O");
            assertTrue(readLine(socket).startsWith("421 4.4.2 "));
        }
    }

    @Test
    @DisplayName("a session that lasts too long: 421 4.4.2")
    void longSession() throws IOException {
        var clock = new TestClock(Instant.EPOCH);
        var limits = Rig.QUICK.withWaits(LONG, LONG, Duration.ofHours(1), SHORT);
        try (var rig = new Rig(limits, Optional.empty(), clock);
                var socket = rig.connect()) {
            readTo(socket, "220");
            send(socket, "NOOP\r\n");
            readTo(socket, "250");
            clock.advance(Duration.ofHours(1));
            send(socket, "NOOP\r\n");
            readTo(socket, "250");
            assertTrue(readLine(socket).startsWith("421 4.4.2 "));
        }
    }

    @Test
    @DisplayName("content below the least data rate: 421 4.4.2")
    void dribbledContent() throws IOException {
        var clock = new TestClock(Instant.EPOCH);
        var limits =
                Rig.QUICK
                        .withWaits(LONG, LONG, LONG, SHORT)
                        .withDataRate(Duration.ofSeconds(60), 100);
        try (var rig = new Rig(limits, Optional.empty(), clock);
                var socket = rig.connect()) {
            send(socket, TO_DATA);
            readTo(socket, "354");
            clock.advance(Duration.ofSeconds(61));
            send(socket, "slow");
            assertTrue(readLine(socket).startsWith("421 4.4.2 "));
        }
    }

    @Test
    @DisplayName("a client that never reads is cut off, not waited for")
    void neverReads() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withWaits(SHORT, SHORT, LONG, SHORT));
                var socket = rig.connect()) {
            var many = "EHLO c.example\r\n".repeat(1000);
            // Either the write fails, for the server has cut it off, or all is sent and it has too.
            assertThrows(
                    IOException.class,
                    () -> {
                        while (true) {
                            send(socket, many);
                        }
                    });
        }
    }

    @Test
    @DisplayName("sessions in all: 421 4.3.2 at once, and room again when one ends")
    void sessions() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withSessions(3, 100))) {
            var open = new ArrayList<Socket>();
            for (int i = 0; i < 3; i++) {
                open.add(rig.connect());
                readTo(open.getLast(), "220");
            }
            try (var fourth = rig.connect()) {
                assertTrue(readLine(fourth).startsWith("421 4.3.2 "));
                assertEquals("", readLine(fourth));
            }
            assertEquals(3, rig.server.counts().sessionsNow());
            assertEquals(1, rig.server.counts().sessionsRefused());
            assertTrue(Rig.dialogue(open.getFirst(), "QUIT\r\n").startsWith("221 "));
            open.getFirst().close();
            boolean again = false;
            for (int i = 0; i < 1000 && !again; i++) { // the slot is freed a moment after the close
                try (var next = rig.connect()) {
                    again = readLine(next).startsWith("220");
                }
            }
            assertTrue(again, "room again");
            for (var socket : open) {
                socket.close();
            }
        }
    }

    @Test
    @DisplayName("sessions of one client: 421 4.7.0; other clients are served")
    void sessionsPerClient() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withSessions(100, 1));
                var first = rig.connect()) {
            readTo(first, "220");
            try (var second = rig.connect()) {
                assertTrue(readLine(second).startsWith("421 4.7.0 "));
            }
        }
    }

    @Test
    @DisplayName("a client is an IPv4 address or an IPv6 /64")
    void clients() {
        var slots = new ClientSlots(1);
        assertTrue(slots.take(InetAddress.ofLiteral("192.0.2.1")));
        assertTrue(slots.take(InetAddress.ofLiteral("192.0.2.2")));
        assertTrue(slots.take(InetAddress.ofLiteral("2001:db8:0:1::1")));
        assertTrue(slots.take(InetAddress.ofLiteral("2001:db8:0:2::1")));
        assertTrue(!slots.take(InetAddress.ofLiteral("2001:db8:0:1:ffff::1")));
        assertTrue(!slots.take(InetAddress.ofLiteral("192.0.2.1")));
        slots.giveBack(InetAddress.ofLiteral("192.0.2.1"));
        assertTrue(slots.take(InetAddress.ofLiteral("192.0.2.1")));
        assertEquals(4, slots.clients());
    }

    @Test
    @DisplayName("who is put off without end is told to come back later")
    void putOff() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withRecipients(3).withErrors(2));
                var socket = rig.connect()) {
            readTo(socket, "220");
            send(socket, "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\n");
            send(socket, "RCPT TO:<later-x@here.example>\r\n".repeat(6));
            readTo(socket, "451");
            for (int i = 2; i <= 5; i++) {
                assertTrue(readLine(socket).startsWith("451"));
            }
            assertTrue(readLine(socket).startsWith("421 4.7.0 too much was put off"));
            assertEquals("", readLine(socket));
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.1.10: however many recipients are too many, those taken get mail")
    void putOffButTaken() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withRecipients(3).withErrors(2));
                var socket = rig.connect()) {
            readTo(socket, "220");
            send(socket, "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\n");
            readTo(socket, "250 ");
            readTo(socket, "250 ");
            for (int i = 0; i < 20; i++) {
                send(socket, "RCPT TO:<c" + i + "@here.example>\r\n");
                assertTrue(readLine(socket).startsWith(i < 3 ? "250" : "452"));
            }
            send(socket, "DATA\r\n");
            assertTrue(readLine(socket).startsWith("354"));
            send(socket, "Subject: x\r\n\r\nHello\r\n.\r\n");
            assertTrue(readLine(socket).startsWith("250"));
        }
    }

    @Test
    @DisplayName(
            "commands without any use: beyond their number each is an error; a recipient taken ends the count")
    void junk() throws IOException {
        try (var rig = new Rig(Rig.QUICK.withJunk(3).withErrors(2));
                var socket = rig.connect()) {
            readTo(socket, "220");
            send(socket, "EHLO c.example\r\nNOOP\r\nRSET\r\nMAIL FROM:<a@one.example>\r\n");
            send(socket, "RCPT TO:<c@here.example>\r\n");
            send(socket, "NOOP\r\nVRFY x\r\nRSET\r\nHELP\r\nNOOP\r\n");
            readTo(socket, "214"); // the fourth: an error, and answered
            assertTrue(readLine(socket).startsWith("421 4.7.0 too many errors"));
            assertEquals("", readLine(socket));
        }
    }

    @Test
    @DisplayName("no bound may be nothing")
    void noUnlimited() {
        assertThrows(IllegalArgumentException.class, () -> Limits.DEFAULT.withRecipients(0));
        assertThrows(IllegalArgumentException.class, () -> Limits.DEFAULT.withMessageSize(-1));
    }
}
