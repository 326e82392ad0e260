package io.postern.smtp.client;

import static io.postern.smtp.client.SmtpConnectionTest.PIPELINING;
import static io.postern.smtp.client.SmtpConnectionTest.PLAIN;
import static io.postern.smtp.client.SmtpConnectionTest.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("A question about a mailbox")
class VerifyTest {
    private static final Mailbox BOB = new Mailbox("bob", Domain.of("example.net"));
    private static final String GROUP = "C: MAIL FROM:<>\nC: RCPT TO:<bob@example.net>\nC: RSET\n";

    private record Case(String rule, String script, String says, boolean reusable) {}

    @TestFactory
    Stream<DynamicTest> answers() {
        return Stream.of(
                        new Case(
                                "RFC 2920 §3.1: three commands in one group",
                                PIPELINING + GROUP + "X: quiet\nS: 250 ok\nS: 250 yes\nS: 250 ok\n",
                                "accepted 250 yes",
                                true),
                        new Case(
                                "one after the other without PIPELINING",
                                PLAIN
                                        + "C: MAIL FROM:<>\nX: quiet\nS: 250 ok\n"
                                        + "C: RCPT TO:<bob@example.net>\nX: quiet\nS: 250 yes\n"
                                        + "C: RSET\nS: 250 ok\n",
                                "accepted 250 yes",
                                true),
                        new Case(
                                "refused",
                                PIPELINING + GROUP + "S: 250 ok\nS: 550 5.1.1 no\nS: 250 ok\n",
                                "RCPT 550 5.1.1 no",
                                true),
                        new Case(
                                "refused for now",
                                PIPELINING + GROUP + "S: 250 ok\nS: 451 later\nS: 250 ok\n",
                                "RCPT 451 later",
                                true),
                        new Case(
                                "MAIL refused: what is said to RCPT then says nothing",
                                PIPELINING + GROUP + "S: 550 you\nS: 250 ok\nS: 250 ok\n",
                                "MAIL 550 you",
                                true),
                        new Case(
                                "MAIL refused: RCPT is not sent",
                                PLAIN + "C: MAIL FROM:<>\nS: 451 not now\nC: RSET\nS: 250 ok\n",
                                "MAIL 451 not now",
                                true),
                        new Case(
                                "RFC 5321 §3.8: 421 ends the session",
                                PIPELINING + GROUP + "S: 250 ok\nS: 421 bye\nX: close\n",
                                "interrupted",
                                false),
                        new Case(
                                "closed in between",
                                PIPELINING + GROUP + "S: 250 ok\nX: close\n",
                                "interrupted",
                                false),
                        new Case(
                                "RSET refused: what is open then, nobody knows",
                                PIPELINING + GROUP + "S: 250 ok\nS: 250 yes\nS: 500 what\n",
                                "interrupted",
                                false),
                        new Case(
                                "a reply that is neither yes nor no",
                                PIPELINING + GROUP + "S: 250 ok\nS: 354 go\nS: 250 ok\n",
                                "interrupted",
                                false))
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.rule,
                                () -> {
                                    try (var peer = ScriptedPeer.of(c.script);
                                            var connection =
                                                    SmtpConnection.open(peer.address(), SETTINGS)) {
                                        assertEquals(c.says, words(connection.verify(BOB)));
                                        assertEquals(c.reusable, connection.reusable());
                                    }
                                }));
    }

    private static String words(RecipientOutcome outcome) {
        return switch (outcome) {
            case RecipientOutcome.Accepted(var reply) -> "accepted " + reply;
            case RecipientOutcome.Refused(var stage, var reply) -> stage + " " + reply;
            case RecipientOutcome.Interrupted _ -> "interrupted";
            case RecipientOutcome.LeftOver _, RecipientOutcome.Unknown _ -> "never";
        };
    }

    @Test
    @DisplayName("many on one connection")
    void many() {
        var one = GROUP + "S: 250 ok\nS: 250 yes\nS: 250 ok\n";
        try (var peer = ScriptedPeer.of(PIPELINING + one + one + one + "X: eof\n");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            for (int i = 0; i < 3; i++) {
                assertEquals("accepted 250 yes", words(connection.verify(BOB)));
            }
        }
    }

    @Test
    @DisplayName("RFC 6531 §3.2: nothing beyond ASCII is asked of a peer without SMTPUTF8")
    void utf8() {
        try (var peer = ScriptedPeer.of(PIPELINING + "X: eof\n");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            var mailbox = new Mailbox("b\u00FCrger", Domain.of("example.net"));
            assertEquals("interrupted", words(connection.verify(mailbox)));
        }
    }

    @Test
    @DisplayName("no control character gets out as a command")
    void control() {
        try (var peer = ScriptedPeer.of(PIPELINING + "X: eof\n");
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            var mailbox = new Mailbox("a\r\nDATA", Domain.of("example.net"));
            assertThrows(IllegalArgumentException.class, () -> connection.verify(mailbox));
        }
    }
}
