package io.postern.smtp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import io.postern.testkit.TestClock;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SmtpConnectionTest {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final ClientSettings SETTINGS =
            ClientSettings.plain(Domain.of("client.example.com"))
                    .withTimeouts(Timeouts.all(PATIENCE));
    static final TestContent HELLO = TestContent.lines("Subject: x", "", "Hello");

    static final String GREETING =
            """
            S: 220 mx.example.net
            C: EHLO client.example.com
            """;
    static final String PIPELINING =
            GREETING
                    + """
                    S: 250-mx.example.net
                    S: 250 PIPELINING
                    """;
    static final String PLAIN = GREETING + "S: 250 mx.example.net\n";
    static final String HELLO_LINES =
            """
            C: Subject: x
            C:\s
            C: Hello
            C: .
            """;

    static Envelope envelope(String... recipients) {
        var envelope =
                Envelope.from(new ReversePath.Of(new Mailbox("alice", Domain.of("example.com"))));
        for (var recipient : recipients) {
            envelope =
                    envelope.with(
                            new EnvelopeRecipient(
                                    new ForwardPath.Of(
                                            new Mailbox(recipient, Domain.of("example.net")))));
        }
        return envelope;
    }

    static RecipientOutcome accepted(String text) {
        return new RecipientOutcome.Accepted(Reply.of(250, "", text));
    }

    static RecipientOutcome refused(Stage stage, int code, String text) {
        return new RecipientOutcome.Refused(stage, Reply.of(code, "", text));
    }

    static List<RecipientOutcome> outcomes(SendResult result) {
        return assertInstanceOf(SendResult.Done.class, result).outcomes();
    }

    private static Failure failure(RecipientOutcome outcome) {
        return assertInstanceOf(RecipientOutcome.Interrupted.class, outcome).failure();
    }

    /// One message to `to` under a script.
    ///
    /// @param reusable whether the connection is good for another transaction
    private record Case(
            String rule,
            String script,
            List<String> to,
            List<RecipientOutcome> outcomes,
            boolean reusable) {}

    private static Stream<DynamicTest> run(Stream<Case> cases) {
        return cases.map(test ->
                DynamicTest.dynamicTest(
                        test.rule,
                        () -> {
                            try (var peer = ScriptedPeer.of(test.script);
                                    var connection =
                                            SmtpConnection.open(peer.address(), SETTINGS)) {
                                var result =
                                        connection.send(
                                                envelope(test.to.toArray(new String[0])), HELLO);
                                assertEquals(test.outcomes, outcomes(result));
                                assertEquals(test.reusable, connection.reusable());
                            }
                        }));
    }

    @TestFactory
    Stream<DynamicTest> withoutPipelining() {
        return run(
                Stream.of(
                        new Case(
                                "RFC 5321 §3.3: MAIL, RCPT, DATA, each with its reply",
                                PLAIN
                                        + """
                                        C: MAIL FROM:<alice@example.com>
                                        X: quiet
                                        S: 250 ok
                                        C: RCPT TO:<bob@example.net>
                                        X: quiet
                                        S: 250 ok
                                        C: RCPT TO:<carol@example.net>
                                        X: quiet
                                        S: 251 ok
                                        C: DATA
                                        X: quiet
                                        S: 354 go
                                        """
                                        + HELLO_LINES
                                        + "S: 250 queued\nX: eof",
                                List.of("bob", "carol"),
                                List.of(accepted("queued"), accepted("queued")),
                                true),
                        new Case(
                                "RFC 5321 §3.2: HELO for a peer without EHLO",
                                GREETING
                                        + """
                                        S: 502 what
                                        C: HELO client.example.com
                                        S: 250 hello
                                        C: MAIL FROM:<alice@example.com>
                                        S: 250 ok
                                        C: RCPT TO:<bob@example.net>
                                        S: 250 ok
                                        C: DATA
                                        S: 354 go
                                        """
                                        + HELLO_LINES
                                        + "S: 250 queued\nX: eof",
                                List.of("bob"),
                                List.of(accepted("queued")),
                                true),
                        new Case(
                                "RFC 5321 §3.3: MAIL refused, nothing more",
                                PLAIN + "C: MAIL FROM:<alice@example.com>\nS: 451 later\nX: eof",
                                List.of("bob", "carol"),
                                List.of(
                                        refused(Stage.MAIL, 451, "later"),
                                        refused(Stage.MAIL, 451, "later")),
                                true),
                        new Case(
                                "RFC 5321 §3.3: every RCPT refused, no DATA",
                                PLAIN
                                        + """
                                        C: MAIL FROM:<alice@example.com>
                                        S: 250 ok
                                        C: RCPT TO:<bob@example.net>
                                        S: 550 no
                                        C: RCPT TO:<carol@example.net>
                                        S: 450 later
                                        X: eof
                                        """,
                                List.of("bob", "carol"),
                                List.of(
                                        refused(Stage.RCPT, 550, "no"),
                                        refused(Stage.RCPT, 450, "later")),
                                true),
                        new Case(
                                "RFC 5321 §3.8: 421 to RCPT ends all that is undecided",
                                PLAIN
                                        + """
                                        C: MAIL FROM:<alice@example.com>
                                        S: 250 ok
                                        C: RCPT TO:<bob@example.net>
                                        S: 550 no
                                        C: RCPT TO:<carol@example.net>
                                        S: 250 ok
                                        C: RCPT TO:<dave@example.net>
                                        S: 421 enough
                                        X: eof
                                        """,
                                List.of("bob", "carol", "dave", "erin"),
                                List.of(
                                        refused(Stage.RCPT, 550, "no"),
                                        refused(Stage.RCPT, 421, "enough"),
                                        refused(Stage.RCPT, 421, "enough"),
                                        refused(Stage.RCPT, 421, "enough")),
                                false)));
    }

    private static final String MAIL_TO_BOB =
            PIPELINING
                    + """
                    C: MAIL FROM:<alice@example.com>
                    C: RCPT TO:<bob@example.net>
                    C: DATA
                    """;
    private static final String MAIL_TO_TWO =
            PIPELINING
                    + """
                    C: MAIL FROM:<alice@example.com>
                    C: RCPT TO:<bob@example.net>
                    C: RCPT TO:<carol@example.net>
                    C: DATA
                    """;
    private static final String GO = "S: 250 ok\nS: 250 ok\nS: 354 go\n";

    @TestFactory
    Stream<DynamicTest> pipelining() {
        return run(
                Stream.of(
                        new Case(
                                "RFC 2920 §3.1: MAIL, RCPT and DATA before any reply",
                                MAIL_TO_BOB + GO + HELLO_LINES + "S: 250 queued\nX: eof",
                                List.of("bob"),
                                List.of(accepted("queued")),
                                true),
                        new Case(
                                "RFC 5321 §3.3: one of two refused",
                                MAIL_TO_TWO
                                        + "S: 250 ok\nS: 550 no\nS: 250 ok\nS: 354 go\n"
                                        + HELLO_LINES
                                        + "S: 250 queued\nX: eof",
                                List.of("bob", "carol"),
                                List.of(refused(Stage.RCPT, 550, "no"), accepted("queued")),
                                true),
                        new Case(
                                "RFC 2920 §3.1: nobody accepted but 354: a single dot",
                                MAIL_TO_BOB
                                        + """
                                        S: 250 ok
                                        S: 550 no
                                        S: 354 go
                                        C: .
                                        S: 554 no recipients
                                        X: eof
                                        """,
                                List.of("bob"),
                                List.of(refused(Stage.RCPT, 550, "no")),
                                true),
                        new Case(
                                "RFC 2920 §3.1: MAIL refused, the others too",
                                MAIL_TO_BOB + "S: 550 no\nS: 503 mail?\nS: 503 rcpt?\nX: eof",
                                List.of("bob"),
                                List.of(refused(Stage.MAIL, 550, "no")),
                                true),
                        new Case(
                                "RFC 2920 §3.1: MAIL refused, RCPT and DATA not: nothing is sent",
                                MAIL_TO_BOB + "S: 550 no\nS: 250 ok\nS: 354 go\nX: eof",
                                List.of("bob"),
                                List.of(refused(Stage.MAIL, 550, "no")),
                                false),
                        new Case(
                                "RFC 5321 §4.1.1.4: DATA refused",
                                MAIL_TO_BOB + "S: 250 ok\nS: 250 ok\nS: 451 later\nX: eof",
                                List.of("bob"),
                                List.of(refused(Stage.DATA, 451, "later")),
                                true),
                        new Case(
                                "RFC 5321 §4.1.1.4: the message refused",
                                MAIL_TO_BOB + GO + HELLO_LINES + "S: 554 spam\nX: eof",
                                List.of("bob"),
                                List.of(refused(Stage.END_OF_CONTENT, 554, "spam")),
                                true),
                        new Case(
                                "RFC 5321 §3.8: 421 to the message",
                                MAIL_TO_BOB + GO + HELLO_LINES + "S: 421 later\nX: eof",
                                List.of("bob"),
                                List.of(refused(Stage.END_OF_CONTENT, 421, "later")),
                                false),
                        new Case(
                                "RFC 5321 §3.8: 421 to the first MAIL",
                                MAIL_TO_BOB + "S: 421 later\nX: close",
                                List.of("bob"),
                                List.of(refused(Stage.MAIL, 421, "later")),
                                false),
                        new Case(
                                "RFC 2920 §3.1: a reply too many ends the connection",
                                MAIL_TO_BOB
                                        + GO
                                        + HELLO_LINES
                                        + "S: 250 queued\nS: 250 again\nX: eof",
                                List.of("bob"),
                                List.of(accepted("queued")),
                                false)));
    }

    private record Broken(String rule, String script, RecipientOutcome outcome) {}

    @TestFactory
    Stream<DynamicTest> broken() {
        return Stream.of(
                        new Broken(
                                "RFC 5321 §4.2: garbage instead of a reply",
                                MAIL_TO_BOB + "S: hello\nX: eof",
                                new RecipientOutcome.Interrupted(
                                        new Failure.Protocol(Stage.MAIL, "not a reply: hello"))),
                        new Broken(
                                "RFC 5321 §4.3.2: 354 to MAIL",
                                MAIL_TO_BOB + "S: 354 go\nX: eof",
                                new RecipientOutcome.Interrupted(
                                        new Failure.Protocol(
                                                Stage.MAIL, "unexpected reply at MAIL: 354 go"))),
                        new Broken(
                                "RFC 5321 §4.3.2: 250 to DATA",
                                MAIL_TO_BOB + "S: 250 ok\nS: 250 ok\nS: 250 ok\nX: eof",
                                new RecipientOutcome.Interrupted(
                                        new Failure.Protocol(
                                                Stage.DATA, "unexpected reply at DATA: 250 ok"))),
                        new Broken(
                                "RFC 5321 §4.3.2: 354 to the message",
                                MAIL_TO_BOB + GO + HELLO_LINES + "S: 354 go\nX: eof",
                                new RecipientOutcome.Unknown(
                                        new Failure.Protocol(
                                                Stage.END_OF_CONTENT,
                                                "unexpected reply at END_OF_CONTENT: 354 go"))),
                        new Broken(
                                "RFC 5321 §3.8: closed before the first reply",
                                MAIL_TO_BOB + "X: close",
                                new RecipientOutcome.Interrupted(closed(Stage.MAIL))),
                        new Broken(
                                "RFC 5321 §3.8: closed before 354",
                                MAIL_TO_BOB + "S: 250 ok\nS: 250 ok\nX: close",
                                new RecipientOutcome.Interrupted(closed(Stage.DATA))),
                        new Broken(
                                "RFC 5321 §4.5.3.2.6: closed after the message: nobody knows",
                                MAIL_TO_BOB + GO + HELLO_LINES + "X: close",
                                new RecipientOutcome.Unknown(closed(Stage.END_OF_CONTENT))),
                        new Broken(
                                "RFC 5321 §4.5.3.2.6: half a reply to the message is none",
                                MAIL_TO_BOB + GO + HELLO_LINES + "S! 250 que\nX: close",
                                new RecipientOutcome.Unknown(closed(Stage.END_OF_CONTENT))))
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.rule,
                                () -> {
                                    try (var peer = ScriptedPeer.of(test.script);
                                            var connection =
                                                    SmtpConnection.open(peer.address(), SETTINGS)) {
                                        assertEquals(
                                                List.of(test.outcome),
                                                outcomes(connection.send(envelope("bob"), HELLO)));
                                        assertFalse(connection.reusable());
                                    }
                                }));
    }

    private static Failure closed(Stage stage) {
        return new Failure.Closed(stage, "the peer closed the connection at " + stage);
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.2.6: reset after the message: nobody knows")
    void resetAfterTheMessage() {
        try (var peer = ScriptedPeer.of(MAIL_TO_BOB + GO + HELLO_LINES + "X: reset");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            var outcome = outcomes(connection.send(envelope("bob"), HELLO)).getFirst();
            var unknown = assertInstanceOf(RecipientOutcome.Unknown.class, outcome);
            var failure = assertInstanceOf(Failure.Closed.class, unknown.failure());
            assertEquals(Stage.END_OF_CONTENT, failure.stage());
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.1.10: 552 at RCPT is 452")
    void tooManyRecipients() {
        var full = new RecipientOutcome.Refused(Stage.RCPT, Reply.of(552, "", "too many"));
        assertTrue(full.temporary());
        assertTrue(full.tooManyRecipients());
        var large = new RecipientOutcome.Refused(Stage.END_OF_CONTENT, Reply.of(552, "", "size"));
        assertFalse(large.temporary());
    }

    @Test
    @DisplayName("RFC 5321 §3.3: a connection is used again, with RSET first after a refusal")
    void reuse() {
        var script =
                MAIL_TO_BOB
                        + "S: 250 ok\nS: 550 no\nS: 554 none\n"
                        + """
                        C: RSET
                        C: MAIL FROM:<alice@example.com>
                        C: RCPT TO:<carol@example.net>
                        C: DATA
                        S: 250 flushed
                        """
                        + GO
                        + HELLO_LINES
                        + """
                        S: 250 one
                        C: MAIL FROM:<alice@example.com>
                        C: RCPT TO:<dave@example.net>
                        C: DATA
                        """
                        + GO
                        + HELLO_LINES
                        + "S: 250 two\nC: QUIT\nS: 221 bye\nX: eof";
        var clock = new TestClock(Instant.EPOCH);
        try (var peer = ScriptedPeer.of(script)) {
            var connection = SmtpConnection.open(peer.address(), SETTINGS.withClock(clock));
            assertEquals(
                    List.of(refused(Stage.RCPT, 550, "no")),
                    outcomes(connection.send(envelope("bob"), HELLO)));
            assertEquals(0, connection.messagesSent());
            clock.advance(Duration.ofSeconds(5));
            assertEquals(
                    List.of(accepted("one")), outcomes(connection.send(envelope("carol"), HELLO)));
            assertEquals(Instant.EPOCH.plusSeconds(5), connection.idleSince());
            assertTrue(connection.probe());
            assertEquals(
                    List.of(accepted("two")), outcomes(connection.send(envelope("dave"), HELLO)));
            assertEquals(2, connection.messagesSent());
            connection.quit();
            assertFalse(connection.reusable());
            assertThrows(IllegalStateException.class, () -> connection.send(envelope("x"), HELLO));
        }
    }

    private static final String ONE_MESSAGE = MAIL_TO_BOB + GO + HELLO_LINES + "S: 250 one\n";

    @TestFactory
    @DisplayName("RFC 5321 §3.8: a connection that grew old")
    Stream<DynamicTest> stale() {
        var again =
                """
                C: MAIL FROM:<alice@example.com>
                C: RCPT TO:<bob@example.net>
                C: DATA
                """;
        return Stream.of(
                        "X: close",
                        "X: reset",
                        again + "X: close",
                        again + "S: 421 idle for too long\nX: close")
                .map(end ->
                        DynamicTest.dynamicTest(
                                end,
                                () -> {
                                    try (var peer = ScriptedPeer.of(ONE_MESSAGE + end);
                                            var connection =
                                                    SmtpConnection.open(peer.address(), SETTINGS)) {
                                        connection.send(envelope("bob"), HELLO);
                                        assertInstanceOf(
                                                SendResult.Stale.class,
                                                connection.send(envelope("bob"), HELLO));
                                        assertFalse(connection.reusable());
                                    }
                                }));
    }

    @Test
    @DisplayName("RFC 5321 §3.8: closed in the middle of a later transaction is not stale")
    void notStale() {
        var script =
                ONE_MESSAGE
                        + """
                        C: MAIL FROM:<alice@example.com>
                        C: RCPT TO:<bob@example.net>
                        C: DATA
                        S: 250 ok
                        X: close
                        """;
        try (var peer = ScriptedPeer.of(script);
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            connection.send(envelope("bob"), HELLO);
            var outcome = outcomes(connection.send(envelope("bob"), HELLO)).getFirst();
            assertEquals(closed(Stage.RCPT), failure(outcome));
        }
    }

    @Test
    @DisplayName("RFC 5321 §3.8: a probe sees that the peer closed")
    void probe() {
        try (var peer = ScriptedPeer.of(ONE_MESSAGE + "S: 421 idle for too long\nX: close");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            connection.send(envelope("bob"), HELLO);
            while (connection.probe()) {
                Thread.onSpinWait();
            }
            assertFalse(connection.reusable());
        }
    }

    @Test
    @DisplayName("RFC 2920 §3.1: a thousand recipients go in groups that fit any window")
    void thousandRecipients() {
        var script = new StringBuilder(PIPELINING).append("C: MAIL FROM:<alice@example.com>\n");
        script.append("S: 250 ok\n");
        var recipients = new ArrayList<String>();
        for (int i = 0; i < 1000; i++) {
            recipients.add("recipient" + i);
            script.append("C: RCPT TO:<recipient").append(i).append("@example.net>\n");
            script.append("S: 250 ").append("x".repeat(400)).append('\n');
        }
        script.append("C: DATA\nS: 354 go\n").append(HELLO_LINES).append("S: 250 queued");
        try (var peer = ScriptedPeer.of(script.toString());
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            var result = connection.send(envelope(recipients.toArray(new String[0])), HELLO);
            assertEquals(java.util.Collections.nCopies(1000, accepted("queued")), outcomes(result));
        }
    }

    @Test
    @DisplayName("RFC 9422 §4: no more recipients and transactions than the peer takes")
    void limits() {
        var script =
                GREETING
                        + """
                        S: 250-mx.example.net
                        S: 250-PIPELINING
                        S: 250 LIMITS RCPTMAX=1 MAILMAX=1
                        C: MAIL FROM:<alice@example.com>
                        C: RCPT TO:<bob@example.net>
                        C: DATA
                        """
                        + GO
                        + HELLO_LINES
                        + "S: 250 queued\nX: eof";
        try (var peer = ScriptedPeer.of(script);
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            assertEquals(
                    List.of(accepted("queued"), new RecipientOutcome.LeftOver()),
                    outcomes(connection.send(envelope("bob", "carol"), HELLO)));
            assertFalse(connection.reusable());
        }
    }

    @Test
    @DisplayName("A content that can't be read to its end is never ended")
    void contentFails() {
        try (var peer = ScriptedPeer.of(MAIL_TO_BOB + GO + "X: eof");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            var outcome =
                    outcomes(connection.send(envelope("bob"), HELLO.failingAfter(5))).getFirst();
            assertEquals(new Failure.Content(Stage.CONTENT, "the disk is gone"), failure(outcome));
            assertFalse(connection.reusable());
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.2: what a peer says before it closes in the middle is heard")
    void lastWord() {
        var large = TestContent.ofSize(20_000_000);
        try (var peer = ScriptedPeer.of(MAIL_TO_BOB + GO + "C# 1000\nS: 552 too large\nX: close");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            var outcome = outcomes(connection.send(envelope("bob"), large)).getFirst();
            // The reset may overtake the reply; both are true.
            switch (outcome) {
                case RecipientOutcome.Refused refused ->
                        assertEquals(refused(Stage.CONTENT, 552, "too large"), refused);
                default -> assertInstanceOf(Failure.Closed.class, failure(outcome));
            }
        }
    }

    private record Opening(String rule, String script, Failure failure) {}

    @TestFactory
    Stream<DynamicTest> opening() {
        return Stream.of(
                        new Opening(
                                "RFC 5321 §3.1: 554 for a greeting",
                                "S: 554 no mail here\nC: QUIT\nS: 221 bye\nX: eof",
                                new Failure.Refused(
                                        Stage.GREETING, Reply.of(554, "", "no mail here"))),
                        new Opening(
                                "RFC 5321 §3.1: 421 for a greeting",
                                "S: 421 later\nX: close",
                                new Failure.Refused(Stage.GREETING, Reply.of(421, "", "later"))),
                        new Opening(
                                "RFC 5321 §3.1: garbage for a greeting",
                                "S: SSH-2.0-x\nX: eof",
                                new Failure.Protocol(Stage.GREETING, "not a reply: SSH-2.0-x")),
                        new Opening(
                                "RFC 5321 §3.1: nothing for a greeting",
                                "X: close",
                                closed(Stage.GREETING)),
                        new Opening(
                                "RFC 5321 §4.5.3.1.5: an endless line",
                                "S: 220 " + "x".repeat(5000) + "\nX: eof",
                                new Failure.Protocol(Stage.GREETING, "reply line is too long")),
                        new Opening(
                                "RFC 5321 §4.1.1.1: 4yz to EHLO, no HELO",
                                GREETING + "S: 450 later\nC: QUIT\nS: 221 bye\nX: eof",
                                new Failure.Refused(Stage.EHLO, Reply.of(450, "", "later"))),
                        new Opening(
                                "RFC 5321 §4.1.1.1: HELO refused too",
                                GREETING
                                        + """
                                        S: 500 no
                                        C: HELO client.example.com
                                        S: 550 never
                                        C: QUIT
                                        S: 221 bye
                                        X: eof
                                        """,
                                new Failure.Refused(Stage.EHLO, Reply.of(550, "", "never"))))
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.rule,
                                () -> {
                                    try (var peer = ScriptedPeer.of(test.script)) {
                                        var e =
                                                assertThrows(
                                                        SmtpClientException.class,
                                                        () ->
                                                                SmtpConnection.open(
                                                                        peer.address(), SETTINGS));
                                        assertEquals(test.failure, e.failure());
                                    }
                                }));
    }

    @Test
    @DisplayName("RFC 5321 §4.5.4.1: nobody listens")
    void nobodyListens() throws Exception {
        InetSocketAddress address;
        try (var socket = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        }
        var e =
                assertThrows(
                        SmtpClientException.class, () -> SmtpConnection.open(address, SETTINGS));
        assertInstanceOf(Failure.Connect.class, e.failure());
    }

    @Test
    @DisplayName("RFC 5321 §4.2: random octets for replies give results, never exceptions")
    void randomPeer() {
        var random = new Random(5321);
        var starts = List.of("S! ", "S: 250 ", "S: 354 ", "S: 450-", "S: 5", "S: 220 ");
        for (int run = 0; run < 60; run++) {
            var script = new StringBuilder(random.nextBoolean() ? PIPELINING : PLAIN);
            for (int i = 0; i < 6; i++) {
                script.append(starts.get(random.nextInt(starts.size())));
                for (int octet = 0; octet < random.nextInt(20); octet++) {
                    script.append((char) (' ' + random.nextInt(60)));
                }
                script.append('\n');
            }
            try (var peer = ScriptedPeer.of(script + "X: close");
                    var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
                connection.send(envelope("bob", "carol"), HELLO);
            } catch (SmtpClientException e) {
                assertFalse(e.failure().why().isEmpty());
            }
        }
    }
}
