package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What brought mail servers down before, against the whole gateway: each has its reply, and the
/// next client is served.
@DisplayName("What other servers fell over")
@Timeout(120)
class OldFailuresTest {
    private static final String FROM = "From: a@example.net\nTo: info@example.com\n";

    @TempDir Path folder;
    private Sink inside;
    private House house;
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T06:00:00Z"));

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        var config =
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                sign = false
                deliver_to = ["127.0.0.1:%d"]
                recipients = { list = ["info@example.com"], tarpit = "0s" }
                [dns]
                servers = ["127.0.0.1:1"]
                [authentication]
                enabled = false
                ambiguous_from = "accept"
                [strangers]
                verify_domain = false
                greeting_delay = "0s"
                [limits]
                errors = 1000
                """
                        .formatted(inside.port());
        house = new House(folder, config, clock, Optional.of(FakeDns.zone("")));
    }

    @AfterEach
    void close() throws IOException {
        try (var next = talk()) {
            assertTrue(
                    next.deliver("a@example.net", "info@example.com", FROM + "\nstill here\n")
                            .startsWith("250 2.0.0 "),
                    "the next client is served");
        }
        house.close();
        inside.close();
        try (var left = Files.list(folder.resolve("data").resolve("spool"))) {
            assertEquals(List.of(), left.toList(), "no content is left behind");
        }
    }

    private Talk talk() throws IOException {
        return new Talk(house.gateway().ports().getFirst());
    }

    /// @param line without CRLF
    /// @param want how the reply begins
    record Line(String rule, String line, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Line> lines() {
        return Stream.of(
                new Line("EHLO without a name", "EHLO", "501 "),
                new Line("EHLO and blanks", "EHLO    ", "501 "),
                new Line("EHLO with a NUL", "EHLO a\0b", "500 5.5.2 "),
                new Line("EHLO with control characters", "EHLO \u0001\u001b[2J", "500 5.5.2 "),
                // RFC 5321 §4.1.4: what a client calls itself is noted, not a reason to refuse it.
                new Line("EHLO with a bracket that never closes", "EHLO [127.0.0.1", "250"),
                new Line("EHLO with an IPv6 address that is none", "EHLO [IPv6:::::::]", "250"),
                new Line("EHLO of 2,000 octets", "EHLO " + "a".repeat(2000), "501 "),
                new Line("EHLO of 20,000 octets", "EHLO " + "a".repeat(20_000), "500 5.5.2 "),
                new Line("EHLO of 600 labels", "EHLO " + "a.".repeat(600) + "b", "501 "),
                new Line("AUTH alone", "AUTH", "50"),
                new Line("AUTH with nothing behind the mechanism", "AUTH PLAIN ", "50"),
                new Line("AUTH with what is no base64", "AUTH PLAIN !!!!", "50"),
                new Line("AUTH with one =", "AUTH PLAIN =", "50"),
                new Line("AUTH with an NTLM message cut short", "AUTH NTLM TlRMTVNTUAAC", "50"),
                new Line("AUTH with a NUL", "AUTH \0 \0", "50"),
                new Line("AUTH with 1,900 octets of A", "AUTH PLAIN " + "A".repeat(1900), "50"),
                // RFC 4954 §5: that is xtext; who did not authenticate is not believed anyway.
                new Line(
                        "MAIL with an AUTH parameter of % signs",
                        "MAIL FROM:<> AUTH=%s%n%n", "250 "),
                new Line("MAIL with SIZE of 40 digits", "MAIL FROM:<> SIZE=" + "9".repeat(40), "5"),
                new Line("MAIL with SIZE below nothing", "MAIL FROM:<> SIZE=-1", "501 "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void line(Line one) throws IOException {
        try (var talk = talk()) {
            if (one.line().startsWith("MAIL")) {
                talk.say("EHLO c.example");
            }
            var reply = talk.say(one.line());
            assertTrue(reply.startsWith(one.want()), reply);
            assertTrue(talk.say("NOOP").startsWith("250 "), "the session goes on");
        }
    }

    /// @param message with LF
    /// @param want how the reply begins; `250` also asks for its arrival
    record Message(String rule, String message, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Message> messages() {
        var multipart = FROM + "MIME-Version: 1.0\nContent-Type: multipart/mixed";
        var part = "\nContent-Type: text/plain\n\nh\u00e9\n";
        return Stream.of(
                new Message("multipart without boundary", multipart + "\n\n--" + part, "250 "),
                new Message(
                        "multipart with an empty boundary",
                        multipart + "; boundary=\n\n--" + part + "----\n",
                        "250 "),
                new Message(
                        "multipart with a quoted empty boundary",
                        multipart + "; boundary=\"\"\n\n--" + part + "----\n",
                        "250 "),
                new Message(
                        "multipart with a boundary whose quotes never close",
                        multipart + "; boundary=\"b\n\n--b" + part,
                        "250 "),
                new Message(
                        "multipart with a boundary of 5,000 octets",
                        multipart + ";\n boundary=" + "b".repeat(900) + "\n\n--x" + part,
                        "250 "),
                new Message(
                        "multipart with two boundaries",
                        multipart + "; boundary=a; boundary=b\n\n--a" + part + "--b--\n",
                        "250 "),
                new Message(
                        "multipart that never begins", multipart + "; boundary=b\n\nx\n", "250 "),
                new Message(
                        "message/rfc822 a thousand deep",
                        FROM + "Content-Type: message/rfc822\n\n".repeat(1000) + "h\u00e9\n",
                        "250 "),
                new Message(
                        "multipart a thousand deep",
                        FROM + deepMultipart(1000) + "h\u00e9\n",
                        "250 "),
                new Message(
                        "a million header fields",
                        FROM + "A:\n".repeat(1_000_000) + "\nx\n",
                        "552 5.3.4 "),
                new Message(
                        "2,000 header fields",
                        FROM + "A: b\n".repeat(2000) + "\nx\n",
                        "552 5.3.4 "),
                new Message(
                        "a field of a million octets",
                        FROM + "A: " + "b".repeat(1 << 20) + "\n\nx\n",
                        "552 5.3.4 "),
                new Message("a NUL in the header", FROM + "Subject: a\0b\n\nx\n", "554 5.6.11 "),
                new Message("NULs in the body", FROM + "\n\0\0\0\n", "554 5.6.11 "),
                new Message("no header at all", "\n", "250 "),
                new Message("nothing at all", "", "250 "));
    }

    private static String deepMultipart(int depth) {
        var text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append("Content-Type: multipart/mixed; boundary=b").append(i).append("\n\n--b");
            text.append(i).append('\n');
        }
        return text.append("\n").toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void message(Message one) throws Exception {
        try (var talk = talk()) {
            var reply = talk.deliver("a@example.net", "info@example.com", one.message());
            assertTrue(reply.startsWith(one.want()), reply);
            assertTrue(talk.say("NOOP").startsWith("250 "), "the session goes on");
        }
        if (one.want().equals("250 ")) {
            inside.next();
        }
    }

    @Test
    @DisplayName("a line without end: in a command it is cut off, in content it is 552 or cut off")
    void endless() throws IOException {
        var block = "a".repeat(1 << 20);
        try (var talk = talk()) {
            sendUntilCut(talk, block, 64);
        }
        try (var talk = talk()) {
            for (var line :
                    new String[] {"EHLO c.example", "MAIL FROM:<>", "RCPT TO:<info@example.com>"}) {
                assertTrue(talk.say(line).startsWith("250 "));
            }
            assertTrue(talk.say("DATA").startsWith("354 "));
            sendUntilCut(talk, block, 256);
        }
    }

    /// Octets that a peer sends after we closed make its next send fail.
    private static void sendUntilCut(Talk talk, String block, int times) throws IOException {
        try {
            for (int i = 0; i < times; i++) {
                talk.send(block);
            }
        } catch (SocketException _) {
            return;
        }
        var reply = talk.read();
        assertTrue(reply.startsWith("5") || reply.equals("closed"), reply);
    }

    @Test
    @DisplayName("a spool that is gone: 451, never 250, and 250 when it is back")
    void spoolGone() throws Exception {
        var spool = folder.resolve("data").resolve("spool");
        var big = FROM + "\n" + "a line of text\n".repeat(100_000);
        Files.delete(spool);
        try (var talk = talk()) {
            var reply = talk.deliver("a@example.net", "info@example.com", big);
            assertTrue(reply.startsWith("451 4.3.0 "), reply);
            Files.createDirectory(spool);
            reply = talk.deliver("a@example.net", "info@example.com", big);
            assertTrue(reply.startsWith("250 2.0.0 "), reply);
        }
        inside.next();
    }

    @Test
    @DisplayName("the machine's clock set by hours, there and back, ends no session")
    void clockJumps() throws IOException {
        try (var talk = talk()) {
            assertTrue(talk.say("EHLO c.example").startsWith("250 "));
            for (var jump :
                    List.of(Duration.ofHours(5), Duration.ofHours(-9), Duration.ofDays(4))) {
                clock.advance(jump);
                assertTrue(talk.say("NOOP").startsWith("250 "), "after " + jump);
                assertTrue(talk.say("NOOP").startsWith("250 "), "after " + jump);
            }
        }
    }
}
