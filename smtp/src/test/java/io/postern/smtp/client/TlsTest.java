package io.postern.smtp.client;

import static io.postern.smtp.client.SmtpConnectionTest.GREETING;
import static io.postern.smtp.client.SmtpConnectionTest.HELLO;
import static io.postern.smtp.client.SmtpConnectionTest.HELLO_LINES;
import static io.postern.smtp.client.SmtpConnectionTest.SETTINGS;
import static io.postern.smtp.client.SmtpConnectionTest.accepted;
import static io.postern.smtp.client.SmtpConnectionTest.envelope;
import static io.postern.smtp.client.SmtpConnectionTest.outcomes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Domain;
import io.postern.testkit.TestCertificate;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TlsTest {
    private static final TestCertificate AUTHORITY = TestCertificate.authority("Test CA");

    private static final SSLContext SERVER =
            AUTHORITY.issue("mx.example.net", "mx.example.net").context();

    private static KeyStore authorities() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", AUTHORITY.certificate());
        return store;
    }

    private static SSLContext strict() {
        return TestCertificate.trusting(AUTHORITY);
    }

    private static ClientSettings with(TlsPolicy policy, String name) {
        return SETTINGS.withTls(policy, Optional.of(Domain.of(name)));
    }

    private static final String OFFERED =
            GREETING
                    + """
                    S: 250-mx.example.net
                    S: 250-CHUNKING
                    S: 250 STARTTLS
                    """;
    private static final String NOT_OFFERED = GREETING + "S: 250 mx.example.net\n";
    private static final String UNDER_TLS =
            OFFERED
                    + """
                    C: STARTTLS
                    S: 220 go
                    X: tls
                    C: EHLO client.example.com
                    S: 250-mx.example.net
                    S: 250 PIPELINING
                    """;
    private static final String MESSAGE =
            """
            C: MAIL FROM:<alice@example.com>
            C: RCPT TO:<bob@example.net>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 354 go
            """
                    + HELLO_LINES
                    + "S: 250 queued\n";

    @Test
    @DisplayName("RFC 7435 §3: opportunistic TLS takes any certificate and says so")
    void opportunistic() {
        var settings =
                with(new TlsPolicy.Opportunistic(TlsContexts.acceptingAny()), "mx.example.net");
        try (var peer =
                ScriptedPeer.withTls(
                        SERVER, UNDER_TLS + MESSAGE + MESSAGE + "C: QUIT\nS: 221 bye\nX: eof")) {
            var connection = SmtpConnection.open(peer.address(), settings);
            var tls = connection.tls().orElseThrow();
            assertEquals("TLSv1.3", tls.protocol());
            assertTrue(tls.unverified().orElseThrow().contains("PKIX"), tls.toString());
            assertTrue(connection.capabilities().pipelining());
            // RFC 3207 §4.2: forgotten.
            assertFalse(connection.capabilities().chunking());
            assertEquals(
                    List.of(accepted("queued")), outcomes(connection.send(envelope("bob"), HELLO)));
            assertTrue(connection.probe());
            assertEquals(
                    List.of(accepted("queued")), outcomes(connection.send(envelope("bob"), HELLO)));
            connection.quit();
        }
    }

    @Test
    @DisplayName("RFC 7435 §3: a certificate that is good is recorded as good, resumed or not")
    void verified() throws Exception {
        var settings =
                with(
                        new TlsPolicy.Opportunistic(TlsContexts.acceptingAny(authorities())),
                        "mx.example.net");
        var script = UNDER_TLS + MESSAGE + "X: eof\n";
        try (var peer = ScriptedPeer.withTls(SERVER, script + "---\n" + script)) {
            for (int i = 0; i < 2; i++) {
                try (var connection = SmtpConnection.open(peer.address(), settings)) {
                    connection.send(envelope("bob"), HELLO);
                    assertEquals(Optional.empty(), connection.tls().orElseThrow().unverified());
                }
            }
        }
    }

    @Test
    @DisplayName("RFC 9525 §6: a certificate for another name is recorded as not good")
    void otherName() throws Exception {
        var settings =
                with(
                        new TlsPolicy.Opportunistic(TlsContexts.acceptingAny(authorities())),
                        "other.example.net");
        try (var peer = ScriptedPeer.withTls(SERVER, UNDER_TLS + "X: eof");
                var connection = SmtpConnection.open(peer.address(), settings)) {
            assertTrue(
                    connection
                            .tls()
                            .orElseThrow()
                            .unverified()
                            .orElseThrow()
                            .contains("other.example.net"));
        }
    }

    @Test
    @DisplayName("RFC 3207 §4: required TLS with a good certificate")
    void required() {
        try (var peer = ScriptedPeer.withTls(SERVER, UNDER_TLS + "X: eof");
                var connection =
                        SmtpConnection.open(
                                peer.address(),
                                with(new TlsPolicy.Required(strict()), "mx.example.net"))) {
            assertEquals(Optional.empty(), connection.tls().orElseThrow().unverified());
        }
    }

    private static Failure failure(ScriptedPeer peer, ClientSettings settings) {
        return assertThrows(
                        SmtpClientException.class,
                        () -> SmtpConnection.open(peer.address(), settings))
                .failure();
    }

    @Test
    @DisplayName("RFC 3207 §4: required TLS that is not offered, or refused")
    void requiredNotOffered() {
        var settings = with(new TlsPolicy.Required(TlsContexts.verifying()), "mx.example.net");
        try (var peer = ScriptedPeer.of(NOT_OFFERED + "C: QUIT\nS: 221 bye\nX: eof")) {
            assertEquals(
                    new Failure.Tls(Stage.STARTTLS, "the peer does not offer STARTTLS"),
                    failure(peer, settings));
        }
        try (var peer =
                ScriptedPeer.of(
                        OFFERED + "C: STARTTLS\nS: 454 later\nC: QUIT\nS: 221 bye\nX: eof")) {
            assertEquals(
                    new Failure.Tls(Stage.STARTTLS, "the peer refused STARTTLS: 454 later"),
                    failure(peer, settings));
        }
    }

    @Test
    @DisplayName("RFC 3207 §4: opportunistic TLS that is not offered, or refused: in clear")
    void opportunisticNotOffered() {
        var settings =
                with(new TlsPolicy.Opportunistic(TlsContexts.acceptingAny()), "mx.example.net");
        for (var script :
                List.of(NOT_OFFERED + "X: eof", OFFERED + "C: STARTTLS\nS: 454 later\nX: eof")) {
            try (var peer = ScriptedPeer.of(script);
                    var connection = SmtpConnection.open(peer.address(), settings)) {
                assertEquals(Optional.empty(), connection.tls());
                assertTrue(connection.reusable());
            }
        }
    }

    @Test
    @DisplayName("RFC 3207 §4.1: a handshake that fails ends the connection")
    void handshakeFails() {
        var settings =
                with(new TlsPolicy.Opportunistic(TlsContexts.acceptingAny()), "mx.example.net");
        try (var peer =
                ScriptedPeer.of(OFFERED + "C: STARTTLS\nS: 220 go\nC# 10\nS: what?\nX: close")) {
            var tls = assertInstanceOf(Failure.Tls.class, failure(peer, settings));
            assertEquals(Stage.TLS_HANDSHAKE, tls.stage());
        }
    }

    @Test
    @DisplayName("RFC 3207 §4.1: a certificate that is not good ends required TLS")
    void requiredNotGood() {
        var settings = with(new TlsPolicy.Required(strict()), "other.example.net");
        try (var peer =
                ScriptedPeer.withTls(SERVER, OFFERED + "C: STARTTLS\nS: 220 go\nX: tls refused")) {
            assertInstanceOf(Failure.Tls.class, failure(peer, settings));
        }
    }

    @Test
    @DisplayName("RFC 3207 §6: a reply in clear after STARTTLS is never taken for one under TLS")
    void injection() {
        var settings =
                with(new TlsPolicy.Opportunistic(TlsContexts.acceptingAny()), "mx.example.net");
        try (var peer =
                ScriptedPeer.of(
                        OFFERED + "C: STARTTLS\nS: 220 go\nS: 250-evil\nS: 250 SIZE 1\nX: eof")) {
            assertEquals(
                    new Failure.Protocol(Stage.STARTTLS, "octets in clear after STARTTLS"),
                    failure(peer, settings));
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.3.2: a handshake that hangs")
    void handshakeHangs() {
        var all = SETTINGS.timeouts();
        var limits =
                new Timeouts(
                        all.connect(),
                        all.greeting(),
                        all.ehlo(),
                        Duration.ofMillis(80),
                        all.mail(),
                        all.rcpt(),
                        all.dataInitiation(),
                        all.dataBlock(),
                        all.dataTermination(),
                        all.quit());
        var settings =
                with(new TlsPolicy.Opportunistic(TlsContexts.acceptingAny()), "mx.example.net")
                        .withTimeouts(limits);
        try (var peer = ScriptedPeer.of(OFFERED + "C: STARTTLS\nS: 220 go\nX: hang")) {
            assertEquals(new Failure.Timeout(Stage.TLS_HANDSHAKE), failure(peer, settings));
        }
    }
}
