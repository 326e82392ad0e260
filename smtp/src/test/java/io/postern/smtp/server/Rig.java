package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.testkit.SmtpScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// A real server on loopback before a [Recorder].
final class Rig implements AutoCloseable {
    static final Limits QUICK =
            Limits.DEFAULT.withWaits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMillis(150));

    final Recorder recorder = new Recorder();
    final SmtpServer server;

    Rig(Limits limits) {
        this(limits, Optional.empty(), InstantSource.system());
    }

    Rig(Limits limits, Optional<ServerTls> tls, InstantSource clock) {
        var endpoint =
                new Endpoint.Address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var settings = new ServerSettings("test", "gw.example.com", endpoint, limits, tls, clock);
        try {
            server = SmtpServer.open(settings, recorder::handler);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    void play(String script) {
        SmtpScript.parse("script", script).run(address());
    }

    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /// Sends all at once, ends, and gives all that the server says to its close.
    static String dialogue(Socket socket, String... pieces) throws IOException {
        try {
            for (var piece : pieces) {
                socket.getOutputStream().write(piece.getBytes(StandardCharsets.ISO_8859_1));
            }
            socket.shutdownOutput();
        } catch (IOException _) {
            // the server closed first: what it said is still there
        }
        var said = new StringBuilder();
        try {
            int octet;
            while ((octet = socket.getInputStream().read()) >= 0) {
                said.append((char) octet);
            }
        } catch (java.net.SocketException _) {
            said.append("(reset)");
        }
        return said.toString();
    }

    @Override
    public void close() {
        server.close();
        assertEquals(0, server.counts().sessionsNow(), "no session is left");
        assertEquals(0, recorder.open.get(), "every transaction was ended");
        assertEquals(
                recorder.sinks.get(),
                recorder.finished.get() + recorder.abandoned.get(),
                "every sink was finished or abandoned");
    }
}
