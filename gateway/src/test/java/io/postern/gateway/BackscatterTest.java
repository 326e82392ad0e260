package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.smtp.Reply;
import io.postern.store.QueueFilter;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.net.ServerSocket;
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

/// A stranger, with the settings that come by themselves, tries to make us write to whom it says it
/// is.
@DisplayName("no report to a forged reverse-path")
@Timeout(60)
class BackscatterTest {
    private static final String LETTER =
            """
            From: Somebody <somebody@example.net>
            To: info@example.com
            Subject: a question
            Date: Sun, 22 Nov 2026 05:00:00 +0000
            Message-ID: <1@example.net>

            Is all well?
            """;

    private static final String VICTIM = "victim@example.net";

    @TempDir Path folder;
    private Sink outside;
    private @Nullable House opened;

    @BeforeEach
    void open() throws Exception {
        outside = new Sink();
    }

    private House house() {
        return Objects.requireNonNull(opened);
    }

    /// With an inbound listener, an outbound one, and inside hosts on those ports.
    private void open(String domain, int... ports) throws Exception {
        var text =
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:0"
                unsigned = "pass"
                [[domain]]
                name = "example.com"
                sign = false
                recipients = { list = ["info@example.com", "caf\u00e9@example.com"], tarpit = "0s" }
                deliver_to = %s
                %s
                [dns]
                servers = ["127.0.0.1:1"]
                [authentication]
                enabled = false
                ambiguous_from = "accept"
                [strangers]
                verify_domain = false
                [outbound]
                smart_host = "127.0.0.1:%d"
                retry = ["200ms"]
                """
                        .formatted(
                                Arrays.stream(ports)
                                        .mapToObj(port -> "\"127.0.0.1:" + port + "\"")
                                        .toList(),
                                domain,
                                outside.port());
        opened =
                new House(
                        folder,
                        text,
                        InstantSource.system(),
                        Optional.of(FakeDns.zone("example.net. 60 IN MX 10 mx.example.net.\n")));
    }

    @AfterEach
    void close() {
        house().close();
        outside.close();
    }

    private Talk stranger() throws Exception {
        return new Talk(house().gateway().ports().get(0));
    }

    private Talk friend() throws Exception {
        return new Talk(house().gateway().ports().get(1));
    }

    private String deliver(String from, String message) throws Exception {
        try (var talk = stranger()) {
            return talk.deliver(from, "info@example.com", message);
        }
    }

    /// Says all of it and gives the last reply.
    private static String say(Talk talk, String... lines) throws Exception {
        var reply = "";
        for (var line : lines) {
            reply = talk.say(line);
        }
        return reply;
    }

    private static String content(Talk talk, String message) throws Exception {
        assertTrue(talk.say("DATA").startsWith("354 "));
        talk.send(message.replace("\n", "\r\n") + ".\r\n");
        return talk.read();
    }

    /// A port on which nobody answers.
    private static int nobody() throws Exception {
        try (var gone = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            return gone.getLocalPort();
        }
    }

    private void awaitEmptyQueue() throws InterruptedException {
        var deadline = System.nanoTime() + 10_000_000_000L;
        while (house().gateway().store().count(QueueFilter.ALL) > 0) {
            assertTrue(System.nanoTime() < deadline, "the queue did not empty within ten seconds");
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    @DisplayName("RFC 3461: DSN is offered to inside hosts, and not to strangers")
    void offered() throws Exception {
        try (var inside = new Sink()) {
            open("", inside.port());
            try (var talk = stranger()) {
                assertFalse(talk.all("EHLO client.example.org").contains("250-DSN"));
            }
            try (var talk = friend()) {
                assertTrue(talk.all("EHLO client.example.org").contains("250-DSN"));
            }
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.1.1.11: NOTIFY, ORCPT, RET and ENVID of a stranger are 555 5.5.4")
    void unknownParameters() throws Exception {
        try (var inside = new Sink()) {
            open("", inside.port());
            try (var talk = stranger()) {
                talk.say("EHLO client.example.org");
                for (var asked : List.of("RET=FULL", "RET=HDRS", "RET=NONSENSE", "ENVID=x")) {
                    var reply = talk.say("MAIL FROM:<" + VICTIM + "> " + asked);
                    assertTrue(reply.startsWith("555 5.5.4 "), asked + ": " + reply);
                }
                talk.say("MAIL FROM:<" + VICTIM + ">");
                for (var asked : List.of("NOTIFY=SUCCESS", "NOTIFY=NEVER", "ORCPT=rfc822;a")) {
                    var reply = talk.say("RCPT TO:<info@example.com> " + asked);
                    assertTrue(reply.startsWith("555 5.5.4 "), asked + ": " + reply);
                }
                assertTrue(talk.say("RCPT TO:<info@example.com>").startsWith("250 "));
            }
        }
    }

    @Test
    @DisplayName("RFC 3461 §4.3: a stranger is given back the header section, never the content")
    void headersOnly() throws Exception {
        try (var inside = new Sink()) {
            inside.atEnd(_ -> Reply.of(550, "5.7.1", "no"));
            open("", inside.port());
            assertTrue(deliver(VICTIM, LETTER).startsWith("250 "));
            var report = outside.next().content();
            assertTrue(report.contains("Action: failed"), report);
            assertTrue(report.contains("Subject: a question"), report);
            assertTrue(report.contains("Content-Type: text/rfc822-headers"), report);
            assertFalse(report.contains("Is all well?"), report);
            // One of ours gets all of it back.
            try (var talk = friend()) {
                var own = LETTER.replace("somebody@example.net", "info@example.com");
                assertTrue(
                        talk.deliver("info@example.net", "info@example.com", own)
                                .startsWith("250 "));
            }
            var whole = outside.next().content();
            assertTrue(whole.contains("Is all well?"), whole);
        }
    }

    @Test
    @DisplayName("failure_reports = false: a stranger that calls itself one of ours is none")
    void calledOneOfOurs() throws Exception {
        try (var inside = new Sink()) {
            inside.atRcpt(to ->
                    to.path().toString().startsWith("<info")
                            ? Optional.of(Reply.of(550, "5.2.2", "full"))
                            : Optional.empty());
            open("failure_reports = false", inside.port());
            assertTrue(deliver("anna@example.com", LETTER).startsWith("250 "));
            awaitEmptyQueue();
            assertTrue(inside.empty());
            assertTrue(outside.empty());
            var events =
                    house().gateway().store().search("anna@example.com", 1).getFirst().events();
            assertTrue(
                    events.getLast().detail().contains("not reported, by failure_reports"),
                    events::toString);
        }
    }

    @Test
    @DisplayName("RFC 1870 §6.1: a declared SIZE that no inside host takes is 552 5.3.4 at RCPT")
    void declaredSize() throws Exception {
        try (var small = new PlainHost("SIZE 1000");
                var smaller = new PlainHost("SIZE 900")) {
            open("", small.port(), smaller.port());
            small.awaitQuit();
            smaller.awaitQuit();
            try (var talk = stranger()) {
                talk.say("EHLO client.example.org");
                talk.say("MAIL FROM:<" + VICTIM + "> SIZE=1001");
                var reply = talk.say("RCPT TO:<info@example.com>");
                assertTrue(reply.startsWith("552 5.3.4 "), reply);
                // Another transaction is another message.
                talk.say("RSET");
                talk.say("MAIL FROM:<" + VICTIM + "> SIZE=950");
                assertTrue(talk.say("RCPT TO:<info@example.com>").startsWith("250 "));
                talk.say("RSET");
                talk.say("MAIL FROM:<" + VICTIM + ">");
                assertTrue(talk.say("RCPT TO:<info@example.com>").startsWith("250 "));
            }
        }
    }

    @Test
    @DisplayName("RFC 1870 §6.3: content that no inside host takes is 552 5.3.4 at its end")
    void trueSize() throws Exception {
        try (var small = new PlainHost("SIZE 1000", "8BITMIME");
                var smaller = new PlainHost("SIZE 900", "8BITMIME")) {
            open("", small.port(), smaller.port());
            small.awaitQuit();
            smaller.awaitQuit();
            var reply = deliver(VICTIM, LETTER + "All of it.\n".repeat(200));
            assertTrue(reply.startsWith("552 5.3.4 "), reply);
            // What we add counts: with our Received field it is too large.
            int octets = LETTER.replace("\n", "\r\n").length();
            var nearly = LETTER + "x".repeat(990 - octets - 2) + "\n";
            reply = deliver(VICTIM, nearly);
            assertTrue(reply.startsWith("552 5.3.4 "), reply);
            assertTrue(deliver(VICTIM, LETTER).startsWith("250 "));
            assertTrue(small.next().contains("Is all well?"));
            awaitEmptyQueue();
            assertTrue(outside.empty());
        }
    }

    @Test
    @DisplayName("one inside host that takes it, or of which nothing is known, is enough")
    void unknownHost() throws Exception {
        try (var small = new PlainHost("SIZE 1000")) {
            open("", small.port(), nobody());
            small.awaitQuit();
            try (var talk = stranger()) {
                var reply =
                        say(
                                talk,
                                "EHLO client.example.org",
                                "MAIL FROM:<" + VICTIM + "> SIZE=5000",
                                "RCPT TO:<info@example.com>");
                assertTrue(reply.startsWith("250 "), reply);
            }
        }
    }

    @Test
    @DisplayName("RFC 6531 §3.5: an address beyond ASCII that no inside host takes: 550, 553 5.6.7")
    void utf8Address() throws Exception {
        try (var old = new PlainHost("8BITMIME")) {
            open("", old.port());
            old.awaitQuit();
            try (var talk = stranger()) {
                var reply =
                        say(
                                talk,
                                "EHLO client.example.org",
                                "MAIL FROM:<zo\u00eb@example.net> SMTPUTF8",
                                "RCPT TO:<info@example.com>");
                assertTrue(reply.startsWith("550 5.6.7 "), reply);
                reply =
                        say(
                                talk,
                                "RSET",
                                "MAIL FROM:<" + VICTIM + "> SMTPUTF8",
                                "RCPT TO:<caf\u00e9@example.com>");
                assertTrue(reply.startsWith("553 5.6.7 "), reply);
                assertTrue(talk.say("RCPT TO:<info@example.com>").startsWith("250 "));
            }
        }
    }

    @Test
    @DisplayName("RFC 6531 §3.5: a UTF-8 header that no inside host takes is 554 5.6.9 at the end")
    void utf8Header() throws Exception {
        try (var old = new PlainHost("8BITMIME")) {
            open("", old.port());
            old.awaitQuit();
            try (var talk = stranger()) {
                say(
                        talk,
                        "EHLO client.example.org",
                        "MAIL FROM:<" + VICTIM + "> SMTPUTF8",
                        "RCPT TO:<info@example.com>");
                var reply = content(talk, LETTER.replace("a question", "caf\u00e9"));
                assertTrue(reply.startsWith("554 5.6.9 "), reply);
                // Declared and not used: it goes on as what it is.
                say(talk, "MAIL FROM:<" + VICTIM + "> SMTPUTF8", "RCPT TO:<info@example.com>");
                assertTrue(content(talk, LETTER).startsWith("250 "));
            }
            assertTrue(old.next().contains("Is all well?"));
            awaitEmptyQueue();
            assertTrue(outside.empty());
        }
    }

    @Test
    @DisplayName("RFC 6531: where the inside host offers SMTPUTF8, such mail arrives")
    void utf8Taken() throws Exception {
        try (var inside = new Sink()) {
            open("", inside.port());
            try (var talk = stranger()) {
                var reply =
                        say(
                                talk,
                                "EHLO client.example.org",
                                "MAIL FROM:<zo\u00eb@example.net> SMTPUTF8",
                                "RCPT TO:<caf\u00e9@example.com>");
                assertTrue(reply.startsWith("250 "), reply);
                reply = content(talk, LETTER.replace("a question", "caf\u00e9"));
                assertTrue(reply.startsWith("250 "), reply);
            }
            assertEquals(
                    "<zo\u00eb@example.net>", inside.next().envelope().reversePath().toString());
        }
    }
}
