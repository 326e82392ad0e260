package io.postern.smtp.client;

import static io.postern.smtp.client.SmtpConnectionTest.GREETING;
import static io.postern.smtp.client.SmtpConnectionTest.SETTINGS;
import static io.postern.smtp.client.SmtpConnectionTest.accepted;
import static io.postern.smtp.client.SmtpConnectionTest.envelope;
import static io.postern.smtp.client.SmtpConnectionTest.outcomes;
import static io.postern.smtp.client.SmtpConnectionTest.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.ContentFacts;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChunkingTest {
    private static final TestContent BINARY =
            TestContent.of("Subject: x\r\n\r\n.\na\r\n")
                    .with(new ContentFacts(false, false, 10, true, false));
    private static final String COMMANDS =
            GREETING
                    + """
                    S: 250-mx.example.net
                    S: 250-PIPELINING
                    S: 250-CHUNKING
                    S: 250 BINARYMIME
                    C: MAIL FROM:<alice@example.com> BODY=BINARYMIME
                    C: RCPT TO:<bob@example.net>
                    """;

    @Test
    @DisplayName("RFC 3030 §3: binary content goes as it is, in a chunk of its size")
    void binary() {
        try (var peer =
                        ScriptedPeer.of(
                                COMMANDS
                                        + """
                                        S: 250 ok
                                        S: 250 ok
                                        C: BDAT 19 LAST
                                        C# 19
                                        X: quiet
                                        S: 250 queued
                                        X: eof
                                        """);
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            assertEquals(
                    List.of(accepted("queued")),
                    outcomes(connection.send(envelope("bob"), BINARY)));
            assertTrue(connection.reusable());
        }
    }

    @Test
    @DisplayName("RFC 3030 §2: no BDAT without a recipient, and RSET before what follows")
    void nobody() {
        var script =
                COMMANDS
                        + """
                        S: 250 ok
                        S: 550 no
                        C: RSET
                        C: MAIL FROM:<alice@example.com> BODY=BINARYMIME
                        C: RCPT TO:<bob@example.net>
                        S: 250 ok
                        S: 250 ok
                        S: 550 no
                        X: eof
                        """;
        try (var peer = ScriptedPeer.of(script);
                var connection = SmtpConnection.open(peer.address(), SETTINGS)) {
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        List.of(refused(Stage.RCPT, 550, "no")),
                        outcomes(connection.send(envelope("bob"), BINARY)));
            }
        }
    }
}
