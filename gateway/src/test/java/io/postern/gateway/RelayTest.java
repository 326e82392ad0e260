package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.QueueFilter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every disguise of a relay attempt, through a real socket, at a listener of each role.
@DisplayName("RFC 2505 §2.1: no relay for strangers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RelayTest {
    private static final int INBOUND = 0;
    private static final int INSIDE = 1;
    private static final int FOREIGN = 2;
    private static final int SUBMISSION = 3;

    private static final String LETTER =
            """
            From: Info <info@example.com>
            To: somebody@far.example
            Subject: the only one
            Date: Sun, 22 Nov 2026 05:00:00 +0000
            Message-ID: <only@example.com>

            All is well.
            """;

    private Sink inside;
    private Sink outside;
    private House house;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        inside = new Sink();
        outside = new Sink();
        house = new House(folder, config(inside.port(), outside.port()), InstantSource.system());
        house.makeKeys();
    }

    private static String config(int inside, int outside) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "inbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        trust = ["192.0.2.0/24"]
        [[listener]]
        role = "submission"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        deliver_to = ["127.0.0.1:%d"]
        recipients = { list = ["info@example.com"], separator = "+", tarpit = "0s" }
        [[domain]]
        name = "outonly.example"
        [authentication]
        enabled = false
        ambiguous_from = "accept"
        [strangers]
        verify_domain = false
        [dns]
        reverse_timeout = "0s"
        [outbound]
        smart_host = "127.0.0.1:%d"
        [limits]
        errors = 100000
        """
                .formatted(inside, outside);
    }

    @AfterAll
    void close() {
        house.close();
        inside.close();
        outside.close();
    }

    private Talk talk(int listener) throws Exception {
        return new Talk(house.gateway().ports().get(listener));
    }

    private void assertNothingQueued() {
        assertEquals(0, house.gateway().store().count(QueueFilter.ALL));
        assertTrue(inside.empty());
        assertTrue(outside.empty());
    }

    /// @param path as in RCPT
    /// @param friend what an inside host is answered
    record Form(String rule, String path, String friend) {
        @Override
        public String toString() {
            return rule + ": " + (path.length() > 60 ? path.substring(0, 60) + "..." : path);
        }
    }

    private static Form form(String rule, String path, String friend) {
        return new Form(rule, path, friend);
    }

    static Stream<Form> forms() {
        return Stream.of(addresses(), localParts(), shapes()).flatMap(one -> one);
    }

    private static Stream<Form> addresses() {
        return Stream.of(
                form("foreign domain", "<user@far.example>", "250"),
                form("a domain of ours that takes no mail", "<user@outonly.example>", "250"),
                form("sub-domain", "<info@sub.example.com>", "250"),
                form("parent domain", "<info@com>", "250"),
                form("our domain as a label", "<info@example.com.far.example>", "250"),
                form("our domain as an ending", "<info@farexample.com>", "250"),
                form("address literal", "<user@[192.0.2.1]>", "550 5.1.2"),
                form("our own address as a literal", "<info@[127.0.0.1]>", "550 5.1.2"),
                form("IPv6 literal", "<user@[IPv6:2001:db8::1]>", "550 5.1.2"),
                form("general literal", "<user@[x400:far]>", "501 5.1.3"),
                form("bare address as a domain", "<user@192.0.2.1>", "250"),
                form("number as a domain", "<user@#3221225985>", "501 5.1.3"),
                form("trailing dot", "<info@example.com.>", "501 5.1.3"),
                form("foreign with trailing dot", "<user@far.example.>", "501 5.1.3"),
                form("leading dot", "<info@.example.com>", "501 5.1.3"),
                form("empty label", "<info@example..com>", "501 5.1.3"),
                form("upper case foreign", "<USER@FAR.EXAMPLE>", "250"),
                form("percent-encoded dot", "<info@example%2Ecom>", "501 5.1.3"),
                form("percent-encoded NUL", "<info@far.example%00.example.com>", "501 5.1.3"),
                form("look-alike in A-labels", "<info@xn--exmple-4nf.com>", "250"),
                form("IDN without SMTPUTF8", "<user@b\u00fccher.example>", "553 5.6.7"),
                form("full-width at without SMTPUTF8", "<a\uff20far.example@example.com>", "553"),
                form("over-long label", "<a@" + "x".repeat(64) + ".com>", "501 5.1.3"),
                form("over-long domain", "<a@" + "x.".repeat(126) + "example.com>", "501 5.1.3"),
                form("over-long local part", "<" + "a".repeat(65) + "@example.com>", "501 5.1.3"));
    }

    private static Stream<Form> localParts() {
        return Stream.of(
                form("percent hack", "<user%far.example@example.com>", "250"),
                form("two percents", "<user%far.example%example.com@example.com>", "250"),
                form("percent, no domain", "<user%far.example>", "501 5.1.3"),
                form("percent-encoded at", "<user%40far.example@example.com>", "250"),
                form("bang path", "<far.example!user@example.com>", "250"),
                form("bang path, no domain", "<far.example!user>", "501 5.1.3"),
                form("long bang path", "<a!far.example!user@example.com>", "250"),
                form("bang and percent", "<far.example!user%x@example.com>", "250"),
                form("quoted address", "<\"user@far.example\"@example.com>", "250"),
                form("quoted address, escaped", "<\"user\\@far.example\"@example.com>", "250"),
                form("quoted percent", "<\"user%far.example\"@example.com>", "250"),
                form("quoted bang", "<\"far.example!user\"@example.com>", "250"),
                form("quoted route", "<\"@far.example:user\"@example.com>", "250"),
                form("quoted brackets", "<\"<user@far.example>\"@example.com>", "250"),
                form("quoted list", "<\"info,user\"@example.com>", "250"),
                form("quoted comment", "<\"info(user)\"@example.com>", "250"),
                form("quoted, blank first", "<\" info\"@example.com>", "250"),
                form("quoted end of path", "<\"info@example.com> \"@example.com>", "250"),
                form("quoted foreign", "<\"info@example.com\"@far.example>", "250"),
                form("DECnet", "<\"far::user\"@example.com>", "250"),
                form("IMCEA", "<IMCEASMTP-user+40far+2Eexample@example.com>", "250"),
                form("IMCEA, lower case", "<imceasmtp-user+40far@example.com>", "250"),
                form("IMCEA of Exchange", "<IMCEAEX-_O=ORG_OU=X_CN=user@example.com>", "250"),
                form("IMCEA of a fax", "<IMCEAFAX-user+40+2B1555@example.com>", "250"),
                form("IMCEA without a type", "<IMCEA-user@example.com>", "250"),
                form("X.400 with slashes", "<\"/C=US/A=X/P=Y/S=user/\"@example.com>", "250"),
                form("X.400 unquoted", "</C=US/ADMD=X/O=far/S=user/@example.com>", "250"),
                form("X.400 list", "<\"S=user;O=far;P=x;C=us\"@example.com>", "250"),
                form("X.400 list with DDA", "<\"DDA:SMTP=user;C=us\"@example.com>", "250"),
                form("RFC 2156 in quotes", "<\"/DD.RFC-822=u(a)far/C=us/\"@example.com>", "250"),
                form("encoded-word", "<=?utf-8?q?user=40far=3e?=@example.com>", "250"),
                form("plus detail that leads out", "<info+user%far.example@example.com>", "250"),
                form("plus detail with at", "<\"info+user@far.example\"@example.com>", "250"),
                form("detail without a base", "<\"+@far.example\"@example.com>", "250"));
    }

    private static Stream<Form> shapes() {
        return Stream.of(
                form("source route to far", "<@example.com:user@far.example>", "250"),
                form("source route home", "<@far.example:info@example.com>", "250"),
                form("long source route", "<@a.example,@b.example:info@example.com>", "250"),
                form("source route only", "<@example.com>", "501 5.1.3"),
                form("two ats", "<user@far.example@example.com>", "501 5.1.3"),
                form("two ats, ours first", "<info@example.com@far.example>", "501 5.1.3"),
                form("no domain", "<user>", "501 5.1.3"),
                form("no domain, known name", "<info>", "501 5.1.3"),
                form("empty domain", "<info@>", "501 5.1.3"),
                form("no local part", "<@far.example>", "501 5.1.3"),
                form("empty quotes", "<\"\"@example.com>", "501 5.1.3"),
                form("null path", "<>", "501 5.1.3"),
                form("blank", "< >", "501 5.1.3"),
                form("space inside", "<info @example.com>", "501 5.1.3"),
                form("blank before the domain", "<info@ example.com>", "501 5.1.3"),
                form("address after the address", "<info@example.com user@far.example>", "501"),
                form("two paths", "<info@example.com>,<user@far.example>", "501"),
                form("brackets in brackets", "<<user@far.example>>", "501 5.1.3"),
                form("quote without end", "<\"user@example.com>", "501 5.1.3"),
                form("comment", "<info(comment)@example.com>", "501 5.1.3"),
                form("group", "<far:user@far.example;>", "501 5.1.3"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    @DisplayName("a stranger's RCPT")
    void stranger(Form form) throws Exception {
        try (var talk = talk(INBOUND)) {
            talk.say("EHLO client.example.org");
            talk.say("MAIL FROM:<info@example.com>");
            var reply = talk.say("RCPT TO:" + form.path());
            // What stands behind a path is no address, but a command gone wrong.
            var want = form.path().contains(">,<") ? "501 5.5.4 " : "550 5.7.1 ";
            assertTrue(reply.startsWith(want), reply);
            assertTrue(talk.say("DATA").startsWith("503 "));
        }
        assertNothingQueued();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    @DisplayName("an inside host's RCPT: it may go anywhere, but nowhere in an odd form")
    void friend(Form form) throws Exception {
        try (var talk = talk(INSIDE)) {
            talk.say("EHLO inside.example.com");
            talk.say("MAIL FROM:<info@example.com>");
            var reply = talk.say("RCPT TO:" + form.path());
            assertTrue(reply.startsWith(form.friend()), reply);
        }
        assertNothingQueued();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    @DisplayName("an unauthenticated client's RCPT at a submission listener")
    void unauthenticated(Form form) throws Exception {
        try (var talk = talk(SUBMISSION)) {
            talk.say("EHLO client.example.org");
            assertTrue(talk.say("MAIL FROM:<info@example.com>").startsWith("530 5.7.0 "));
            assertTrue(talk.say("RCPT TO:" + form.path()).startsWith("50"));
            assertTrue(talk.say("DATA").startsWith("503 "));
        }
        assertNothingQueued();
    }

    @Test
    @DisplayName(
            "RFC 5321 §3.1: who is not trusted at an outbound listener gets 554, not a greeting")
    void untrusted() throws Exception {
        try (var talk = talk(FOREIGN)) {
            assertTrue(talk.greeting.startsWith("554 5.7.1 "), talk.greeting);
            assertEquals("closed", talk.read());
        }
    }

    static Stream<String> ours() {
        return Stream.of(
                "<info@example.com>",
                "<INFO@EXAMPLE.COM>",
                "<\"info\"@example.com>",
                "<info+shop@example.com>",
                "<postmaster@example.com>",
                "<Postmaster>",
                "<POSTMASTER@Example.Com>");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ours")
    @DisplayName(
            "what is ours is taken in any case, from anybody: null and our own reverse-path too")
    void ours(String path) throws Exception {
        for (var from : new String[] {"<>", "<info@example.com>", "<a@far.example>"}) {
            try (var talk = talk(INBOUND)) {
                talk.say("EHLO client.example.org");
                assertTrue(talk.say("MAIL FROM:" + from).startsWith("250 "));
                var reply = talk.say("RCPT TO:" + path);
                assertTrue(reply.startsWith("250 "), reply);
            }
        }
    }

    @Test
    @DisplayName("with SMTPUTF8 a full-width @ is an @, and a foreign IDN is foreign")
    void smtpUtf8() throws Exception {
        try (var talk = talk(INBOUND)) {
            talk.say("EHLO client.example.org");
            talk.say("MAIL FROM:<info@example.com> SMTPUTF8");
            for (var path :
                    new String[] {
                        "<user\uff20far.example@example.com>",
                        "<user\uff05far.example@example.com>",
                        "<far.example\uff01user@example.com>",
                        "<user@b\u00fccher.example>",
                        "<info@ex\u0430mple.com>",
                        "<info@example.com\u3002far.example>"
                    }) {
                var reply = talk.say("RCPT TO:" + path);
                assertTrue(reply.startsWith("550 5.7.1 "), path + " " + reply);
            }
        }
        assertNothingQueued();
    }

    @Test
    @DisplayName(
            "a dictionary of 10,000 names: nothing is queued, and nothing goes out but one letter")
    void dictionary() throws Exception {
        var refused = house.gateway().figures();
        double before = refused.refused.count();
        for (int session = 0; session < 10; session++) {
            try (var talk = talk(INBOUND)) {
                talk.say("EHLO client.example.org");
                talk.say("MAIL FROM:<victim@far.example>");
                for (int batch = 0; batch < 10; batch++) {
                    var commands = new StringBuilder();
                    for (int i = 0; i < 100; i++) {
                        var name = "u" + session + "." + batch + "." + i;
                        commands.append("RCPT TO:<")
                                .append(i % 2 == 0 ? name + "@example.com" : name + "@far.example")
                                .append(">\r\n");
                    }
                    talk.send(commands.toString());
                    for (int i = 0; i < 100; i++) {
                        var reply = talk.read();
                        assertTrue(
                                reply.startsWith(i % 2 == 0 ? "550 5.1.1 " : "550 5.7.1 "), reply);
                    }
                }
                assertTrue(talk.say("DATA").startsWith("503 "));
            }
        }
        assertEquals(10_000, refused.refused.count() - before);
        assertNothingQueued();
        // What went out would be out before this letter, for the next hop is the same.
        try (var talk = talk(INSIDE)) {
            assertTrue(
                    talk.deliver("info@example.com", "a@far.example", LETTER).startsWith("250 "));
        }
        assertTrue(outside.next().content().contains("Message-ID: <only@example.com>"));
        assertTrue(inside.empty());
        assertTrue(outside.empty());
        while (house.gateway().store().count(QueueFilter.ALL) > 0) {
            Thread.onSpinWait(); // until its delivery is settled
        }
        // The history knows one message ever: no DSN either.
        assertEquals(1, house.gateway().store().search("example", 10).size());
    }
}
