package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.Warnings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The server as a whole")
class ServerTest {
    private static final String TO_DATA =
            "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<c@here.example>\r\nDATA\r\n";

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String readTo(Socket socket, String start) throws IOException {
        var all = new StringBuilder();
        var line = new StringBuilder();
        int octet;
        while ((octet = socket.getInputStream().read()) >= 0) {
            line.append((char) octet);
            if (octet == '\n') {
                all.append(line);
                if (line.toString().startsWith(start)) {
                    break;
                }
                line.setLength(0);
            }
        }
        return all.toString();
    }

    @Test
    @DisplayName("the content arrives octet for octet, with its envelope")
    void content() {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.play(
                    """
                    C: MAIL FROM:<a@one.example> BODY=8BITMIME RET=HDRS ENVID=x+2B1
                    S: 250 *
                    C: RCPT TO:<c@here.example> NOTIFY=SUCCESS ORCPT=rfc822;c@there.example
                    S: 250 *
                    C: DATA  S: 354 *
                    C-BYTES: A: b\\r\\n\\r\\n..\\r\\n.x\\r\\n\\xff\\r\\n
                    C: .  S: 250 2.0.0 kept
                    """);
            var taken = rig.recorder.messages().getFirst();
            assertEquals("A: b\r\n\r\n.\r\nx\r\n\u00ff\r\n", taken.content());
            assertEquals("x+2B1", taken.envelope().envelopeId().orElse(""));
            assertEquals("<a@one.example>", taken.envelope().reversePath().toString());
            assertEquals("client.example", taken.facts().heloName().orElse(""));
            assertEquals("ESMTP", taken.facts().protocol(false));
            assertEquals(1, rig.server.counts().messagesTaken());
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.1.4: a refused MAIL left the envelope as it was")
    void nestedMail() {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.play(
                    """
                    C: MAIL FROM:<a@one.example>     S: 250 *
                    C: RCPT TO:<c@here.example>      S: 250 *
                    C: MAIL FROM:<b@two.example>     S: 503 *
                    C: RCPT TO:<refuse-d@here.example>  S: 550 *
                    C: DATA                          S: 354 *
                    C: .                             S: 250 *
                    """);
            var envelope = rig.recorder.messages().getFirst().envelope();
            assertEquals("<a@one.example>", envelope.reversePath().toString());
            assertEquals(1, envelope.recipients().size());
        }
    }

    @Test
    @DisplayName("RFC 3030 §2: chunks are one content; a NUL in them is refused, or BINARYMIME")
    void chunks() {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.play(
                    """
                    C: MAIL FROM:<a@one.example>     S: 250 *
                    C: RCPT TO:<c@here.example>      S: 250 *
                    C-BYTES: BDAT 4\\r\\n.\\r\\n.BDAT 3\\r\\nab\\rBDAT 1 LAST\\r\\n\\n
                    S: 250 *
                    S: 250 *
                    S: 250 2.0.0 kept
                    C: MAIL FROM:<a@one.example>     S: 250 *
                    C: RCPT TO:<c@here.example>      S: 250 *
                    C-BYTES: BDAT 3\\r\\na\\x00b     S: 554 5.6.11 *
                    C: BDAT 0 LAST                   S: 503 5.5.1 *
                    """);
            assertEquals(".\r\n.ab\r\n", rig.recorder.messages().getFirst().content());
        }
    }

    @Test
    @DisplayName("RFC 1870 §6.3: a sink never gets more than the bound, and may get all of it")
    void size() {
        try (var rig = new Rig(Rig.QUICK.withMessageSize(1000))) {
            rig.play(
                    """
                    C: MAIL FROM:<a@one.example>     S: 250 *
                    C: RCPT TO:<c@here.example>      S: 250 *
                    C: DATA                          S: 354 *
                    C: ${998*x}
                    C: .                             S: 250 2.0.0 kept
                    C: MAIL FROM:<a@one.example>     S: 250 *
                    C: RCPT TO:<c@here.example>      S: 250 *
                    C: DATA                          S: 354 *
                    C: ${500*x}
                    C: .${499*x}
                    C: .                             S: 552 5.3.4 *
                    """);
            assertEquals(1, rig.recorder.taken.size());
            assertTrue(rig.recorder.most.get() <= 1000);
        }
    }

    @Test
    @DisplayName("what a handler or its sink throws is 421 4.3.0, never a 250 nor a 5yz")
    void ourBugs() {
        var begin = "C: MAIL FROM:<a@one.example>  S: 250 *\n";
        var scripts =
                List.of(
                        "C: EHLO throw-x  S: 421 4.3.0 *\nS: (close)",
                        "C: MAIL FROM:<throw-a@one.example>  S: 421 4.3.0 *\nS: (close)",
                        begin
                                + "C: RCPT TO:<writethrow-c@here.example>  S: 250 *\n"
                                + "C: DATA  S: 354 *\nC: x\nC: .  S: 421 4.3.0 *\nS: (close)",
                        begin
                                + "C: RCPT TO:<finishthrow-c@here.example>  S: 250 *\n"
                                + "C: DATA  S: 354 *\nC: x\nC: .  S: 421 4.3.0 *\nS: (close)",
                        begin
                                + "C: RCPT TO:<writethrow-c@here.example>  S: 250 *\n"
                                + "C-BYTES: BDAT 1\\r\\nx  S: 421 4.3.0 *\nS: (close)",
                        begin
                                + "C: RCPT TO:<finishthrow-c@here.example>  S: 250 *\n"
                                + "C-BYTES: BDAT 1 LAST\\r\\nx  S: 421 4.3.0 *\nS: (close)");
        try (var log = new Warnings("io.postern.smtp");
                var rig = new Rig(Rig.QUICK)) {
            scripts.forEach(rig::play);
            assertEquals(scripts.size(), log.messages().size(), "each is logged once");
        }
    }

    @Test
    @DisplayName("without a handler 421 4.3.0 is the greeting")
    void noHandler() throws IOException {
        var settings = settings(new Endpoint.Address(loopback()));
        try (var log = new Warnings("io.postern.smtp");
                var server =
                        SmtpServer.open(
                                settings,
                                () -> {
                                    throw new IllegalStateException("no handler");
                                });
                var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertTrue(Rig.dialogue(socket).startsWith("421 4.3.0 "));
            assertEquals(1, log.messages().size());
        }
    }

    @Test
    @DisplayName("whoever is not to be admitted is answered 421 4.3.2, and the next one may be")
    void notAdmitted() throws IOException {
        var admits = new AtomicBoolean();
        var recorder = new Recorder();
        var settings =
                new ServerSettings(
                        "test",
                        "gw.example.com",
                        new Endpoint.Address(loopback()),
                        Rig.QUICK,
                        Optional.empty(),
                        InstantSource.system(),
                        _ -> false,
                        true,
                        admits::get);
        try (var server = SmtpServer.open(settings, recorder::handler)) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                assertTrue(Rig.dialogue(socket).startsWith("421 4.3.2 "));
            }
            admits.set(true);
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                assertTrue(Rig.dialogue(socket, "QUIT\r\n").startsWith("220 "));
            }
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static ServerSettings settings(Endpoint endpoint) {
        return new ServerSettings(
                "test",
                "gw.example.com",
                endpoint,
                Rig.QUICK,
                Optional.empty(),
                InstantSource.system());
    }

    @Test
    @DisplayName("a socket that was bound before is served; one that fails does not spin")
    void inheritedAndFailing() throws IOException {
        var inner = ServerSocketChannel.open().bind(loopback());
        var failing = new FailingChannel(inner, 3);
        var recorder = new Recorder();
        try (var log = new Warnings("io.postern.smtp");
                var server =
                        SmtpServer.open(
                                settings(new Endpoint.Inherited(failing)), recorder::handler);
                var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            long started = System.nanoTime();
            assertTrue(Rig.dialogue(socket, "QUIT\r\n").contains("221 "));
            // 50, 100 and 200 ms
            assertTrue(System.nanoTime() - started > TimeUnit.MILLISECONDS.toNanos(300));
            assertEquals(3, server.counts().acceptErrors());
            assertEquals(1, log.messages().size(), "one line for a burst of errors");
        }
    }

    @Test
    @DisplayName("drain: idle sessions hear 421 4.3.2, content is taken to its end")
    void drain() throws Exception {
        try (var rig = new Rig(Rig.QUICK);
                var idle = rig.connect();
                var open = rig.connect();
                var busy = rig.connect()) {
            readTo(idle, "220");
            send(open, "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\n");
            readTo(open, "250 2.1.0");
            send(busy, TO_DATA);
            readTo(busy, "354");
            var drained = new FutureTask<>(() -> rig.server.drain(Duration.ofSeconds(20)));
            Thread.ofVirtual().start(drained);
            assertTrue(readTo(idle, "421").startsWith("421 4.3.2 "));
            assertTrue(readTo(open, "421").startsWith("421 4.3.2 "));
            assertEquals(-1, idle.getInputStream().read());
            assertFalse(drained.isDone(), "content is waited for");
            send(busy, "text\r\n.\r\n");
            assertTrue(readTo(busy, "421").startsWith("250 2.0.0 kept\r\n421 4.3.2 "));
            assertTrue(drained.get(20, TimeUnit.SECONDS));
            assertEquals(1, rig.recorder.taken.size());
            assertEquals(3, rig.recorder.closed.size());
        }
    }

    @Test
    @DisplayName("drain: after the deadline content is cut off and abandoned")
    void drainDeadline() throws Exception {
        try (var rig = new Rig(Rig.QUICK);
                var busy = rig.connect()) {
            send(busy, TO_DATA);
            readTo(busy, "354");
            send(busy, "half");
            assertFalse(rig.server.drain(Duration.ofMillis(100)));
            assertEquals(0, rig.server.counts().sessionsNow());
            assertEquals(1, rig.recorder.abandoned.get());
        }
    }

    @Test
    @DisplayName("RFC 2920 §3.2: replies to a pipelined group leave together")
    void batched() throws IOException {
        try (var rig = new Rig(Rig.QUICK);
                var socket = rig.connect()) {
            readTo(socket, "220");
            send(socket, TO_DATA);
            readTo(socket, "250 HELP");
            var rest = new byte[1000];
            int count = socket.getInputStream().read(rest);
            var text = new String(rest, 0, count, StandardCharsets.US_ASCII);
            assertTrue(text.startsWith("250 2.1.0 ") && text.contains("354 "), text);
        }
    }

    @Test
    @DisplayName("random octets never end the server, and every session is closed once")
    void randomOctets() throws IOException {
        var words =
                List.of(
                        "EHLO x\r\n",
                        "MAIL FROM:<a@one.example>\r\n",
                        "RCPT TO:<c@here.example>\r\n",
                        "DATA\r\n",
                        "BDAT 5\r\n",
                        "BDAT 3 LAST\r\n",
                        ".\r\n",
                        "RSET\r\n",
                        "\r\n",
                        "\n",
                        "\r",
                        "\0",
                        ".",
                        "<",
                        ">",
                        "\"",
                        "NOTIFY=",
                        " SIZE=5",
                        "\u00ff\u00fe");
        var random = new Random(821);
        int rounds = 300;
        try (var log = new Warnings("io.postern.smtp");
                var rig = new Rig(Rig.QUICK)) {
            for (int round = 0; round < rounds; round++) {
                var text = new StringBuilder(random.nextBoolean() ? TO_DATA.substring(0, 70) : "");
                int length = random.nextInt(60);
                for (int i = 0; i < length; i++) {
                    if (random.nextInt(5) == 0) {
                        text.append((char) random.nextInt(256));
                    } else {
                        text.append(words.get(random.nextInt(words.size())));
                    }
                }
                try (var socket = rig.connect()) {
                    var said = Rig.dialogue(socket, text.toString());
                    assertTrue(said.startsWith("220 ") || said.equals("(reset)"), said);
                }
            }
            rig.play("C: NOOP  S: 250 *");
            assertTrue(rig.server.drain(Duration.ofSeconds(20)));
            assertEquals(rounds + 1, rig.recorder.closed.size());
            assertEquals(List.of(), log.messages(), "peers never warn us");
        }
    }
}
