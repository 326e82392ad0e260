package io.postern.cli;

import io.postern.mail.BodyTap;
import io.postern.mail.ContentBuilder;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderLimits;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.SmtpConnection;
import io.postern.smtp.server.DataSink;
import io.postern.smtp.server.Endpoint;
import io.postern.smtp.server.Limits;
import io.postern.smtp.server.ServerSettings;
import io.postern.smtp.server.SessionFacts;
import io.postern.smtp.server.SessionHandler;
import io.postern.smtp.server.SmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The load of the training run: sessions that hand in mail of a usual size, and the next hop that
/// takes it. From it the JVM keeps, beside the classes, which methods are hot and how they branch,
/// so that a gateway just started is compiled for its work within seconds instead of minutes.
final class TrainingLoad implements AutoCloseable {
    private static final int SESSIONS = 20;
    private static final int MESSAGES_EACH = 250;
    private static final int BODY_LINES = 140;

    private final Path spool;
    private final CountDownLatch arrived = new CountDownLatch(SESSIONS * MESSAGES_EACH);
    private final SmtpServer nextHop;

    /// @param spool a folder for content too large for memory (there is none)
    TrainingLoad(Path spool) throws IOException {
        this.spool = spool;
        nextHop =
                SmtpServer.open(
                        new ServerSettings(
                                "next-hop",
                                "mx.example.net",
                                new Endpoint.Address(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                                Limits.DEFAULT,
                                Optional.empty(),
                                InstantSource.system()),
                        Taker::new);
    }

    /// The port of the next hop.
    int port() {
        return nextHop.port();
    }

    /// Sends everything to a gateway and waits until all of it has reached the next hop, or for so
    /// long that something must be wrong; then the cache knows less and the build goes on.
    void run(int gateway) throws InterruptedException {
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < SESSIONS; i++) {
                senders.execute(() -> send(gateway));
            }
        }
        var _ = arrived.await(2, TimeUnit.MINUTES);
    }

    private void send(int gateway) {
        var text = new StringBuilder("From: me@example.com\r\nTo: you@example.net\r\n");
        text.append("Subject: training\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n");
        for (int i = 0; i < BODY_LINES; i++) {
            text.append("A line of a report, ").append(i).append(", as long as lines usually are");
            text.append(", with some words more\r\n");
        }
        var envelope =
                Envelope.from(new ReversePath.Of(new Mailbox("me", Domain.of("example.com"))))
                        .with(
                                new EnvelopeRecipient(
                                        new ForwardPath.Of(
                                                new Mailbox("you", Domain.of("example.net")))));
        var bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        try (var builder =
                        new ContentBuilder(
                                spool,
                                ContentBuilder.DEFAULT_MEMORY_THRESHOLD,
                                HeaderLimits.DEFAULT,
                                BodyTap.none());
                var connection =
                        SmtpConnection.open(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway),
                                ClientSettings.plain(Domain.of("training.example.com")))) {
            builder.write(bytes, 0, bytes.length);
            if (!(builder.finish() instanceof ContentBuilder.Built.Ok(var content))) {
                throw new IllegalStateException("the training message was refused");
            }
            for (int i = 0; i < MESSAGES_EACH; i++) {
                var _ = connection.send(envelope, content);
            }
            connection.quit();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        nextHop.close();
    }

    /// Takes everything.
    private final class Taker implements SessionHandler {
        private static final Verdict GO = new Verdict.Go();

        @Override
        public Verdict connected(SessionFacts facts) {
            return GO;
        }

        @Override
        public Verdict helo(SessionFacts facts) {
            return GO;
        }

        @Override
        public Verdict mail(SessionFacts facts, Envelope envelope, long declaredSize) {
            return GO;
        }

        @Override
        public Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient) {
            return GO;
        }

        @Override
        public DataStart data(SessionFacts facts, Envelope envelope) {
            return new DataStart.Go(
                    new DataSink() {
                        @Override
                        public void write(byte[] octets, int offset, int length) {}

                        @Override
                        public Reply finish() {
                            arrived.countDown();
                            return Reply.of(250, "2.0.0", "taken");
                        }

                        @Override
                        public void abandon() {}
                    });
        }

        @Override
        public void closed(SessionFacts facts, String reason) {}
    }
}
