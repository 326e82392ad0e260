package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.HeaderField;
import io.postern.smtp.Reply;
import io.postern.testkit.FakeDns;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole path of mail from outside: a stranger's socket, a real store, an inside server.
@DisplayName("inbound mail")
@Timeout(60)
class InboundTest {
    private static final String LETTER =
            """
            From: Somebody <somebody@example.net>
            To: info@example.com
            Subject: a question
            Date: Sun, 22 Nov 2026 05:00:00 +0000
            Message-ID: <1@example.net>

            Is all well?
            """;

    /// One more listener, the third, for inside hosts whose mail need not be signed.
    private static final String UNSIGNED =
            """
            [[listener]]
            role = "outbound"
            address = "127.0.0.1:0"
            unsigned = "pass"
            """;

    private static final FakeDns DNS =
            FakeDns.zone(
                    """
                    1.0.0.127.in-addr.arpa. 60 IN PTR forged.example.net.
                    1.0.0.127.in-addr.arpa. 60 IN PTR localhost.example.
                    localhost.example. 60 IN A 127.0.0.1
                    forged.example.net. 60 IN A 192.0.2.1
                    example.net. 60 IN MX 10 mx.example.net.
                    example.com. 60 IN MX 10 gw.example.com.
                    """);

    @TempDir Path folder;
    private Sink inside;
    private Sink outside;
    private @Nullable House opened;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        outside = new Sink();
    }

    private House house() {
        return Objects.requireNonNull(opened);
    }

    private void open(String domain, String more) throws Exception {
        opened = new House(folder, config(domain, more), InstantSource.system(), Optional.of(DNS));
    }

    private String to(int... ports) {
        return "deliver_to = "
                + Arrays.stream(ports).mapToObj(port -> "\"127.0.0.1:" + port + "\"").toList()
                + "\n";
    }

    private String config(String domain, String more) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "inbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        sign = false
        recipients = { list = ["info@example.com", "sales@example.com"], tarpit = "0s" }
        %s
        [dns]
        servers = ["127.0.0.1:1"]
        [strangers]
        verify_domain = false
        [outbound]
        smart_host = "127.0.0.1:%d"
        retry = ["200ms"]
        %s
        """
                .formatted(domain, outside.port(), more);
    }

    @AfterEach
    void close() {
        house().close();
        inside.close();
        outside.close();
    }

    private Talk inbound() throws Exception {
        return new Talk(house().gateway().ports().get(0));
    }

    private String deliver(String from, String to, String message) throws Exception {
        try (var talk = inbound()) {
            return talk.deliver(from, to, message);
        }
    }

    @Test
    @DisplayName("a stranger's letter to a recipient of ours arrives inside as it came, unsigned")
    void arrives() throws Exception {
        open(to(inside.port()), "");
        var reply = deliver("somebody@example.net", "Info@EXAMPLE.com", LETTER);
        assertTrue(reply.startsWith("250 2.0.0 "), reply);
        var arrived = inside.next();
        assertEquals("<somebody@example.net>", arrived.envelope().reversePath().toString());
        assertTrue(arrived.content().startsWith("Authentication-Results: gw.example.com;"));
        assertTrue(arrived.content().contains("\r\nReceived: from client.example.org ("));
        assertTrue(arrived.content().endsWith(LETTER.replace("\n", "\r\n")), arrived.content());
        assertFalse(arrived.content().contains("DKIM-Signature"));
        assertTrue(outside.empty());
    }

    @Test
    @DisplayName("an inside host's letter to a domain of ours goes inside, not by its MX")
    void insideToInside() throws Exception {
        open(to(inside.port()), "[[domain]]\nname = \"example.org\"\nsign = false\n");
        try (var talk = new Talk(house().gateway().ports().get(1))) {
            var reply = talk.deliver("a@example.org", "anybody@example.com", own());
            assertTrue(reply.startsWith("550 5.7.1 "), reply);
        }
        house().close();
        open(to(inside.port()), UNSIGNED);
        try (var talk = new Talk(house().gateway().ports().get(2))) {
            var reply = talk.deliver("a@example.org", "anybody@example.com", own());
            assertTrue(reply.startsWith("250 "), reply);
        }
        assertEquals(
                "<anybody@example.com>",
                inside.next().envelope().recipients().getFirst().path().toString());
        assertTrue(outside.empty());
    }

    private static String own() {
        return LETTER.replace("somebody@example.net", "a@example.com");
    }

    @Test
    @DisplayName("deliver_to: the second host takes what the first does not answer for")
    void fallback() throws Exception {
        var gone = new Sink();
        int dead = gone.port();
        gone.close();
        open(to(dead, inside.port()), "");
        assertTrue(deliver("a@example.net", "info@example.com", LETTER).startsWith("250 "));
        inside.next();
    }

    @Test
    @DisplayName(
            "deliver_to: what waits for the inside host is kept over a restart and tried again")
    void keptAndRetried() throws Exception {
        int port = inside.port();
        open(to(port), "");
        inside.close();
        assertTrue(deliver("a@example.net", "info@example.com", LETTER).startsWith("250 "));
        house().restart();
        inside = new Sink(port);
        assertEquals("<a@example.net>", inside.next().envelope().reversePath().toString());
    }

    @Test
    @DisplayName("a host that can't carry a message is passed over for one that can")
    void anotherCarries() throws Exception {
        try (var small = new PlainHost("SIZE 1000")) {
            open(to(small.port(), inside.port()), "");
            var large = LETTER + "All of it.\n".repeat(200);
            assertTrue(deliver("a@example.net", "info@example.com", large).startsWith("250 "));
            assertTrue(inside.next().content().contains("All of it."));
            assertTrue(deliver("a@example.net", "info@example.com", LETTER).startsWith("250 "));
            // The first is still the first.
            assertTrue(small.next().contains("a question"));
            assertTrue(inside.empty());
        }
    }

    @Test
    @DisplayName("an inside host's letter that no host can carry fails with what the first said")
    void nobodyCarries() throws Exception {
        try (var small = new PlainHost("SIZE 1000");
                var smaller = new PlainHost("SIZE 900")) {
            open(to(small.port(), smaller.port()), UNSIGNED);
            var large = own() + "All of it.\n".repeat(200);
            try (var talk = new Talk(house().gateway().ports().get(2))) {
                var reply = talk.deliver("a@example.net", "info@example.com", large);
                assertTrue(reply.startsWith("250 "), reply);
            }
            var report = outside.next();
            assertEquals("<>", report.envelope().reversePath().toString());
            assertTrue(report.content().contains("Status: 5.3.4"), report.content());
            assertTrue(small.empty() && smaller.empty());
        }
    }

    @Test
    @DisplayName("RFC 6152 §3: an inside host without 8BITMIME is known before the first message")
    void greeted() throws Exception {
        try (var old = new PlainHost("DSN")) {
            open(to(old.port()), "");
            old.awaitQuit();
            var eight = LETTER + "caf\u00e9\n";
            assertTrue(deliver("a@example.net", "info@example.com", eight).startsWith("250 "));
            var content = old.next();
            assertTrue(content.contains("Content-Transfer-Encoding: quoted-printable"), content);
            assertTrue(content.contains("caf=C3=A9"), content);
        }
    }

    @Test
    @DisplayName("RFC 5321 §6.1: what inside refuses for good is reported to the reverse-path")
    void report() throws Exception {
        inside.atRcpt(_ -> Optional.of(Reply.of(550, "5.2.2", "full")));
        open(to(inside.port()), "");
        assertTrue(deliver("a@example.net", "info@example.com", LETTER).startsWith("250 "));
        var report = outside.next();
        assertEquals("<>", report.envelope().reversePath().toString());
        assertEquals(
                "<a@example.net>", report.envelope().recipients().getFirst().path().toString());
        assertTrue(report.content().contains("Status: 5.2.2"), report.content());
    }

    @Test
    @DisplayName("failure_reports = false: a stranger gets no DSN, and the history says why")
    void noReport() throws Exception {
        inside.atRcpt(_ -> Optional.of(Reply.of(550, "5.2.2", "full")));
        open(to(inside.port()) + "failure_reports = false", UNSIGNED);
        assertTrue(deliver("a@example.net", "info@example.com", LETTER).startsWith("250 "));
        // To one inside it is reported all the same; and after that the other would have been.
        inside.atRcpt(to ->
                to.path().toString().startsWith("<info")
                        ? Optional.of(Reply.of(550, "5.2.2", "full"))
                        : Optional.empty());
        try (var talk = new Talk(house().gateway().ports().get(2))) {
            var reply = talk.deliver("sales@example.com", "info@example.com", own());
            assertTrue(reply.startsWith("250 "), reply);
        }
        var report = inside.next();
        assertEquals("<>", report.envelope().reversePath().toString());
        assertTrue(outside.empty());
        var events =
                house().gateway().store().search("a@example.net", 1).getFirst().events().stream()
                        .map(event -> event.kind() + " " + event.detail())
                        .toList();
        assertTrue(events.getLast().startsWith("failed "), events::toString);
        assertTrue(events.getLast().contains("not reported, by failure_reports"), events::toString);
    }

    @Test
    @DisplayName("RFC 5321 §4.5.1: postmaster is taken for every domain of ours, and alone")
    void postmaster() throws Exception {
        open(to(inside.port()), "");
        assertTrue(deliver("", "PostMaster@example.com", LETTER).startsWith("250 "));
        assertTrue(deliver("", "postmaster", LETTER).startsWith("250 "));
        inside.next();
        inside.next();
    }

    @Test
    @DisplayName("RFC 8601 §5: what claims to be ours does not come in, what is another's does")
    void forged() throws Exception {
        open(to(inside.port()), "[header_firewall]\nremove_in = [\"X-Spam-Flag\"]\n");
        var forged =
                """
                Authentication-Results: gw.example.com; dkim=pass header.d=bank.example
                Authentication-Results: (c) "GW.example.com" 2; spf=pass
                authentication-results: mail.example.com; spf=pass
                Authentication-Results: gw.example.com.; spf=pass
                Authentication-Results: (never closed; spf=pass
                Authentication-Results: gw.example.com/1; spf=pass
                Authentication-Results: gw.example.com, spf=pass
                Authentication-Results: relay.example.net; spf=fail
                X-Postern-Tag: trusted
                X-Spam-Flag: NO
                Return-Path: <ceo@example.com>
                Bcc: sales@example.com
                """;
        assertTrue(
                deliver("a@example.net", "info@example.com", forged + LETTER).startsWith("250 "));
        var content = inside.next().content();
        assertEquals(
                List.of(
                        "Authentication-Results",
                        "Received-SPF",
                        "Received",
                        "Authentication-Results",
                        "From",
                        "To",
                        "Subject",
                        "Date",
                        "Message-ID"),
                names(content));
        assertTrue(content.contains("relay.example.net; spf=fail"));
        var record = house().gateway().store().search("info@example.com", 1).getFirst();
        assertTrue(
                record.decisions().stream().anyMatch(one -> one.check().equals("header-firewall")),
                () -> record.decisions().toString());
    }

    private static List<String> names(String content) {
        var section = content.substring(0, content.indexOf("\r\n\r\n") + 2);
        return House.header(section.getBytes(StandardCharsets.ISO_8859_1)).fields().stream()
                .map(HeaderField::name)
                .toList();
    }

    @Test
    @DisplayName("RFC 5321 §6.3: a message that loops is refused")
    void loop() throws Exception {
        open(to(inside.port()), "[limits]\nhops = 10\n");
        var hops = "Received: from a by b; Sun, 22 Nov 2026 05:00:00 +0000\n".repeat(11);
        var reply = deliver("a@example.net", "info@example.com", hops + LETTER);
        assertTrue(reply.startsWith("554 5.4.6 "), reply);
    }

    @Test
    @DisplayName("RFC 5321 §4.4: Received names the client, its verified name, and what it said")
    void received() throws Exception {
        open(to(inside.port()), "");
        try (var talk = inbound()) {
            talk.say("EHLO (forged\"; by mail.bank.example");
            talk.say("MAIL FROM:<a@example.net>");
            talk.say("RCPT TO:<info@example.com>");
            talk.say("DATA");
            talk.send(LETTER.replace("\n", "\r\n") + ".\r\n");
            assertTrue(talk.read().startsWith("250 "));
        }
        var content = inside.next().content();
        assertTrue(
                content.contains(
                        "\r\nReceived: from ?forged???by?mail.bank.example (localhost.example"
                                + " [127.0.0.1])"),
                content);
    }
}
