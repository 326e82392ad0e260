package io.postern.admin;

import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.signing.KeyDesk;
import io.postern.keys.CryptoProviders;
import io.postern.keys.DkimKeys;
import io.postern.keys.StartSecret;
import io.postern.mail.BodyTap;
import io.postern.mail.ContentBuilder;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderLimits;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.client.ClientSettings;
import io.postern.store.Decision;
import io.postern.store.NewMessage;
import io.postern.store.QueueId;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import io.postern.testkit.TestClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A data folder with a real store and real keys, the operations on it, and its control socket.
final class House implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-22T05:00:00Z");

    final TestClock clock = new TestClock(START);
    final AtomicInteger before = new AtomicInteger();
    final AtomicInteger after = new AtomicInteger();
    final Path data;
    final SqliteStore store;
    final OwnRecipients recipients;
    final LocalOperations local;
    final ControlServer server;
    final Operations remote;

    House(Path data) {
        this.data = data;
        store = SqliteStore.open(data, StoreSettings.DEFAULTS, clock);
        CryptoProviders.install();
        var random = new SecureRandom();
        var secret = StartSecret.inFolder(data, random);
        var keys = new DkimKeys(store, secret, clock, random);
        var users = new io.postern.gateway.users.Users(store, secret, clock, random);
        recipients = recipients();
        local =
                new LocalOperations(
                        store,
                        () -> new KeyDesk(keys, Optional.empty()),
                        clock,
                        new LocalOperations.Surroundings(
                                true,
                                before::incrementAndGet,
                                after::incrementAndGet,
                                () -> new ConfigView("", "test", true, List.of()),
                                () -> new Reloaded("test.toml", List.of("rule[0].when")),
                                () -> recipients,
                                () -> users,
                                () -> List.of("the lists end in 7 days"),
                                () -> {}));
        server = ControlServer.start(data, local);
        remote = RemoteOperations.connect(data).orElseThrow();
    }

    private OwnRecipients recipients() {
        var config =
                ConfigReader.parse(
                        """
                        hostname = "gw.example.com"
                        data = "%s"
                        [[listener]]
                        role = "inbound"
                        address = "127.0.0.1:0"
                        [[domain]]
                        name = "example.com"
                        deliver_to = ["127.0.0.1:1"]
                        [domain.recipients]
                        list = ["info@example.com"]
                        separator = "+"
                        pushed = {}
                        """
                                .formatted(data),
                        "postern.toml",
                        data);
        return new OwnRecipients(
                config,
                new OwnRecipients.Means(
                        clock,
                        new SecureRandom(),
                        _ -> _ -> ClientSettings.plain(config.hostname())));
    }

    /// Queues a message from author@example.com to these local parts at example.net.
    QueueId accept(String subject, String... localParts) {
        var id = store.nextId();
        var text = "From: author@example.com\r\nSubject: " + subject + "\r\n\r\nHello\r\n";
        var recipients =
                Arrays.stream(localParts)
                        .map(part ->
                                new EnvelopeRecipient(
                                        new ForwardPath.Of(
                                                new Mailbox(part, Domain.of("example.net")))))
                        .toList();
        var envelope =
                Envelope.from(new ReversePath.Of(new Mailbox("author", Domain.of("example.com"))))
                        .withRecipients(recipients);
        var now = clock.instant();
        try (var builder =
                new ContentBuilder(
                        store.folder().spool(), 4096, HeaderLimits.DEFAULT, BodyTap.none())) {
            var octets = text.getBytes(StandardCharsets.US_ASCII);
            builder.write(octets, 0, octets.length);
            var built = (ContentBuilder.Built.Ok) builder.finish();
            try (var content = built.content()) {
                store.accept(
                                new NewMessage(
                                        id,
                                        now,
                                        envelope,
                                        content,
                                        recipients.stream().map(_ -> "example.net").toList(),
                                        now,
                                        now.plus(Duration.ofHours(4)),
                                        now.plus(Duration.ofDays(5)),
                                        false,
                                        Map.of("subject", subject, "helo", "client.example.com"),
                                        List.of(
                                                new Decision(
                                                        "relay",
                                                        "client is trusted",
                                                        Map.of("client", "127.0.0.1")))))
                        .join();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return id;
    }

    @Override
    public void close() {
        server.close();
        recipients.close();
        store.close();
    }
}
