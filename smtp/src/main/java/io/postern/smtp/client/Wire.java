package io.postern.smtp.client;

import io.postern.smtp.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The socket: whole replies in, octets out, each under its stage's time limit. All trouble is a
/// [SmtpClientException]. Confined to the connection's thread.
final class Wire {
    private static final Logger LOG = LoggerFactory.getLogger(Wire.class);

    private final Socket raw;
    private final Timeouts timeouts;
    private final StageDeadline deadline;
    private final InetSocketAddress peer;
    private Socket socket;
    private InputStream in;
    private OutputStream out;

    /// Octets read and not yet taken: `buffer[position, limit)`. One line always fits.
    private final byte[] buffer = new byte[ReplyParser.MAX_LINE];

    private int position;
    private int limit;

    private Wire(Socket raw, InetSocketAddress peer, Timeouts timeouts) throws IOException {
        this.raw = raw;
        this.timeouts = timeouts;
        deadline = new StageDeadline(raw);
        this.peer = peer;
        socket = raw;
        in = raw.getInputStream();
        out = raw.getOutputStream();
    }

    static Wire connect(InetSocketAddress target, ClientSettings settings) {
        if (target.isUnresolved()) {
            throw new IllegalArgumentException("not an address: " + target);
        }
        var socket = new Socket();
        try {
            // A command must not wait for the acknowledgement of the one before.
            socket.setTcpNoDelay(true);
            if (settings.localAddress().isPresent()) {
                socket.bind(new InetSocketAddress(settings.localAddress().get(), 0));
            }
            socket.connect(target, millis(settings.timeouts().connect()));
            return new Wire(socket, target, settings.timeouts());
        } catch (IOException e) {
            closeQuietly(socket);
            throw new SmtpClientException(
                    e instanceof SocketTimeoutException
                            ? new Failure.Timeout(Stage.CONNECT)
                            : new Failure.Connect(Words.of(e)),
                    e);
        }
    }

    /// One reply, complete within the stage's limit.
    Reply read(Stage stage) {
        return read(stage, timeouts.of(stage));
    }

    private Reply read(Stage stage, Duration within) {
        deadline.start(within);
        var parser = new ReplyParser();
        int scanned = position;
        while (true) {
            int end = scanned;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            if (end == limit) {
                scanned = fill(stage, end - position);
                continue;
            }
            // A bare LF ends a line here: many servers are scripts, and nothing is at stake.
            var step = parser.line(buffer, position, end);
            position = end + 1;
            scanned = position;
            switch (step) {
                case ReplyParser.Step.More more -> {}
                case ReplyParser.Step.Complete(var reply) -> {
                    deadline.stop();
                    LOG.debug("{} S: {}", peer, reply);
                    return reply;
                }
                case ReplyParser.Step.Malformed(var why) ->
                        throw new SmtpClientException(new Failure.Protocol(stage, why));
            }
        }
    }

    /// Reads more behind the octets of an unfinished line; where they end now begins what is new.
    private int fill(Stage stage, int unfinished) {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, unfinished);
            position = 0;
            limit = unfinished;
        }
        if (limit == buffer.length) {
            throw new SmtpClientException(new Failure.Protocol(stage, "reply line is too long"));
        }
        int count;
        try {
            count = in.read(buffer, limit, buffer.length - limit);
        } catch (IOException e) {
            throw broken(stage, e);
        }
        if (count < 0) {
            throw new SmtpClientException(
                    new Failure.Closed(stage, "the peer closed the connection at " + stage));
        }
        limit += count;
        return unfinished;
    }

    /// Writes all octets, within the stage's limit.
    void write(Stage stage, byte[] octets, int offset, int length) {
        // RFC 5321 §4.5.3.2.5: each block of the content has its limit, the last one too.
        deadline.start(timeouts.of(stage == Stage.END_OF_CONTENT ? Stage.CONTENT : stage));
        try {
            out.write(octets, offset, length);
        } catch (IOException e) {
            throw broken(stage, e);
        }
        deadline.stop();
    }

    /// Writes commands, each already with its CRLF.
    void write(Stage stage, String commands, byte[] octets) {
        if (LOG.isDebugEnabled()) {
            commands.lines().forEach(line -> LOG.debug("{} C: {}", peer, line));
        }
        write(stage, octets, 0, octets.length);
    }

    /// Whether octets wait that nothing asked for.
    boolean surplus() {
        try {
            return position < limit || in.available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    /// A reply that the peer sent before it closed the connection, if it got through.
    Optional<Reply> lastWord() {
        try {
            return Optional.of(read(Stage.QUIT));
        } catch (SmtpClientException e) {
            return Optional.empty();
        }
    }

    /// Whether the peer still holds its end and is silent.
    boolean silent() {
        if (position < limit) {
            return false;
        }
        deadline.start(timeouts.of(Stage.QUIT));
        try {
            socket.setSoTimeout(1);
            try {
                limit = Math.max(in.read(buffer, 0, buffer.length), 0);
                position = 0;
                return false;
            } catch (SocketTimeoutException e) {
                socket.setSoTimeout(0);
                return true;
            }
        } catch (IOException e) {
            return false;
        } finally {
            deadline.stop();
        }
    }

    /// Goes under TLS, after the reply to STARTTLS.
    void startTls(SSLContext context, Optional<String> name) {
        // RFC 3207 §6: what came in clear must not be taken for what comes under TLS.
        if (surplus()) {
            throw new SmtpClientException(
                    new Failure.Protocol(Stage.STARTTLS, "octets in clear after STARTTLS"));
        }
        deadline.start(timeouts.of(Stage.TLS_HANDSHAKE));
        try {
            var host = name.orElse(raw.getInetAddress().getHostAddress());
            var ssl =
                    (SSLSocket)
                            context.getSocketFactory().createSocket(raw, host, raw.getPort(), true);
            var parameters = new SSLParameters();
            // RFC 9525: the trust manager compares the name, and what follows from that is its own
            // affair.
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            ssl.setSSLParameters(parameters);
            ssl.startHandshake();
            socket = ssl;
            in = ssl.getInputStream();
            out = ssl.getOutputStream();
        } catch (IOException | RuntimeException e) {
            // The TLS provider lets unchecked exceptions through on some hostile handshakes.
            throw deadline.passed()
                    ? new SmtpClientException(new Failure.Timeout(Stage.TLS_HANDSHAKE), e)
                    : new SmtpClientException(new Failure.Tls(Stage.TLS_HANDSHAKE, Words.of(e)), e);
        }
        deadline.stop();
    }

    Optional<SSLSocket> ssl() {
        return socket instanceof SSLSocket ssl ? Optional.of(ssl) : Optional.empty();
    }

    InetSocketAddress peer() {
        return peer;
    }

    /// Whether it was closed here, by the owner or by a time limit.
    boolean closed() {
        return raw.isClosed();
    }

    /// Closes without ceremony: a farewell under TLS could block.
    void close() {
        deadline.end();
        closeQuietly(raw);
    }

    /// Closes with the farewell of TLS, within the limit for QUIT.
    void closeKindly() {
        deadline.start(timeouts.of(Stage.QUIT));
        closeQuietly(socket);
        close();
    }

    private SmtpClientException broken(Stage stage, IOException e) {
        return new SmtpClientException(
                deadline.passed()
                        ? new Failure.Timeout(stage)
                        : new Failure.Closed(stage, Words.of(e)),
                e);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("close", e);
        }
    }

    private static int millis(Duration limit) {
        return Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE);
    }
}
