package io.postern.gateway;

import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.Reply;
import io.postern.smtp.server.DataSink;
import io.postern.smtp.server.Endpoint;
import io.postern.smtp.server.Limits;
import io.postern.smtp.server.ServerSettings;
import io.postern.smtp.server.ServerTls;
import io.postern.smtp.server.SessionFacts;
import io.postern.smtp.server.SessionHandler;
import io.postern.smtp.server.SmtpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/// A next hop that keeps what it takes: our own server with a handler that records.
final class Sink implements AutoCloseable {
    /// One message as it arrived.
    ///
    /// @param tls what it came under; empty in clear
    record Arrived(Envelope envelope, String content, Optional<String> tls) {}

    private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
    private final AtomicReference<Function<EnvelopeRecipient, Optional<Reply>>> atRcpt =
            new AtomicReference<>(_ -> Optional.empty());
    private final AtomicReference<Function<Envelope, Reply>> atEnd =
            new AtomicReference<>(_ -> Reply.of(250, "2.0.0", "taken"));
    private final AtomicInteger sessions = new AtomicInteger();
    private final SmtpServer server;

    Sink() throws IOException {
        this(0);
    }

    Sink(int port) throws IOException {
        this(port, Optional.empty());
    }

    /// One that offers STARTTLS.
    Sink(SSLContext tls) throws IOException {
        this(0, Optional.of(new ServerTls(() -> tls, ServerTls.Requirement.OFFERED)));
    }

    Sink(int port, Optional<ServerTls> tls) throws IOException {
        server =
                SmtpServer.open(
                        new ServerSettings(
                                "sink",
                                "mx.example.net",
                                new Endpoint.Address(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), port)),
                                Limits.DEFAULT,
                                tls,
                                InstantSource.system()),
                        Recorder::new);
    }

    int port() {
        return server.port();
    }

    /// Sessions in which there was a MAIL.
    int sessions() {
        return sessions.get();
    }

    /// What is answered to RCPT; empty accepts.
    void atRcpt(Function<EnvelopeRecipient, Optional<Reply>> rule) {
        atRcpt.set(rule);
    }

    /// What is answered to the end of data.
    void atEnd(Function<Envelope, Reply> rule) {
        atEnd.set(rule);
    }

    /// The next message, waiting up to ten seconds.
    Arrived next() throws InterruptedException {
        var message = arrived.poll(10, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message arrived within ten seconds");
        }
        return message;
    }

    /// Whether nothing has arrived that was not looked at.
    boolean empty() {
        return arrived.isEmpty();
    }

    @Override
    public void close() {
        server.close();
    }

    private final class Recorder implements SessionHandler {
        private boolean counted;

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
            if (!counted) {
                counted = true;
                sessions.incrementAndGet();
            }
            return new Verdict.Go();
        }

        @Override
        public Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient) {
            return atRcpt.get()
                    .apply(recipient)
                    .<Verdict>map(Verdict.Refuse::new)
                    .orElseGet(Verdict.Go::new);
        }

        @Override
        public DataStart data(SessionFacts facts, Envelope envelope) {
            return new DataStart.Go(new Taker(envelope, facts.tls()));
        }

        @Override
        public void closed(SessionFacts facts, String reason) {}
    }

    private final class Taker implements DataSink {
        private final Envelope envelope;
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

        private final Optional<String> tls;

        Taker(Envelope envelope, Optional<String> tls) {
            this.envelope = envelope;
            this.tls = tls;
        }

        @Override
        public void write(byte[] more, int offset, int length) {
            octets.write(more, offset, length);
        }

        @Override
        public Reply finish() {
            var reply = atEnd.get().apply(envelope);
            if (reply.positive()) {
                arrived.add(
                        new Arrived(envelope, octets.toString(StandardCharsets.ISO_8859_1), tls));
            }
            return reply;
        }

        @Override
        public void abandon() {}
    }
}
