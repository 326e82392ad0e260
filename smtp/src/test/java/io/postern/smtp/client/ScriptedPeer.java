package io.postern.smtp.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A server on loopback that follows a script, in no way better or worse than it says.
///
/// A line of the script is one of
///
/// - `S: text` sends the line; lines in a row go out in one write
/// - `S! text` sends the octets, with `\r`, `\n` and `\xHH`, and no line end
/// - `C: text` expects the line
/// - `C# n` takes n octets, whatever they are
/// - `X: quiet` expects that nothing more has been sent
/// - `X: tls` does a handshake; `X: tls refused` expects it to fail; `X: eof` expects the client to
///   close
/// - `X: close` closes, `X: reset` resets; `X: hang` neither reads nor writes any more
/// - `X: dribble` sends octets of a reply that never ends until the client closes
/// - `---` what follows is for the next connection
///
/// [#close] fails when the client did not follow the script.
final class ScriptedPeer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final ServerSocket server;
    private final CompletableFuture<Void> run = new CompletableFuture<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final @Nullable SSLContext tls;

    private ScriptedPeer(@Nullable SSLContext tls, String script) throws IOException {
        this.tls = tls;
        server = new ServerSocket();
        server.setReceiveBufferSize(32 * 1024);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.setSoTimeout(PATIENCE_MILLIS);
        Thread.ofVirtual().name("scripted-peer").start(() -> serve(script));
    }

    static ScriptedPeer of(String script) {
        return make(null, script);
    }

    static ScriptedPeer withTls(SSLContext tls, String script) {
        return make(tls, script);
    }

    private static ScriptedPeer make(@Nullable SSLContext tls, String script) {
        try {
            return new ScriptedPeer(tls, script);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    @Override
    public void close() {
        released.countDown();
        try {
            run.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("script: " + e.getMessage(), e);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("the script did not come to its end", e);
        } finally {
            shut();
        }
    }

    private void shut() {
        try {
            server.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void serve(String script) {
        try {
            for (var part : script.split("(?m)^---\n", -1)) {
                try (var socket = server.accept()) {
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    new Session(socket).follow(part.lines().toList());
                }
            }
            run.complete(null);
        } catch (IOException | InterruptedException | AssertionError e) {
            run.completeExceptionally(e);
        }
    }

    private final class Session {
        private final Socket raw;
        private Socket socket;
        private InputStream in;

        Session(Socket raw) throws IOException {
            this.raw = raw;
            socket = raw;
            in = new BufferedInputStream(raw.getInputStream());
        }

        void follow(List<String> lines) throws IOException, InterruptedException {
            var toSend = new ByteArrayOutputStream();
            for (var line : lines) {
                if (line.isEmpty()) {
                    continue;
                }
                var text = line.length() > 3 ? line.substring(3) : "";
                if (line.startsWith("S:")) {
                    toSend.writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
                    continue;
                }
                if (line.startsWith("S!")) {
                    toSend.writeBytes(unescape(text));
                    continue;
                }
                send(toSend);
                if (line.startsWith("C:")) {
                    expect(text);
                } else if (line.startsWith("C#")) {
                    in.skipNBytes(Long.parseLong(text));
                } else if (!special(text)) {
                    return;
                }
            }
            send(toSend);
        }

        private void send(ByteArrayOutputStream octets) throws IOException {
            if (octets.size() > 0) {
                socket.getOutputStream().write(octets.toByteArray());
                octets.reset();
            }
        }

        private void expect(String text) throws IOException {
            var line = new ByteArrayOutputStream();
            int octet = in.read();
            while (octet >= 0 && octet != '\n') {
                line.write(octet);
                octet = in.read();
            }
            var got = line.toString(StandardCharsets.UTF_8) + (octet < 0 ? "<EOF>" : "");
            if (!got.equals(text + "\r")) {
                throw new AssertionError("expected \"" + text + "\", got \"" + got + "\"");
            }
        }

        /// Whether the script goes on.
        private boolean special(String what) throws IOException, InterruptedException {
            switch (what) {
                case "quiet" -> {
                    if (in.available() > 0) {
                        throw new AssertionError("the client did not wait for the reply");
                    }
                }
                case "tls" -> handshake();
                case "tls refused" -> {
                    try {
                        handshake();
                    } catch (SSLException | SocketException _) {
                        // By an alert, or by closing while the server still talks.
                        return false;
                    }
                    throw new AssertionError("the client took the certificate");
                }
                case "eof" -> expectEnd();
                case "close" -> {
                    return false;
                }
                case "reset" -> {
                    raw.setSoLinger(true, 0);
                    return false;
                }
                case "hang" -> {
                    released.await();
                    return false;
                }
                case "dribble" -> {
                    dribble();
                    return false;
                }
                default -> throw new AssertionError("not in the language: " + what);
            }
            return true;
        }

        private void expectEnd() throws IOException {
            int octet;
            try {
                octet = in.read();
            } catch (SocketException e) {
                // Closed with octets unread, which is a reset.
                return;
            }
            if (octet >= 0) {
                throw new AssertionError("expected the end, got " + (char) octet);
            }
        }

        private void handshake() throws IOException {
            if (tls == null) {
                throw new AssertionError("a script with TLS needs a context");
            }
            var ssl =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(raw, null, raw.getLocalPort(), true);
            ssl.setUseClientMode(false);
            ssl.startHandshake();
            socket = ssl;
            in = new BufferedInputStream(ssl.getInputStream());
        }

        private void dribble() throws IOException {
            var octets = "220-x\r\n".getBytes(StandardCharsets.US_ASCII);
            socket.setSoTimeout(2);
            for (int i = 0; ; i++) {
                try {
                    socket.getOutputStream().write(octets[i % octets.length]);
                    if (in.read() < 0) {
                        return;
                    }
                } catch (SocketTimeoutException e) {
                    // This is the pace.
                } catch (SocketException e) {
                    return;
                }
            }
        }
    }

    private static byte[] unescape(String text) {
        var octets = new ByteArrayOutputStream();
        var parts = new ArrayList<>(List.of(text.split("\\\\", -1)));
        octets.writeBytes(parts.removeFirst().getBytes(StandardCharsets.UTF_8));
        for (var part : parts) {
            int used = 1;
            switch (part.charAt(0)) {
                case 'r' -> octets.write('\r');
                case 'n' -> octets.write('\n');
                default -> {
                    octets.write(Integer.parseInt(part.substring(1, 3), 16));
                    used = 3;
                }
            }
            octets.writeBytes(part.substring(used).getBytes(StandardCharsets.UTF_8));
        }
        return octets.toByteArray();
    }
}
