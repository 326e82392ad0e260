package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.Warnings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A listener behind a load balancer: PROXY protocol version 2")
class BalancerTest {
    private static final String TO_QUIT =
            "EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<c@here.example>\r\nQUIT\r\n";

    private static final InetSocketAddress LOOPBACK =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static byte[] announcing(int last) {
        return HexFormat.of()
                .parseHex(
                        "0d0a0d0a000d0a515549540a"
                                + "2111000c"
                                + "c63364%02x".formatted(last)
                                + "c0000201"
                                + "1f900019");
    }

    private static final class Balanced implements AutoCloseable {
        final Recorder recorder = new Recorder();
        final SmtpServer server;

        Balanced(Limits limits, Predicate<InetAddress> balancers) throws IOException {
            server =
                    SmtpServer.open(
                            new ServerSettings(
                                    "test",
                                    "gw.example.com",
                                    new Endpoint.Address(LOOPBACK),
                                    limits,
                                    Optional.empty(),
                                    InstantSource.system(),
                                    balancers,
                                    true,
                                    () -> true),
                            recorder::handler);
        }

        Socket connect() throws IOException {
            var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout(20_000);
            return socket;
        }

        /// What the server says to a header (may be empty) and then these words.
        String said(byte[] header, String words) throws IOException {
            try (var socket = connect()) {
                socket.getOutputStream().write(header);
                return Rig.dialogue(socket, words);
            }
        }

        @Override
        public void close() {
            server.close();
            assertEquals(0, server.counts().sessionsNow(), "no session is left");
        }
    }

    @Test
    @DisplayName("the client is whom the balancer announces, in all that the handler sees")
    void announced() throws IOException {
        try (var rig = new Balanced(Rig.QUICK, _ -> true);
                var socket = rig.connect()) {
            socket.getOutputStream().write(announcing(7));
            var said =
                    Rig.dialogue(
                            socket, TO_QUIT.replace("QUIT\r\n", "BDAT 3 LAST\r\nx\r\nQUIT\r\n"));
            assertTrue(said.startsWith("220 ") && said.contains("250 2.0.0 kept"), said);
            var client = rig.recorder.messages().getFirst().facts().client();
            assertEquals("198.51.100.7", client.getAddress().getHostAddress());
            assertEquals(8080, client.getPort());
        }
    }

    @Test
    @DisplayName("a header cut at any octet, then the rest, is the same header")
    void split() throws IOException {
        var header = announcing(7);
        try (var rig = new Balanced(Rig.QUICK, _ -> true)) {
            for (int at = 1; at < header.length; at++) {
                try (var socket = rig.connect()) {
                    socket.setTcpNoDelay(true);
                    socket.getOutputStream().write(header, 0, at);
                    socket.getOutputStream().flush();
                    socket.getOutputStream().write(header, at, header.length - at);
                    assertTrue(Rig.dialogue(socket, TO_QUIT).contains("221 "), "cut at " + at);
                }
            }
        }
    }

    @Test
    @DisplayName("LOCAL: the balancer itself, which looks whether we are well")
    void local() throws IOException {
        var header = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");
        try (var rig = new Balanced(Rig.QUICK, _ -> true)) {
            assertTrue(rig.said(header, "QUIT\r\n").contains("221 "));
        }
    }

    @Test
    @DisplayName(
            "without a header, or with one of version 1, a balancer's connection is closed unanswered")
    void refused() throws IOException {
        var wrong =
                List.of(
                        "EHLO c.example\r\n",
                        "PROXY TCP4 198.51.100.7 192.0.2.1 8080 25\r\n",
                        "\r\n\r\n\0\r\nQUIT\n!\0\0\0", // UNSPEC
                        "\r\n\r\n\0\r\nQUIT\n!\21\0\14"); // and no more
        try (var log = new Warnings("io.postern.smtp");
                var rig = new Balanced(Rig.QUICK, _ -> true)) {
            for (var words : wrong) {
                var said = rig.said(words.getBytes(StandardCharsets.ISO_8859_1), "");
                assertTrue(said.isEmpty() || said.equals("(reset)"), said);
            }
            assertTrue(rig.server.drain(Duration.ofSeconds(20)));
            assertEquals(wrong.size(), rig.server.counts().sessionsRefused());
            assertEquals(0, rig.recorder.closed.size(), "none became a session");
            assertEquals(List.of(), log.messages());
        }
    }

    @Test
    @DisplayName("from anybody else a header is no header: a line without CR LF, as ever")
    void strangers() throws IOException {
        try (var rig = new Balanced(Rig.QUICK, _ -> false)) {
            var said = rig.said(announcing(7), TO_QUIT);
            assertTrue(said.startsWith("220 ") && !said.contains("250 "), said);
            var client = rig.recorder.closed;
            assertTrue(rig.server.drain(Duration.ofSeconds(20)));
            assertEquals(1, client.size());
        }
    }

    @Test
    @DisplayName("sessions per client are those of the announced address, not of the balancer")
    void perClient() throws IOException {
        try (var rig = new Balanced(Rig.QUICK.withSessions(100, 1), _ -> true);
                var first = rig.connect()) {
            first.getOutputStream().write(announcing(7));
            assertEquals('2', first.getInputStream().read());
            assertTrue(rig.said(announcing(7), "").startsWith("421 4.7.0 "));
            assertTrue(rig.said(announcing(8), "QUIT\r\n").contains("221 "), "another client");
            first.shutdownOutput();
            boolean again = false;
            for (int i = 0; i < 1000 && !again; i++) { // the slot is freed a moment after the close
                again = rig.said(announcing(7), "QUIT\r\n").contains("221 ");
            }
            assertTrue(again, "room again");
        }
    }

    @Test
    @DisplayName("a balancer that says nothing, or too little, is not waited for")
    void late() throws IOException {
        for (int octets : new int[] {0, 5, 20}) {
            try (var listening = ServerSocketChannel.open().bind(LOOPBACK);
                    var balancer = SocketChannel.open(listening.getLocalAddress());
                    var accepted = listening.accept()) {
                balancer.write(ByteBuffer.wrap(announcing(7), 0, octets));
                var wire =
                        new Wire(
                                accepted,
                                Rig.QUICK,
                                InstantSource.system(),
                                new Deadline(Duration.ofSeconds(1)),
                                new Turn());
                var peer = (InetSocketAddress) accepted.getRemoteAddress();
                assertEquals(
                        Optional.empty(),
                        Announcement.read("S", peer, wire, Duration.ofMillis(50)));
            }
        }
    }
}
