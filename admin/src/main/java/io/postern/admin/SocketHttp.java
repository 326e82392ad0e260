package io.postern.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One HTTP request over a Unix socket, for the commands: the JDK's own client speaks TCP only, and
/// a command that lives half a second should not load another.
///
/// It takes what our server sends and nothing else: an answer with a Content-Length, bounded in
/// size and time. RFC 9112.
final class SocketHttp {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int MAX_HEAD_OCTETS = 16 * 1024;

    /// An answer, whole.
    record Answer(int status, String body) {}

    private final Path socket;

    SocketHttp(Path socket) {
        this.socket = socket;
    }

    Path socket() {
        return socket;
    }

    /// Whether somebody accepts connections there.
    boolean answers() {
        if (!Files.exists(socket)) {
            return false;
        }
        try (var channel = open()) {
            return channel.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    /// Sends the request and waits for the whole answer.
    ///
    /// @param target path and query, encoded
    /// @throws IOException when there is no whole answer in time
    Answer exchange(String method, String target, String body) throws IOException {
        var octets = body.getBytes(StandardCharsets.UTF_8);
        return exchange(channel -> {
            write(
                    channel,
                    head(method, target, "application/json", "Content-Length: " + octets.length));
            write(channel, octets);
        });
    }

    /// Sends a body of any size with POST, and waits for the whole answer.
    ///
    /// @param body not closed
    Answer upload(String target, InputStream body) throws IOException {
        return exchange(channel -> {
            write(channel, head("POST", target, "text/plain", "Transfer-Encoding: chunked"));
            var buffer = new byte[64 * 1024];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                if (n > 0) {
                    // RFC 9112 §7.1
                    write(channel, ascii(Integer.toHexString(n) + "\r\n"));
                    write(channel, Arrays.copyOf(buffer, n));
                    write(channel, ascii("\r\n"));
                }
            }
            write(channel, ascii("0\r\n\r\n"));
        });
    }

    /// Writes a request.
    private interface Request {
        void to(SocketChannel channel) throws IOException;
    }

    private Answer exchange(Request request) throws IOException {
        try (var channel = open()) {
            var task =
                    new FutureTask<>(() -> {
                        request.to(channel);
                        return answer(channel);
                    });
            // Not a virtual one: the JVM's poller for those waits in native code, and an ending
            // JVM gives threads in native code 0.3 s, half of a command's time.
            Thread.ofPlatform().daemon().start(task);
            return task.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("nothing came within " + DEADLINE.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private SocketChannel open() throws IOException {
        return ControlSocket.reach(
                socket, path -> SocketChannel.open(UnixDomainSocketAddress.of(path)));
    }

    private static byte[] head(String method, String target, String type, String length) {
        return ascii(
                method
                        + " "
                        + target
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Type: "
                        + type
                        + "\r\n"
                        + length
                        + "\r\n\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Answer answer(SocketChannel channel) throws IOException {
        var received = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(64 * 1024);
        while (channel.read(buffer) >= 0) {
            received.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (received.size() > Limits.ANSWER_OCTETS + MAX_HEAD_OCTETS) {
                throw new IOException("the answer is too large; ask for less with --limit");
            }
        }
        return parse(received.toByteArray());
    }

    private static void write(SocketChannel channel, byte[] octets) throws IOException {
        var buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /// Status and body of a whole answer.
    static Answer parse(byte[] octets) throws IOException {
        var start =
                new String(
                        octets,
                        0,
                        Math.min(octets.length, MAX_HEAD_OCTETS),
                        StandardCharsets.ISO_8859_1);
        int end = start.indexOf("\r\n\r\n");
        if (end < 0 || !start.startsWith("HTTP/1.1 ") || start.length() < 12) {
            throw new IOException("the answer is not HTTP");
        }
        int status = number(start.substring(9, 12));
        int length = -1;
        for (var line : start.substring(0, end).split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = number(line.substring(15).strip());
            }
        }
        int bodyAt = end + 4;
        if (length < 0 || octets.length - bodyAt != length) {
            throw new IOException("the answer is not whole");
        }
        return new Answer(status, new String(octets, bodyAt, length, StandardCharsets.UTF_8));
    }

    private static int number(String digits) throws IOException {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IOException("the answer is not HTTP", e);
        }
    }
}
