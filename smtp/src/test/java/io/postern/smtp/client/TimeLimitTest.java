package io.postern.smtp.client;

import static io.postern.smtp.client.SmtpConnectionTest.GREETING;
import static io.postern.smtp.client.SmtpConnectionTest.HELLO;
import static io.postern.smtp.client.SmtpConnectionTest.HELLO_LINES;
import static io.postern.smtp.client.SmtpConnectionTest.PATIENCE;
import static io.postern.smtp.client.SmtpConnectionTest.PIPELINING;
import static io.postern.smtp.client.SmtpConnectionTest.SETTINGS;
import static io.postern.smtp.client.SmtpConnectionTest.envelope;
import static io.postern.smtp.client.SmtpConnectionTest.outcomes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each stage's limit is short in its test and all others are long, so that a limit taken from
/// another stage makes the test fail by its own patience.
class TimeLimitTest {
    private static final Duration SHORT = Duration.ofMillis(80);

    private static ClientSettings shortAt(Stage stage) {
        return SETTINGS.withTimeouts(
                new Timeouts(
                        limit(stage, Stage.CONNECT),
                        limit(stage, Stage.GREETING),
                        limit(stage, Stage.EHLO),
                        limit(stage, Stage.TLS_HANDSHAKE),
                        limit(stage, Stage.MAIL),
                        limit(stage, Stage.RCPT),
                        limit(stage, Stage.DATA),
                        limit(stage, Stage.CONTENT),
                        limit(stage, Stage.END_OF_CONTENT),
                        limit(stage, Stage.QUIT)));
    }

    private static Duration limit(Stage tested, Stage stage) {
        return tested == stage ? SHORT : PATIENCE;
    }

    private record Slow(String rule, Stage stage, String script) {}

    @TestFactory
    Stream<DynamicTest> opening() {
        return Stream.of(
                        new Slow("RFC 5321 §4.5.3.2.1: greeting", Stage.GREETING, "X: hang"),
                        new Slow("RFC 5321 §4.5.3.2.1: dribbled", Stage.GREETING, "X: dribble"),
                        new Slow("RFC 5321 §4.5.3.2: EHLO", Stage.EHLO, GREETING + "X: hang"),
                        new Slow("EHLO dribbled", Stage.EHLO, GREETING + "X: dribble"))
                .map(slow ->
                        DynamicTest.dynamicTest(
                                slow.rule,
                                () -> {
                                    try (var peer = ScriptedPeer.of(slow.script)) {
                                        var e =
                                                assertThrows(
                                                        SmtpClientException.class,
                                                        () ->
                                                                SmtpConnection.open(
                                                                        peer.address(),
                                                                        shortAt(slow.stage)));
                                        assertEquals(new Failure.Timeout(slow.stage), e.failure());
                                    }
                                }));
    }

    private static final String COMMANDS =
            PIPELINING
                    + """
                    C: MAIL FROM:<alice@example.com>
                    C: RCPT TO:<bob@example.net>
                    C: DATA
                    """;

    @TestFactory
    Stream<DynamicTest> transaction() {
        return Stream.of(
                        new Slow("RFC 5321 §4.5.3.2.2: MAIL", Stage.MAIL, COMMANDS + "X: hang"),
                        new Slow(
                                "RFC 5321 §4.5.3.2.3: RCPT",
                                Stage.RCPT,
                                COMMANDS + "S: 250 ok\nX: hang"),
                        new Slow(
                                "RFC 5321 §4.5.3.2.4: DATA",
                                Stage.DATA,
                                COMMANDS + "S: 250 ok\nS: 250 ok\nX: hang"),
                        new Slow("MAIL dribbled", Stage.MAIL, COMMANDS + "X: dribble"))
                .map(slow ->
                        DynamicTest.dynamicTest(
                                slow.rule,
                                () ->
                                        assertEquals(
                                                new RecipientOutcome.Interrupted(
                                                        new Failure.Timeout(slow.stage)),
                                                outcome(slow, HELLO))));
    }

    private static RecipientOutcome outcome(Slow slow, TestContent content) {
        try (var peer = ScriptedPeer.of(slow.script);
                var connection = SmtpConnection.open(peer.address(), shortAt(slow.stage))) {
            var outcomes = outcomes(connection.send(envelope("bob"), content));
            assertFalse(connection.reusable());
            return outcomes.getFirst();
        }
    }

    private static final String GO = "S: 250 ok\nS: 250 ok\nS: 354 go\n";

    @Test
    @DisplayName("RFC 5321 §4.5.3.2.5: a peer that stops reading")
    void content() {
        var slow = new Slow("", Stage.CONTENT, COMMANDS + GO + "X: hang");
        assertEquals(
                new RecipientOutcome.Interrupted(new Failure.Timeout(Stage.CONTENT)),
                outcome(slow, TestContent.ofSize(50_000_000)));
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.2.6: no reply to the message: nobody knows")
    void endOfContent() {
        var slow = new Slow("", Stage.END_OF_CONTENT, COMMANDS + GO + HELLO_LINES + "X: hang");
        assertEquals(
                new RecipientOutcome.Unknown(new Failure.Timeout(Stage.END_OF_CONTENT)),
                outcome(slow, HELLO));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.1.10: nobody waits for the reply to QUIT")
    void quit() {
        try (var peer = ScriptedPeer.of(PIPELINING + "C: QUIT\nX: eof")) {
            SmtpConnection.open(peer.address(), shortAt(Stage.QUIT)).quit();
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.2: the limits of the RFC")
    void defaults() {
        var limits = Timeouts.RFC_5321;
        assertEquals(
                List.of(5L, 5L, 5L, 2L, 3L, 10L),
                Stream.of(
                                limits.greeting(),
                                limits.mail(),
                                limits.rcpt(),
                                limits.dataInitiation(),
                                limits.dataBlock(),
                                limits.dataTermination())
                        .map(Duration::toMinutes)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> Timeouts.all(Duration.ZERO));
    }
}
