package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("sendmail against a scripted server")
class SendmailTest {
    @TempDir Path folder;

    private World world(String server) {
        return new World(folder, Map.of("POSTERN_SENDMAIL", server, "LOGNAME", "me"));
    }

    @Test
    @DisplayName("RFC 6409 §8 what is missing is added: From, Date, Message-ID")
    void completes() throws Exception {
        try (var server = new ScriptedServer(Map.of())) {
            var result =
                    world(server.address())
                            .runWith(
                                    "Hello\n",
                                    "sendmail",
                                    "-F",
                                    "Report, daily",
                                    "-f",
                                    "me@example.com",
                                    "you@example.net");
            assertEquals(0, result.code(), result.err());
            assertEquals("", result.out() + result.err());
            var heard = String.join("\n", server.heard());
            assertTrue(heard.contains("MAIL FROM:<me@example.com>"), heard);
            assertTrue(heard.contains("RCPT TO:<you@example.net>"), heard);
            assertTrue(heard.contains("From: \"Report, daily\" <me@example.com>"), heard);
            assertTrue(heard.contains("Date: Sun, 22 Nov 2026 05:00:00 +0000"), heard);
            assertTrue(heard.contains("Message-ID: <"), heard);
            assertTrue(heard.contains("\n\nHello\n."), heard);
        }
    }

    @Test
    @DisplayName("-t: To, Cc and Bcc are recipients, each once, and Bcc does not leave")
    void fromHeader() throws Exception {
        try (var server = new ScriptedServer(Map.of())) {
            var result =
                    world(server.address())
                            .runWith(
                                    """
                                    From: me@example.com
                                    To: a@example.net, B <b@example.net>
                                    Cc: a@example.net
                                    Bcc: secret@example.net

                                    Hello
                                    """,
                                    "sendmail",
                                    "-t",
                                    "-i",
                                    "c@example.net");
            assertEquals(0, result.code(), result.err());
            var heard = String.join("\n", server.heard());
            assertEquals(5, heard.split("RCPT TO:", -1).length, heard);
            assertTrue(heard.contains("RCPT TO:<secret@example.net>"), heard);
            assertFalse(heard.contains("Bcc"), heard);
            assertTrue(heard.contains("MAIL FROM:<me@example.com>"), heard);
        }
    }

    @Test
    @DisplayName("RFC 5322 §3.6.6 -t: only the latest resending's recipients get it again")
    void resent() throws Exception {
        try (var server = new ScriptedServer(Map.of())) {
            var result =
                    world(server.address())
                            .runWith(
                                    """
                                    Resent-From: me@example.com
                                    Resent-To: new@example.net
                                    Resent-Bcc: secret@example.net
                                    Received: from a by b; Sun, 22 Nov 2026 05:00:00 +0000
                                    Resent-From: old@example.com
                                    Resent-To: old@example.net
                                    Resent-Cc: older@example.net
                                    From: author@example.com
                                    To: first@example.net
                                    Date: Sun, 22 Nov 2026 05:00:00 +0000

                                    Hello
                                    """,
                                    "sendmail",
                                    "-t");
            assertEquals(0, result.code(), result.err());
            var heard = String.join("\n", server.heard());
            assertEquals(3, heard.split("RCPT TO:", -1).length, heard);
            assertTrue(heard.contains("RCPT TO:<new@example.net>"), heard);
            assertTrue(heard.contains("RCPT TO:<secret@example.net>"), heard);
            assertTrue(heard.contains("MAIL FROM:<me@example.com>"), heard);
            assertTrue(heard.contains("To: first@example.net"), heard);
            assertFalse(heard.contains("Bcc"), heard);
        }
    }

    @Test
    @DisplayName("RFC 3461 §4 DSN parameters reach the gateway; RFC 6152: so does 8-bit content")
    void parameters() throws Exception {
        try (var server = new ScriptedServer(Map.of())) {
            world(server.address())
                    .runWith(
                            "From: me@example.com\n\nGr\u00fc\u00dfe\n",
                            "sendmail",
                            "-N",
                            "never",
                            "-R",
                            "hdrs",
                            "-V",
                            "a=b",
                            "-f",
                            "<>",
                            "you@example.net");
            var heard = String.join("\n", server.heard());
            assertTrue(heard.contains("MAIL FROM:<>"), heard);
            assertTrue(heard.contains("BODY=8BITMIME"), heard);
            assertTrue(heard.contains("RET=HDRS"), heard);
            assertTrue(heard.contains("ENVID=a+3Db"), heard);
            assertTrue(heard.contains("NOTIFY=NEVER"), heard);
        }
    }

    record Case(String rule, Map<String, String> answers, String input, String words, int code) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> codes() {
        var message = "From: me@example.com\n\nHello\n";
        return Stream.of(
                new Case("no recipients", Map.of(), message, "", 64),
                new Case("flag refused", Map.of(), message, "-bs", 64),
                new Case("no address", Map.of(), message, "a@b@c", 67),
                new Case("bad To", Map.of(), "To: <<>>\n\nHello\n", "-t", 65),
                new Case(
                        "no such user",
                        Map.of("RCPT", "550 5.1.1 no"),
                        message,
                        "x@example.net",
                        67),
                new Case(
                        "not allowed",
                        Map.of("RCPT", "554 5.7.1 no"),
                        message,
                        "x@example.net",
                        77),
                new Case("try again", Map.of("MAIL", "451 4.3.0 no"), message, "x@example.net", 75),
                new Case("refused", Map.of(".", "554 5.6.0 no"), message, "x@example.net", 65),
                new Case("full", Map.of(".", "452 4.3.1 no"), message, "x@example.net", 75),
                new Case("greeted with no", Map.of("EHLO", "554 no"), message, "x@example.net", 75),
                new Case(
                        "not an inside host",
                        Map.of("EHLO", "554 5.7.1 no", "HELO", "554 5.7.1 no"),
                        message,
                        "x@example.net",
                        77),
                new Case(
                        "one of two is refused",
                        Map.of("RCPT TO:<x@example.net>", "550 5.1.1 no"),
                        message,
                        "x@example.net y@example.net",
                        67));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("codes")
    @DisplayName("sysexits.h")
    void code(Case c) throws Exception {
        try (var server = new ScriptedServer(c.answers())) {
            var words = ("sendmail " + c.words()).strip().split(" ", -1);
            var result = world(server.address()).runWith(c.input(), words);
            assertEquals(c.code(), result.code(), result.err());
            assertTrue(result.err().startsWith("sendmail: "), result.err());
            assertEquals(1, result.err().lines().count(), result.err());
        }
    }

    @Test
    @DisplayName("no gateway there: try again later")
    void nobody() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var result = world("127.0.0.1:" + port).runWith("x\n", "sendmail", "you@example.net");
        assertEquals(75, result.code(), result.err());
        assertTrue(result.err().contains("POSTERN_SENDMAIL"), result.err());
    }
}
