package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.SmtpScript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("RFC 3207: STARTTLS")
class TlsTest {
    @TempDir static Path folder = Path.of("");
    private static Optional<SSLContext> context = Optional.empty();

    @BeforeAll
    static void certificate() {
        context = Optional.of(Certificates.context(folder));
    }

    private static Rig rig(ServerTls.Requirement requirement) {
        var tls = new ServerTls(context::orElseThrow, requirement);
        return new Rig(Rig.QUICK, Optional.of(tls), InstantSource.system());
    }

    private static void play(Rig rig, String script) {
        SmtpScript.parse("tls", script).run(rig.address(), context);
    }

    @Test
    @DisplayName("§4.2: a message over TLS; what was said in clear is forgotten")
    void message() {
        try (var rig = rig(ServerTls.Requirement.OFFERED)) {
            play(
                    rig,
                    """
                    S: 220 *
                    C: EHLO client.example  S: 250 HELP
                    S+: 250-STARTTLS
                    C: MAIL FROM:<a@one.example>  S: 250 *
                    C: STARTTLS please  S: 501 5.5.4 *
                    C: STARTTLS  S: 220 2.0.0 *
                    TLS
                    C: MAIL FROM:<a@one.example>  S: 503 5.5.1 *
                    C: EHLO other.example  S: 250 HELP
                    S!: *STARTTLS*
                    C: STARTTLS  S: 503 5.5.1 *
                    C-BYTES: MAIL FROM:<a@one.example>\\r\\nRCPT TO:<c@here.example>\\r\\nDATA\\r\\n
                    S: 250 *
                    S: 250 *
                    S: 354 *
                    C: ${100000*x}
                    C: .  S: 250 2.0.0 kept
                    C: QUIT  S: 221 *
                    S: (close)
                    """);
            var taken = rig.recorder.messages().getFirst();
            assertEquals(100_002, taken.content().length());
            assertEquals("other.example", taken.facts().heloName().orElse(""));
            assertEquals("ESMTPS", taken.facts().protocol(false));
            assertTrue(taken.facts().tls().orElse("").startsWith("TLSv1.3 TLS_"));
        }
    }

    @Test
    @DisplayName("§4: in clear 530, when it is demanded")
    void required() {
        try (var rig = rig(ServerTls.Requirement.REQUIRED)) {
            play(
                    rig,
                    """
                    C: MAIL FROM:<a@one.example>  S: 530 5.7.0 *
                    C: NOOP  S: 250 *
                    C: STARTTLS  S: 220 *
                    TLS
                    C: EHLO x  S: 250 *
                    C: MAIL FROM:<a@one.example>  S: 250 *
                    """);
        }
    }

    @Test
    @DisplayName("§6: plain text sent with STARTTLS is refused, and the session ends")
    void injection() throws IOException {
        try (var rig = rig(ServerTls.Requirement.OFFERED);
                var socket = rig.connect()) {
            var said =
                    Rig.dialogue(socket, "EHLO c.example\r\n", "STARTTLS\r\nEHLO evil.example\r\n");
            assertTrue(said.contains("\r\n503 5.5.0 "), said);
            assertFalse(said.contains("\r\n220 "), said);
            assertEquals(1, count(said, "250-PIPELINING"), said);
        }
    }

    private static int count(String text, String what) {
        return text.split(java.util.regex.Pattern.quote(what), -1).length - 1;
    }

    @Test
    @DisplayName("§4.1: no TLS after 220 ends the session")
    void noHandshake() throws IOException {
        try (var rig = rig(ServerTls.Requirement.OFFERED)) {
            play(
                    rig,
                    """
                    C: STARTTLS  S: 220 *
                    C: EHLO still.clear.example
                    HALF-CLOSE
                    """);
            play(rig, "C: NOOP  S: 250 *");
        }
    }

    @Test
    @DisplayName("§4: 454 when there is no certificate to be had")
    void noContext() {
        var tls =
                new ServerTls(
                        () -> {
                            throw new IllegalStateException("no certificate");
                        },
                        ServerTls.Requirement.OFFERED);
        try (var rig = new Rig(Rig.QUICK, Optional.of(tls), InstantSource.system())) {
            rig.play(
                    """
                    C: STARTTLS  S: 454 4.7.0 *
                    C: MAIL FROM:<a@one.example>  S: 250 *
                    """);
        }
    }
}
