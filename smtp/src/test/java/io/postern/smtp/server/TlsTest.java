package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.Corpora;
import io.postern.testkit.SmtpScript;
import io.postern.testkit.TestCertificate;
import io.postern.testkit.Warnings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("RFC 3207: STARTTLS")
class TlsTest {
    private static final TestCertificate AUTHORITY = TestCertificate.authority("Test CA");

    // For both sides.
    private static final Optional<SSLContext> CONTEXT =
            Optional.of(AUTHORITY.issue("localhost", "localhost").context(AUTHORITY));

    private static Rig rig(ServerTls.Requirement requirement) {
        var tls = new ServerTls(CONTEXT::orElseThrow, requirement);
        return new Rig(Rig.QUICK, Optional.of(tls), InstantSource.system());
    }

    private static void play(Rig rig, String script) {
        SmtpScript.parse("tls", script).run(rig.address(), CONTEXT);
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
        try (var log = new Warnings("io.postern.smtp");
                var rig = new Rig(Rig.QUICK, Optional.of(tls), InstantSource.system())) {
            rig.play(
                    """
                    C: STARTTLS  S: 454 4.7.0 *
                    C: MAIL FROM:<a@one.example>  S: 250 *
                    """);
            assertEquals(1, log.messages().size());
        }
    }

    @Test
    @DisplayName("a handshake that does not end is cut off")
    void slowHandshake() throws IOException {
        var limits = Rig.QUICK.withHandshake(Duration.ofMillis(200));
        var tls = new ServerTls(CONTEXT::orElseThrow, ServerTls.Requirement.OFFERED);
        try (var rig = new Rig(limits, Optional.of(tls), InstantSource.system());
                var socket = rig.connect()) {
            var out = socket.getOutputStream();
            out.write("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            var in = socket.getInputStream();
            int lines = 0;
            int octet = 0;
            while (octet >= 0) { // the greeting, 220, and then nothing but the end
                octet = in.read();
                lines += octet == '\n' ? 1 : 0;
            }
            assertEquals(2, lines);
        }
    }

    @Test
    @DisplayName("one client's handshakes at once are bounded: 454, and room again when they end")
    void handshakesAtOnce() throws IOException {
        try (var rig = rig(ServerTls.Requirement.OFFERED)) {
            var open = new java.util.ArrayList<java.net.Socket>();
            for (int i = 0; i < SmtpServer.HANDSHAKES_PER_CLIENT; i++) {
                var socket = rig.connect();
                open.add(socket);
                var out = socket.getOutputStream();
                out.write("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
                int lines = 0;
                while (lines < 2) { // the greeting and 220: from here on it is shaking hands
                    lines += socket.getInputStream().read() == '\n' ? 1 : 0;
                }
            }
            play(rig, "C: STARTTLS  S: 454 4.7.0 *\nC: NOOP  S: 250 *\n");
            for (var socket : open) {
                socket.close();
            }
            while (rig.server.counts().sessionsNow() > 0) {
                Thread.onSpinWait();
            }
            play(rig, "C: STARTTLS  S: 220 *\nTLS\nC: EHLO x  S: 250 *\n");
        }
    }

    @Test
    @DisplayName("an idle session over TLS hears 421 4.3.2 when the server drains")
    void drain() throws Exception {
        try (var rig = rig(ServerTls.Requirement.OFFERED)) {
            var client =
                    new FutureTask<>(
                            () ->
                                    play(
                                            rig,
                                            """
                                            C: STARTTLS  S: 220 *
                                            TLS
                                            C: EHLO x  S: 250 *
                                            S: 421 4.3.2 *
                                            S: (close)
                                            """),
                            true);
            Thread.ofVirtual().start(client);
            while (rig.server.counts().commands() < 4) { // greeting, EHLO, STARTTLS, EHLO
                Thread.onSpinWait();
            }
            assertTrue(rig.server.drain(Duration.ofSeconds(20)));
            assertTrue(client.get(20, TimeUnit.SECONDS));
        }
    }

    @TestFactory
    @DisplayName("§6: the corpus of injections")
    Stream<DynamicTest> corpus() throws IOException {
        var folder = Corpora.folder("attacks/starttls-injection");
        if (folder.isEmpty()) {
            return Stream.of();
        }
        var cases = new ObjectMapper().readTree(folder.get().resolve("cases.json").toFile());
        return StreamSupport.stream(cases.get("cases").spliterator(), false)
                .map(one ->
                        DynamicTest.dynamicTest(
                                one.get("id").asText(), () -> steps(one.get("steps"))));
    }

    /// Plays the steps: what is injected in clear ends the session with 5yz, so that the handshake
    /// never comes; a clean script goes through.
    private static void steps(JsonNode steps) {
        var script = new StringBuilder();
        for (var step : steps) {
            var send = step.path("send").asText("");
            if (send.startsWith("STARTTLS\r\n") && send.length() > "STARTTLS\r\n".length()) {
                script.append("C-BYTES: ").append(escaped(send)).append("  S: 5*\nS: (close)\n");
                break;
            }
            if (step.has("tls")) {
                script.append("TLS\n");
                continue;
            }
            if (!send.isEmpty()) {
                script.append("C-BYTES: ").append(escaped(send)).append('\n');
            }
            script.append("S: ").append(step.get("expect").asText()).append(" *\n");
        }
        try (var rig = rig(ServerTls.Requirement.OFFERED)) {
            play(rig, script.toString());
        }
    }

    private static String escaped(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n");
    }
}
