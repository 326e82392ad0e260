package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.SignatureResult;
import io.postern.dns.ZoneFileResolver;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Notify;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The whole path of outbound mail, from a real client through a real store to a real server.
@DisplayName("outbound mail")
@Timeout(60)
class OutboundTest {
    private static final String LETTER =
            """
            From: Info <info@example.com>
            To: somebody@example.net
            Subject: figures
            Date: Sun, 22 Nov 2026 05:00:00 +0000
            Message-ID: <1@example.com>

            All is well.
            """;

    @TempDir Path folder;
    private Sink sink;
    private House house;

    @BeforeEach
    void open() throws Exception {
        sink = new Sink();
        house = new House(folder, House.config(sink.port(), ""), InstantSource.system());
        house.makeKeys();
    }

    @AfterEach
    void close() {
        house.close();
        sink.close();
    }

    private Reply submit(String message) {
        return house.submit("info@example.com", List.of("somebody@example.net"), message);
    }

    /// The results of all signatures of a message, verified against the gateway's own records.
    private List<SignatureResult> verify(String message) {
        var resolver =
                switch (ZoneFileResolver.parse(house.zone())) {
                    case ZoneFileResolver.Parsed.Ok(var zone) -> zone;
                    case ZoneFileResolver.Parsed.Bad bad ->
                            throw new AssertionError(bad.toString());
                };
        var content = House.content(message);
        var run =
                new DkimVerifier(resolver, DkimPolicy.STANDARD)
                        .start(content.header(), Instant.now());
        int split = message.indexOf("\r\n\r\n") + 4;
        var body = message.substring(split).getBytes(StandardCharsets.ISO_8859_1);
        run.body(body, 0, body.length);
        return run.finish();
    }

    private void assertVerifies(String message) {
        var results = verify(message);
        assertEquals(2, results.size(), message);
        for (var result : results) {
            assertTrue(
                    result.result() instanceof io.postern.auth.dkim.DkimResult.Pass,
                    result::toString);
        }
    }

    @Test
    @DisplayName(
            "what was answered 250 arrives, unchanged but for added fields, with two signatures that verify")
    void signed() throws Exception {
        assertEquals(250, submit(LETTER).code());
        var arrived = sink.next();
        assertEquals("<info@example.com>", arrived.envelope().reversePath().toString());
        assertTrue(arrived.content().endsWith(LETTER.replace("\n", "\r\n")), arrived.content());
        assertTrue(arrived.content().startsWith("DKIM-Signature: "), arrived.content());
        assertTrue(
                arrived.content().contains("Received: from inside.example.com ([127.0.0.1])"),
                arrived.content());
        assertVerifies(arrived.content());
    }

    private String arrivedOf(String message) throws Exception {
        assertEquals(250, submit(message).code());
        var arrived = sink.next().content();
        assertVerifies(arrived);
        return arrived.substring(0, arrived.indexOf("\r\n\r\n"));
    }

    @Test
    @DisplayName("RFC 5322 §3.6.3: Bcc and what only we or the last hop may write do not leave")
    void firewall() throws Exception {
        var header =
                arrivedOf(
                        "Bcc: hidden@example.org\nReturn-Path: <x@example.org>\n"
                                + "X-Postern-Tag: x\nX-Mailer: y\n"
                                + LETTER);
        for (var gone : List.of("Bcc", "Return-Path", "X-Postern-Tag")) {
            assertFalse(header.contains(gone), header);
        }
        assertTrue(header.contains("X-Mailer: y"), header);
    }

    private static final String INSIDE =
            """
            Received: from pc.lan (pc.lan [10.1.2.3]) by mail.lan with ESMTP; Sun, 22 Nov 2026 05:00:00 +0000
            Received: by pc.lan (Postfix, from userid 0); Sun, 22 Nov 2026 05:00:00 +0000
            X-Originating-IP: [192.168.1.7]
            X-Client: fd00:1::5
            X-Public: 203.0.113.5 and 10.20
            Authentication-Results: mail.example.com; auth=pass smtp.auth=joe
            X-Mailer: y
            """;

    @Test
    @DisplayName(
            "hide_inside: no inside host and no private address leaves, and hops are counted on")
    void hideInside() throws Exception {
        house.close();
        house =
                new House(
                        folder,
                        House.config(
                                sink.port(),
                                "[header_firewall]\nhide_inside = true\nremove_out = [\"X-Mailer\"]\n"),
                        InstantSource.system());
        var header = arrivedOf(INSIDE + LETTER);
        for (var gone :
                List.of("lan", "10.1.2.3", "192.168", "fd00", "127.0.0.1", "joe", "X-Mailer")) {
            assertFalse(header.contains(gone), header);
        }
        assertTrue(header.contains("X-Public: 203.0.113.5 and 10.20"), header);
        assertTrue(header.contains("(2 inside hops not shown)"), header);
    }

    @Test
    @DisplayName("without hide_inside what inside hosts wrote stays")
    void showInside() throws Exception {
        assertTrue(arrivedOf(INSIDE + LETTER).contains(INSIDE.replace("\n", "\r\n")));
    }

    record Foreign(String rule, String from, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Foreign> foreign() {
        return Stream.of(
                new Foreign(
                        "a foreign author",
                        "From: a@example.org\n",
                        "author domain example.org is not ours"),
                new Foreign(
                        "a sub-domain that is not configured",
                        "From: a@sub.example.com\n",
                        "is not ours"),
                new Foreign("no From field", "", "no From field"),
                new Foreign(
                        "two From fields",
                        "From: a@example.com\nFrom: b@example.com\n",
                        "2 From fields"),
                new Foreign(
                        "authors of two domains",
                        "From: a@example.com, b@example.org\n",
                        "2 domains"),
                new Foreign("a From field without an address", "From: nobody\n", "can't be read"));
    }

    @ParameterizedTest(name = "{0} is refused with 550 5.7.1")
    @MethodSource("foreign")
    void refused(Foreign foreign) {
        var reply = submit(LETTER.replace("From: Info <info@example.com>\n", foreign.from()));
        assertEquals(550, reply.code(), reply::toString);
        assertEquals("5.7.1", reply.enhanced());
        assertTrue(reply.toString().contains(foreign.says()), reply::toString);
        assertTrue(sink.empty());
    }

    @Test
    @DisplayName("a listener with unsigned = pass lets a foreign author through, unsigned")
    void passUnsigned() throws Exception {
        house.close();
        var text =
                House.config(sink.port(), "")
                        .replace("[[domain]]", "unsigned = \"pass\"\n[[domain]]");
        house = new House(folder, text, InstantSource.system());
        assertEquals(250, submit(LETTER.replace("info@example.com", "a@example.org")).code());
        assertFalse(sink.next().content().contains("DKIM-Signature"));
    }

    @Test
    @DisplayName("text in place of a field is body: an empty line is put before it, then signed")
    void repaired() throws Exception {
        var whole = LETTER + "\nBye.\n";
        var broken = whole.replace("\n\nAll", "\nAll");
        assertEquals(250, submit("From info Sun Nov 22 05:00:00 2026\n" + broken).code());
        var arrived = sink.next().content();
        assertTrue(arrived.endsWith(whole.replace("\n", "\r\n")), arrived);
        assertFalse(arrived.contains("From info"), arrived);
        assertVerifies(arrived);
    }

    @Test
    @DisplayName("a From field after text in place of a field is body: no author, so refused")
    void authorInBody() {
        var reply = submit("Subject: x\ntext\nFrom: info@example.com\n\nx\n");
        assertEquals("550 5.7.1 message has no From field", reply.toString());
    }

    @Test
    @DisplayName("RFC 6409 §8: missing Date and Message-ID are added before signing")
    void completed() throws Exception {
        submit("From: info@example.com\nSubject: short\n\nhello\n");
        var content = sink.next().content();
        assertTrue(content.contains("\r\nDate: "), content);
        assertTrue(content.contains("\r\nMessage-ID: <"), content);
        assertVerifies(content);
    }

    @Test
    @DisplayName(
            "RFC 5322 §2.1.1: a line over 998 octets is rewritten before signing, so that no relay need fold it")
    void longLine() throws Exception {
        assertEquals(250, submit(LETTER + "x".repeat(5000) + "\n").code());
        var content = sink.next().content();
        for (var line : content.split("\r\n", -1)) {
            assertTrue(line.length() <= 998, () -> "line of " + line.length());
        }
        assertTrue(content.contains("Content-Transfer-Encoding: quoted-printable"), content);
        assertVerifies(content);
    }

    @Test
    @DisplayName("a message too large for memory arrives unchanged and verifies")
    void large() throws Exception {
        var body = new StringBuilder(LETTER);
        for (int i = 0; i < 40_000; i++) {
            body.append("line ").append(i).append(" of a large report\n");
        }
        assertEquals(250, submit(body.toString()).code());
        var arrived = sink.next();
        assertTrue(arrived.content().endsWith(body.toString().replace("\n", "\r\n")));
        assertVerifies(arrived.content());
    }

    @Test
    @DisplayName(
            "without a key for the author domain the answer is 451 4.7.5, never an unsigned message")
    void noKey() throws Exception {
        house.close();
        house =
                new House(
                        folder.resolve("other"),
                        House.config(sink.port(), ""),
                        InstantSource.system());
        var reply = submit(LETTER);
        assertEquals("451 4.7.5", reply.code() + " " + reply.enhanced());
        assertTrue(sink.empty());
    }

    @Test
    @DisplayName("RFC 5321 §6.3: a message with too many Received fields loops")
    void loop() {
        var reply =
                submit(
                        "Received: from a by b; Sun, 22 Nov 2026 05:00:00 +0000\n".repeat(101)
                                + LETTER);
        assertEquals("554 5.4.6", reply.code() + " " + reply.enhanced());
    }

    @Test
    @DisplayName(
            "a recipient given as an address literal is refused: no client chooses where we connect")
    void literal() {
        var reply = house.submit("info@example.com", List.of("a@[127.0.0.1]"), LETTER);
        assertEquals("550 5.1.2", reply.code() + " " + reply.enhanced());
    }

    @Test
    @DisplayName("a host that is not trusted is refused in place of the greeting")
    void stranger() throws Exception {
        house.close();
        var text =
                House.config(sink.port(), "")
                        .replace("[[domain]]", "trust = [\"192.0.2.0/24\"]\n[[domain]]");
        house = new House(folder, text, InstantSource.system());
        try (var socket =
                new java.net.Socket(
                        java.net.InetAddress.getLoopbackAddress(),
                        house.gateway().ports().getFirst())) {
            var greeting =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(greeting.startsWith("554 5.7.1 "), greeting);
        }
    }

    @Test
    @DisplayName("a 4xx is tried again until it is taken")
    void retried() throws Exception {
        var tries = new AtomicInteger();
        sink.atRcpt(_ ->
                tries.incrementAndGet() < 3
                        ? Optional.of(Reply.of(450, "4.2.1", "later"))
                        : Optional.empty());
        submit(LETTER);
        assertVerifies(sink.next().content());
        assertEquals(3, tries.get());
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.1.10: 552 at RCPT is tried again")
    void fullAtRcpt() throws Exception {
        var tries = new AtomicInteger();
        sink.atRcpt(_ ->
                tries.incrementAndGet() < 2
                        ? Optional.of(Reply.of(552, "5.5.3", "too many"))
                        : Optional.empty());
        submit(LETTER);
        sink.next();
        assertEquals(2, tries.get());
    }

    private void refuseSomebody() {
        sink.atRcpt(to ->
                to.path().toString().contains("somebody")
                        ? Optional.of(Reply.of(550, "5.1.1", "no such user"))
                        : Optional.empty());
    }

    @Test
    @DisplayName(
            "RFC 5321 §4.5.3.1.10: recipients for whom a transaction had no room go into the next one at once")
    void tooManyRecipients() throws Exception {
        var inThis = new AtomicInteger();
        sink.atRcpt(_ ->
                inThis.incrementAndGet() % 4 == 0
                        ? Optional.of(Reply.of(452, "4.5.3", "too many"))
                        : Optional.empty());
        var to = Stream.iterate(1, n -> n + 1).limit(9).map(n -> "r" + n + "@example.net").toList();
        assertEquals(250, house.submit("info@example.com", to, LETTER).code());
        var reached = new java.util.TreeSet<String>();
        for (int transactions = 1; reached.size() < 9; transactions++) {
            sink.next()
                    .envelope()
                    .recipients()
                    .forEach(one -> assertTrue(reached.add(one.path().toString())));
            assertTrue(transactions < 5);
        }
        var message = house.gateway().store().search("r9@example.net", 1).getFirst();
        assertTrue(
                message.events().stream().noneMatch(event -> event.kind().equals("deferred")),
                message.events()::toString);
    }

    @Test
    @DisplayName("RFC 3464: a 5xx becomes one signed failure DSN with a null reverse-path")
    void failure() throws Exception {
        refuseSomebody();
        assertEquals(250, submit(LETTER).code());
        var dsn = sink.next();
        assertEquals(new ReversePath.Null(), dsn.envelope().reversePath());
        assertEquals(
                "<info@example.com>", dsn.envelope().recipients().getFirst().path().toString());
        assertTrue(dsn.content().contains("Action: failed"), dsn.content());
        assertTrue(dsn.content().contains("Status: 5.1.1"), dsn.content());
        assertTrue(dsn.content().contains("no such user"), dsn.content());
        assertVerifies(dsn.content());
    }

    @Test
    @DisplayName("RFC 5321 §6.1: nobody is told about a message with a null reverse-path")
    void noReportAboutReports() throws Exception {
        refuseSomebody();
        assertEquals(250, house.submit("", List.of("somebody@example.net"), LETTER).code());
        assertEquals(250, house.submit("", List.of("other@example.net"), LETTER).code());
        assertTrue(sink.next().envelope().recipients().toString().contains("other"));
        awaitEmptyQueue();
        assertTrue(sink.empty());
    }

    @Test
    @DisplayName("RFC 3461 §4.1: NOTIFY=NEVER means never")
    void notifyNever() throws Exception {
        refuseSomebody();
        var never =
                new EnvelopeRecipient(
                        new ForwardPath.Of(House.mailbox("somebody@example.net")),
                        Optional.of(Notify.NEVER),
                        Optional.empty());
        assertEquals(
                250,
                house.submit(
                                "info@example.com",
                                (Iterable<EnvelopeRecipient>) List.of(never),
                                LETTER)
                        .code());
        awaitEmptyQueue();
        assertTrue(sink.empty());
    }

    @Test
    @DisplayName("RFC 3461: NOTIFY and ORCPT go on to a next hop that offers DSN")
    void dsnParametersGoOn() throws Exception {
        var asked =
                new EnvelopeRecipient(
                        new ForwardPath.Of(House.mailbox("other@example.net")),
                        Optional.of(new Notify(Set.of(Notify.Outcome.SUCCESS))),
                        Optional.of("rfc822;alias@example.net"));
        house.submit("info@example.com", (Iterable<EnvelopeRecipient>) List.of(asked), LETTER);
        var recipient = sink.next().envelope().recipients().getFirst();
        assertEquals(Optional.of(new Notify(Set.of(Notify.Outcome.SUCCESS))), recipient.notifyOn());
        assertEquals(Optional.of("rfc822;alias@example.net"), recipient.originalRecipient());
    }

    @Test
    @DisplayName(
            "recipients of one destination share a transaction; a refused one does not hold up the others")
    void shared() throws Exception {
        refuseSomebody();
        house.submit("", List.of("a@example.net", "somebody@example.net", "b@example.org"), LETTER);
        var arrived = sink.next();
        assertEquals(
                List.of("<a@example.net>", "<b@example.org>"),
                arrived.envelope().recipients().stream().map(to -> to.path().toString()).toList());
    }

    @Test
    @DisplayName("messages go over a connection that is kept")
    void reused() throws Exception {
        for (int i = 0; i < 5; i++) {
            submit(LETTER);
            sink.next();
        }
        assertEquals(1, sink.sessions());
    }

    @Test
    @DisplayName(
            "a message that waits survives a restart and is delivered when the next hop is back")
    void restart() throws Exception {
        int port = sink.port();
        sink.close();
        assertEquals(250, submit(LETTER).code());
        house.restart();
        sink = new Sink(port);
        assertVerifies(sink.next().content());
    }

    @Test
    @DisplayName(
            "RFC 5321 §4.5.4.1: after the time to expire the reverse-path is told, and the message leaves the queue")
    void expired() throws Exception {
        house.close();
        house =
                new House(
                        folder,
                        House.config(sink.port(), "expire = \"1s\""),
                        InstantSource.system());
        sink.atRcpt(to ->
                to.path().toString().contains("somebody")
                        ? Optional.of(Reply.of(450, "4.2.1", "never"))
                        : Optional.empty());
        submit(LETTER);
        var dsn = sink.next();
        assertTrue(dsn.content().contains("Action: failed"), dsn.content());
        assertTrue(dsn.content().contains("Status: 5.4.7"), dsn.content());
        awaitEmptyQueue();
    }

    @Test
    @DisplayName("a delay is told once")
    void delayed() throws Exception {
        house.close();
        house =
                new House(
                        folder,
                        House.config(sink.port(), "delay_notice = \"1s\""),
                        InstantSource.system());
        sink.atRcpt(to ->
                to.path().toString().contains("somebody")
                        ? Optional.of(Reply.of(450, "4.2.1", "later"))
                        : Optional.empty());
        submit(LETTER);
        var dsn = sink.next();
        assertTrue(dsn.content().contains("Action: delayed"), dsn.content());
        sink.atRcpt(_ -> Optional.empty());
        assertTrue(sink.next().content().contains("All is well."));
        awaitEmptyQueue();
        assertTrue(sink.empty());
    }

    @Test
    @DisplayName("every decision and event of a message is kept after it has left")
    void explained() throws Exception {
        var reply = submit(LETTER);
        sink.next();
        awaitEmptyQueue();
        var id = reply.lines().getFirst().replaceAll(".* ", "");
        var kept =
                house.gateway()
                        .store()
                        .find(io.postern.store.QueueId.parse(id).orElseThrow())
                        .orElseThrow();
        var checks = kept.decisions().stream().map(io.postern.store.Decision::check).toList();
        assertEquals(
                List.of("client", "author-domain", "dkim-sign", "dkim-sign", "dkim-proof", "route"),
                checks);
        var kinds = kept.events().stream().map(io.postern.store.MessageEvent::kind).toList();
        assertTrue(kinds.contains("received") && kinds.contains("delivered"), kinds::toString);
        assertTrue(kept.waiting().isEmpty());
    }

    /// Waits until the store says that nothing waits: outcomes are written beside the dialogue.
    private void awaitEmptyQueue() throws InterruptedException {
        var deadline = System.nanoTime() + 10_000_000_000L;
        while (house.gateway().store().count(io.postern.store.QueueFilter.ALL) > 0) {
            assertTrue(System.nanoTime() < deadline, "the queue did not empty within ten seconds");
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }
}
