package io.postern.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimSignature;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.SignatureResult;
import io.postern.dns.Survey;
import io.postern.keys.DkimKey;
import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import io.postern.store.KeptMessage;
import io.postern.store.QueueId;
import io.postern.testkit.ChangingDns;
import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// A gateway whose keys and DNS a test changes, with a next hop.
final class KeyHouse implements AutoCloseable {
    private final AtomicBoolean serversAnswer = new AtomicBoolean();
    static final Domain DOMAIN = Domain.of("example.com");
    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    final Sink sink = new Sink();
    final ChangingDns dns = new ChangingDns();
    final TestClock clock = new TestClock(START);
    final Warnings warnings = new Warnings("io.postern.gateway.signing");
    final House house;

    /// @param own of the domain, such as `dkim = { check = "off" }`
    /// @param more at the end
    KeyHouse(Path folder, String own, String more) throws IOException {
        var text =
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                %s
                [outbound]
                smart_host = "127.0.0.1:%d"
                connections_per_destination = 1
                retry = ["5m"]
                %s
                """
                        .formatted(own, sink.port(), more);
        house = new House(folder, text, clock, Optional.of(dns), Optional.of(this::survey));
    }

    Gateway gateway() {
        return house.gateway();
    }

    /// The zone with all keys.
    String zone() {
        return house.zone();
    }

    void publish() {
        dns.set(zone());
    }

    List<DkimKey> signing() {
        return gateway().keys().signingKeys(DOMAIN).stream().map(ready -> ready.key()).toList();
    }

    /// As if their records had vanished.
    void vanish() {
        gateway()
                .keys()
                .change(
                        DOMAIN,
                        all ->
                                all.stream()
                                        .map(key ->
                                                key.state() == DkimKey.State.ACTIVE
                                                        ? key.with(
                                                                DkimKey.State.CREATED,
                                                                clock.instant(),
                                                                "vanished")
                                                        : key)
                                        .toList());
    }

    /// From now on the authoritative servers answer. Before, nothing follows for the keys from what
    /// the resolver says, whenever a round comes by.
    void serversAnswer() {
        serversAnswer.set(true);
    }

    private Survey survey(String name) {
        return serversAnswer.get() ? dns.survey(name) : new Survey.Unknown("no server answers");
    }

    void activateAll() {
        for (var key : gateway().keys().list(DOMAIN)) {
            var _ = gateway().keys().activateWithoutDns(DOMAIN, key.selector(), "for a test");
        }
        seen();
    }

    /// As if the life of the keys had seen their records.
    void seen() {
        gateway()
                .keys()
                .change(DOMAIN, keys -> keys.stream().map(key -> key.withoutDns(false)).toList());
    }

    Reply submit(String subject) {
        return submit(subject, "All is well.\n");
    }

    Reply submit(String subject, String body) {
        return house.submit(
                "info@example.com",
                List.of("somebody@example.net"),
                """
                From: Info <info@example.com>
                To: somebody@example.net
                Subject: %s
                Date: Sun, 22 Nov 2026 05:00:00 +0000
                Message-ID: <1@example.com>

                """
                                .formatted(subject)
                        + body);
    }

    /// The message that a 250 named.
    KeptMessage kept(Reply reply) {
        if (!reply.positive()) {
            throw new AssertionError(reply.toString());
        }
        var words = reply.toString();
        int from = words.indexOf("kept as ") + "kept as ".length();
        var id = words.substring(from).replaceAll("[^0-9A-Za-z].*", "");
        return gateway().store().find(QueueId.parse(id).orElseThrow()).orElseThrow();
    }

    KeptMessage again(KeptMessage message) {
        return gateway().store().find(message.id()).orElseThrow();
    }

    /// The state of its one recipient; empty when it has left.
    String state(KeptMessage message) {
        return again(message).waiting().stream()
                .map(entry -> entry.state())
                .collect(Collectors.joining(" "));
    }

    /// What was decided by a check, in order.
    List<String> decided(KeptMessage message, String check) {
        return again(message).decisions().stream()
                .filter(decision -> decision.check().equals(check))
                .map(decision -> decision.conclusion())
                .toList();
    }

    double figure(String name) {
        return gateway()
                .figures()
                .scrape()
                .lines()
                .filter(line -> line.startsWith(name.replace('.', '_') + "_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    /// Selectors of the signatures, top first.
    static List<String> selectors(Sink.Arrived arrived) {
        return House.content(arrived.content()).header().all("DKIM-Signature").stream()
                .map(field -> DkimSignature.parse(field.rawBody()))
                .map(parsed ->
                        parsed instanceof DkimSignature.Parsed.Ok(var signature)
                                ? signature.selector()
                                : parsed.toString())
                .toList();
    }

    /// What a receiver makes of it, top first.
    List<SignatureResult> verified(Sink.Arrived arrived) {
        var content = House.content(arrived.content());
        var run =
                new DkimVerifier(dns, DkimPolicy.STANDARD).start(content.header(), clock.instant());
        int body = arrived.content().indexOf("\r\n\r\n") + 4;
        var octets = arrived.content().substring(body).getBytes(ISO_8859_1);
        run.body(octets, 0, octets.length);
        return run.finish();
    }

    /// Waits until it is so, at most ten seconds.
    static void until(String what, BooleanSupplier so) {
        long give = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > give) {
                throw new AssertionError("never: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public void close() {
        house.close();
        sink.close();
        warnings.close();
    }
}
