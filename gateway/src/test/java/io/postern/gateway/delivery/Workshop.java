package io.postern.gateway.delivery;

import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.events.Figures;
import io.postern.gateway.signing.Signing;
import io.postern.gateway.treat.Treatment;
import io.postern.keys.DkimKeys;
import io.postern.keys.StartSecret;
import io.postern.mail.Content;
import io.postern.mail.ContentRewriter;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import io.postern.mail.MemoryContent;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.QueueId;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// A delivery engine on a real store, with transports and a clock of the test's own, and a store
/// that fails where it is told to.
final class Workshop implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-22T05:00:00Z");

    /// What a method of the store throws or returns instead, by its name.
    final Map<String, Function<Object[], Object>> faults = new ConcurrentHashMap<>();

    final TestClock clock = new TestClock(START);
    final SqliteStore real;
    final MessageStore store;
    final DeliveryEngine engine;

    Workshop(Path folder, Path spool, Function<DestinationQueue, Transport> transports) {
        this(folder, spool, transports, 1000);
    }

    Workshop(
            Path folder,
            Path spool,
            Function<DestinationQueue, Transport> transports,
            int messagesInMemory) {
        var config =
                ConfigReader.parse(
                        """
                        hostname = "gw.example.com"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:0"
                        [[domain]]
                        name = "example.com"
                        """,
                        "test",
                        folder);
        real = SqliteStore.open(folder, StoreSettings.DEFAULTS, clock);
        store =
                (MessageStore)
                        Proxy.newProxyInstance(
                                MessageStore.class.getClassLoader(),
                                new Class<?>[] {MessageStore.class},
                                (_, method, arguments) -> {
                                    var fault = faults.get(method.getName());
                                    if (fault != null) {
                                        return fault.apply(arguments);
                                    }
                                    try {
                                        return method.invoke(real, arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
        var random = new SecureRandom();
        var keys = new DkimKeys(real, StartSecret.inFolder(folder, random), clock, random);
        var figures = new Figures();
        var treatment =
                new Treatment(
                        config,
                        new Signing(config, keys, FakeDns.empty(), figures, clock),
                        new ContentRewriter(
                                spool, 1 << 18, new ContentRewriter.Limits(30, 1000, 1 << 18)),
                        random);
        var routes = new Routes(config, mailbox("postmaster@example.com"));
        var settler =
                new Settler(
                        store,
                        new RetrySchedule(
                                List.of(Duration.ofMinutes(1)), RandomGenerator.getDefault()),
                        new Reports(
                                store,
                                routes,
                                treatment,
                                config.hostname(),
                                spool,
                                Duration.ofDays(5),
                                random),
                        figures,
                        clock);
        engine =
                new DeliveryEngine(
                        store,
                        routes,
                        new DeliverySettings(
                                2, 10, 100, Duration.ofMillis(50), messagesInMemory, 1 << 20),
                        transports,
                        settler,
                        clock);
    }

    /// Keeps a message as acceptance does, waiting in the store.
    QueueId keep(String... to) {
        return keep(MemoryContent.of(header(), octets("All is well.\r\n")), false, to).id();
    }

    NewMessage keep(Content content, boolean inMemory, String... to) {
        return keep(
                "outbound-25",
                content,
                inMemory,
                Duration.ZERO,
                Arrays.stream(to)
                        .map(one -> new EnvelopeRecipient(new ForwardPath.Of(mailbox(one))))
                        .toList());
    }

    /// The same from a listener of one's choice, due after that time, for such recipients.
    NewMessage keep(
            String listener,
            Content content,
            boolean inMemory,
            Duration due,
            List<EnvelopeRecipient> to) {
        var envelope =
                Envelope.from(new ReversePath.Of(mailbox("info@example.com"))).withRecipients(to);
        var now = clock.instant();
        var message =
                new NewMessage(
                        real.nextId(),
                        now,
                        envelope,
                        content,
                        envelope.recipients().stream()
                                .map(one -> one.path().toString())
                                .map(path ->
                                        path.substring(path.indexOf('@') + 1, path.length() - 1))
                                .toList(),
                        now.plus(due),
                        now.plus(Duration.ofHours(4)),
                        now.plus(Duration.ofDays(5)),
                        inMemory,
                        Map.of("listener", listener),
                        List.of());
        real.accept(message).join();
        return message;
    }

    static HeaderFields header() {
        return new HeaderFields(
                List.of(
                        new HeaderField("From", "From: <info@example.com>\r\n"),
                        new HeaderField("Subject", "Subject: figures\r\n")));
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
        };
    }

    /// Waits until it is so, at most ten seconds.
    static void until(String what, Supplier<Boolean> so) throws InterruptedException {
        var give = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!so.get()) {
            if (System.nanoTime() > give) {
                throw new AssertionError("never: " + what);
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public void close() {
        engine.stop(Duration.ofSeconds(5));
        real.close();
    }
}
