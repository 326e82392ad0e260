package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// The octets of one session, both ways, in clear or over TLS. Confined to the session's thread.
///
/// Replies are held back until input runs dry, so that those to pipelined commands leave in one
/// write (RFC 2920 §3.2). Buffers are small while commands are read: thousands of sessions are
/// idle. Every wait for the peer is under the [Deadline].
final class Wire {
    static final Charset ASCII = StandardCharsets.US_ASCII;
    private static final int SMALL = 1024;
    private static final int LARGE = 16 * 1024;
    private static final int MOST_PENDING = 4 * 1024;
    // A line longer than its limit is thrown away up to here, so that the session can go on.
    private static final int MOST_DISCARDED = 64 * 1024;

    /// What a command line was.
    enum Line {
        TEXT,
        TOO_LONG,
        /// With a CR or LF alone in it. RFC 5321 §2.3.8.
        BARE_CR_OR_LF
    }

    private final SocketChannel channel;
    private final Limits limits;
    private final InstantSource clock;
    private final Deadline deadline;
    private final Turn turn;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private byte[] buffer = new byte[SMALL];
    private int position;
    private int end;
    private byte[] pending = new byte[256];
    private int pendingEnd;
    private String text = "";

    Wire(SocketChannel channel, Limits limits, InstantSource clock, Deadline deadline, Turn turn)
            throws IOException {
        this.channel = channel;
        this.limits = limits;
        this.clock = clock;
        this.deadline = deadline;
        this.turn = turn;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket = channel.socket();
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /// Reads at the very beginning of a connection, not an octet more than fits: those that follow
    /// may be a TLS handshake's.
    ///
    /// @return how many octets came; 0 when none did in that time, -1 when none will
    int readFirst(byte[] into, int from, Duration patience) throws SessionEnd {
        if (!patience.isPositive()) {
            return 0;
        }
        deadline.set(patience);
        try {
            socket.setSoTimeout(millis(patience));
            return in.read(into, from, into.length - from);
        } catch (SocketTimeoutException _) {
            return 0;
        } catch (IOException e) {
            throw SessionEnd.silent("client gone: " + e.getMessage());
        } finally {
            deadline.clear();
        }
    }

    /// Reads a command line; its text is then in [#text].
    ///
    /// @param patience longest wait for the whole of it
    Line readLine(Duration patience) throws SessionEnd {
        long started = clock.millis();
        int at = position;
        int discarded = 0;
        while (true) {
            at = Octets.nextSpecial(buffer, at, end);
            if (at < end && buffer[at] == 0) {
                at++; // the grammar refuses it
                continue;
            }
            if (at < end && buffer[at] == '\n') {
                return Line.BARE_CR_OR_LF;
            }
            if (at + 1 < end) {
                if (buffer[at + 1] != '\n') {
                    return Line.BARE_CR_OR_LF;
                }
                return line(at, discarded);
            }
            if (at - position > limits.commandLine()) {
                discarded += at - position;
                position = at;
                if (discarded > MOST_DISCARDED) {
                    throw SessionEnd.telling(
                            Reply.of(500, "5.5.2", "line too long"), "line without end");
                }
            }
            int kept = at - position;
            fillForCommand(patience.minusMillis(clock.millis() - started));
            at = position + kept;
        }
    }

    private Line line(int cr, int discarded) {
        int start = position;
        position = cr + 2;
        if (discarded > 0 || cr - start > limits.commandLine()) {
            return Line.TOO_LONG;
        }
        text = decode(start, cr);
        return Line.TEXT;
    }

    // RFC 6531 §3.1: commands are UTF-8. Malformed octets become U+FFFD, which the grammar refuses.
    private String decode(int start, int to) {
        for (int i = start; i < to; i++) {
            if (buffer[i] < 0) {
                return new String(buffer, start, to - start, StandardCharsets.UTF_8);
            }
        }
        return new String(buffer, start, to - start, StandardCharsets.ISO_8859_1);
    }

    /// The line last read, without its CRLF.
    String text() {
        return text;
    }

    private void fillForCommand(Duration wait) throws SessionEnd {
        flush();
        if (position == end && buffer.length > SMALL) {
            buffer = new byte[SMALL];
            position = 0;
            end = 0;
        }
        boolean got = listen(wait);
        if (!got) {
            throw timedOut();
        }
    }

    /// Waits a little to see whether the peer speaks before it is spoken to. What it says is kept.
    boolean speaksWithin(Duration wait) throws SessionEnd {
        return position < end || listen(wait);
    }

    /// Waits while the drainer may take the turn. False when nothing came in that time.
    private boolean listen(Duration wait) throws SessionEnd {
        if (!turn.listen()) {
            throw SessionEnd.telling(Reply.of(421, "4.3.2", "closing down"), "drained");
        }
        boolean got;
        try {
            got = fill(wait);
        } catch (SessionEnd gone) {
            throw turn.speak() ? gone : SessionEnd.silent("drained");
        }
        if (!turn.speak()) {
            throw SessionEnd.silent("drained");
        }
        return got;
    }

    /// Waits for content.
    ///
    /// @return false when none came in that time
    boolean fillForContent(Duration wait) throws SessionEnd {
        flush();
        if (buffer.length < LARGE) {
            var larger = new byte[LARGE];
            System.arraycopy(buffer, position, larger, 0, end - position);
            end -= position;
            position = 0;
            buffer = larger;
        }
        return fill(wait);
    }

    static SessionEnd timedOut() {
        return SessionEnd.telling(Reply.of(421, "4.4.2", "waited too long"), "timed out");
    }

    private boolean fill(Duration wait) throws SessionEnd {
        if (!wait.isPositive()) {
            return false;
        }
        makeRoom();
        deadline.set(wait);
        try {
            socket.setSoTimeout(millis(wait));
            int count = in.read(buffer, end, buffer.length - end);
            if (count < 0) {
                throw SessionEnd.silent("client closed");
            }
            end += count;
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException e) {
            throw SessionEnd.silent("client gone: " + e.getMessage());
        } finally {
            deadline.clear();
        }
    }

    private static int millis(Duration wait) {
        return Math.clamp(wait.toMillis(), 1, Integer.MAX_VALUE);
    }

    private void makeRoom() {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, end - position);
            end -= position;
            position = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2); // bounded by the limit of lines
        }
    }

    /// The buffer, of which `[position, end)` was read from the peer and not yet used.
    byte[] buffer() {
        return buffer;
    }

    int position() {
        return position;
    }

    int end() {
        return end;
    }

    /// All before `next` was used.
    void usedTo(int next) {
        position = next;
    }

    /// Whether the peer has sent more than was used so far.
    boolean moreInput() {
        try {
            return position < end || in.available() > 0;
        } catch (IOException _) {
            return false;
        }
    }

    /// Queues a reply; it leaves at the next wait or [#flush].
    void write(byte[] octets) throws SessionEnd {
        if (pendingEnd + octets.length > pending.length) {
            pending = Arrays.copyOf(pending, Math.max(1024, pendingEnd + octets.length));
        }
        System.arraycopy(octets, 0, pending, pendingEnd, octets.length);
        pendingEnd += octets.length;
        if (pendingEnd > MOST_PENDING) {
            flush();
        }
    }

    /// Sends what was queued.
    void flush() throws SessionEnd {
        if (pendingEnd == 0) {
            return;
        }
        deadline.set(limits.idle());
        try {
            out.write(pending, 0, pendingEnd);
            out.flush();
        } catch (IOException e) {
            throw SessionEnd.silent("client gone: " + e.getMessage());
        } finally {
            deadline.clear();
        }
        pendingEnd = 0;
    }

    /// Shakes hands and goes on over TLS.
    TlsHandshake startTls(SSLContext context, ServerTls.ClientCertificates wanted)
            throws SessionEnd {
        flush();
        deadline.set(limits.handshake());
        try {
            SSLSocketFactory factory = context.getSocketFactory();
            var tls = (SSLSocket) factory.createSocket(socket, (@Nullable InputStream) null, true);
            TlsSession.prepare(tls, wanted);
            socket.setSoTimeout(millis(limits.handshake()));
            tls.startHandshake();
            socket = tls;
            in = tls.getInputStream();
            out = tls.getOutputStream();
            return TlsSession.facts(tls);
        } catch (IOException e) {
            throw SessionEnd.silent("no TLS handshake: " + e.getMessage());
        } finally {
            deadline.clear();
        }
    }

    /// Half-closes, and reads and throws away what the client still sends, for a bounded time: a
    /// close with input unread makes TCP reset the connection, and the last reply is lost.
    void linger() {
        long until = System.nanoTime() + limits.linger().toNanos();
        deadline.set(limits.linger());
        try {
            socket.shutdownOutput();
            channel.shutdownOutput();
            var raw = channel.socket();
            var waste = new byte[SMALL];
            long left;
            do {
                left = until - System.nanoTime();
                raw.setSoTimeout(millis(Duration.ofNanos(Math.max(left, 1))));
            } while (left > 0 && raw.getInputStream().read(waste) >= 0);
        } catch (IOException _) {
            // the client is gone, or went on for too long: closed either way
        } finally {
            deadline.clear();
        }
    }

    /// Ends TLS properly if there is any.
    void close() {
        deadline.set(limits.linger());
        try {
            socket.close();
        } catch (IOException _) {
            // closed is closed
        } finally {
            deadline.clear();
            cutOff();
        }
    }

    /// Tells the client why the session ends, and ends it: for the one that took the [Turn].
    void dismiss(Reply reply) {
        deadline.set(limits.linger());
        try {
            out.write(ReplyText.octets(reply));
            out.flush();
        } catch (IOException _) {
            // the client is gone
        }
        close();
    }

    /// Closes at once, from any thread: whoever is blocked here fails.
    void cutOff() {
        try {
            channel.close();
        } catch (IOException _) {
            // closed is closed
        }
    }
}
