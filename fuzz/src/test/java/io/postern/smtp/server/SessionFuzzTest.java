package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/// A whole session, all its octets in one go, against the real server: replies only, no error of
/// ours, no message with a lone CR, LF or NUL, every content finished or abandoned.
class SessionFuzzTest {
    private static final Limits LIMITS =
            Limits.DEFAULT
                    .withWaits(
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(10),
                            Duration.ofMinutes(1),
                            Duration.ofMillis(1))
                    .withMessageSize(10_000);
    private static final AtomicInteger sinks = new AtomicInteger();
    private static final AtomicInteger ended = new AtomicInteger();
    private static volatile String dirty = "";
    private static SmtpServer server;

    @BeforeAll
    static void open() throws IOException {
        server =
                SmtpServer.open(
                        new ServerSettings(
                                "fuzz",
                                "gw.example.com",
                                new Endpoint.Address(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                                LIMITS,
                                Optional.empty(),
                                InstantSource.system()),
                        Handler::new);
    }

    @AfterAll
    static void close() {
        server.close();
        assertEquals(sinks.get(), ended.get(), "contents that never ended");
    }

    static Stream<byte[]> seeds() {
        return Stream.concat(
                Seeds.session(
                        "EHLO c.example",
                        "MAIL FROM:<a@b.example> BODY=8BITMIME SIZE=10",
                        "RCPT TO:<c@d.example>",
                        "RCPT TO:<e@f.example> NOTIFY=NEVER",
                        "BDAT 3\r\nx",
                        "BDAT 0 LAST",
                        "MAIL FROM:<>",
                        "RCPT TO:<c@d.example>",
                        "RSET",
                        "NOOP",
                        "VRFY x",
                        "QUIT"),
                Seeds.texts(
                        "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n",
                        "HELO c\r\nMAIL FROM:<> BODY=BINARYMIME\r\n",
                        "EHLO c\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<a@b.example>\r\nBDAT 2 LAST\r\n\r\0",
                        "EHLO c\nMAIL FROM:<>\n"));
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "EHLO c\\x0d\\x0a",
        "MAIL FROM:<>\\x0d\\x0a",
        "RCPT TO:<a@b.example>\\x0d\\x0a",
        "DATA\\x0d\\x0a",
        "BDAT 1 LAST\\x0d\\x0a",
        "BDAT 2\\x0d\\x0a",
        "\\x0d\\x0a.\\x0d\\x0a",
        "RSET\\x0d\\x0a",
        "QUIT\\x0d\\x0a"
    })
    @FuzzTest(maxDuration = "10m")
    void session(byte[] octets) throws IOException {
        var said = new ByteArrayOutputStream();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(octets);
            socket.shutdownOutput();
            socket.getInputStream().transferTo(said);
        } catch (java.net.SocketException _) {
            // closed by the server while we spoke: its last words may be lost
        }
        var text = said.toString(StandardCharsets.US_ASCII);
        for (var line : text.lines().toList()) {
            assertTrue(line.isEmpty() || line.matches("[2345][0-9]{2}[ -][\\x20-\\x7e]*"), line);
            assertFalse(line.startsWith("421 4.3.0"), "an error of ours");
        }
        assertEquals("", dirty);
    }

    private static final class Handler implements SessionHandler {
        @Override
        public Verdict connected(SessionFacts facts) {
            return new Verdict.Go();
        }

        @Override
        public Verdict helo(SessionFacts facts) {
            return new Verdict.Go();
        }

        @Override
        public Verdict mail(SessionFacts facts, Envelope envelope, long declaredSize) {
            return new Verdict.Go();
        }

        @Override
        public Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient) {
            return new Verdict.Go();
        }

        @Override
        public DataStart data(SessionFacts facts, Envelope envelope) {
            sinks.incrementAndGet();
            return new DataStart.Go(new Sink(envelope));
        }

        @Override
        public void closed(SessionFacts facts, String reason) {}
    }

    private static final class Sink implements DataSink {
        private final boolean binary;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        Sink(Envelope envelope) {
            binary = envelope.bodyType() == io.postern.mail.BodyType.BINARY_MIME;
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            content.write(octets, offset, length);
        }

        @Override
        public Reply finish() {
            ended.incrementAndGet();
            var text = content.toString(StandardCharsets.ISO_8859_1);
            if (text.length() > LIMITS.messageSize()
                    || (!binary && text.replace("\r\n", "").matches("(?s).*[\r\n\0].*"))) {
                dirty = text;
            }
            return Reply.of(250, "2.0.0", "kept");
        }

        @Override
        public void abandon() {
            ended.incrementAndGet();
        }
    }
}
