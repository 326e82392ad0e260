package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.Outcome;
import io.postern.store.QueueFilter;
import io.postern.testkit.TestCertificate;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that show certificates in real handshakes, and what they may do then.
@DisplayName("certificates of clients")
@Timeout(60)
class ClientCertificatesTest {
    private static final String LETTER =
            "From: a@example.com\nTo: b@example.net\nSubject: x\n\nHello\n";

    private static final TestCertificate OURS = TestCertificate.authority("Server CA");
    private static final TestCertificate CLIENTS = TestCertificate.authority("Client CA");

    // Of the same name, or a client would not even show what it vouches for (RFC 8446 §4.2.4).
    private static final TestCertificate IMPOSTOR = TestCertificate.authority("Client CA");

    private static final String TRUST = "127.0.0.3";

    @TempDir private Path folder;
    private Sink sink;
    private House house;

    @BeforeEach
    void open() throws Exception {
        sink = new Sink();
        var own = OURS.issue("gw.example.com", "gw.example.com");
        Files.writeString(folder.resolve("chain.pem"), own.pem());
        Files.writeString(folder.resolve("key.pem"), own.keyPem());
        Files.writeString(folder.resolve("clients.pem"), CLIENTS.pem());
        house =
                new House(
                        folder,
                        """
                        hostname = "gw.example.com"
                        data = "data"
                        [[certificate]]
                        file = "chain.pem"
                        key = "key.pem"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:0"
                        trust = ["%s/32"]
                        client_ca = "clients.pem"
                        trust_certificates = ["report.example.com", "Batch Job", "Ops@Example.com"]
                        [[listener]]
                        role = "submission"
                        address = "127.0.0.1:0"
                        client_ca = "clients.pem"
                        [[listener]]
                        role = "submission"
                        address = "127.0.0.1:0"
                        client_ca = "clients.pem"
                        require_client_certificate = true
                        [[domain]]
                        name = "example.com"
                        [outbound]
                        smart_host = "127.0.0.1:%d"
                        """
                                .formatted(TRUST, sink.port()),
                        InstantSource.system());
        house.makeKeys();
    }

    @AfterEach
    void close() {
        house.close();
        sink.close();
    }

    private int port(int listener) {
        return house.gateway().ports().get(listener);
    }

    private static SSLContext without() {
        return TestCertificate.trusting(OURS);
    }

    /// @param from the address that the client comes from
    record Trusted(String rule, String from, SSLContext tls, boolean taken) {
        @Override
        public String toString() {
            return rule + (taken ? " is taken" : " is refused at MAIL");
        }
    }

    static Stream<Trusted> trusted() {
        var elsewhere = "127.0.0.1";
        return Stream.of(
                new Trusted(
                        "a DNS name of the list",
                        elsewhere,
                        CLIENTS.issue("x", "other.example.com", "report.example.com").context(OURS),
                        true),
                new Trusted(
                        "a common name of the list",
                        elsewhere,
                        CLIENTS.issue("batch job").context(OURS),
                        true),
                new Trusted(
                        "an e-mail name of the list",
                        elsewhere,
                        CLIENTS.issue("x", "ops@example.com").context(OURS),
                        true),
                new Trusted(
                        "a certificate that is not on the list",
                        elsewhere,
                        CLIENTS.issue("nobody", "sub.report.example.com").context(OURS),
                        false),
                new Trusted("no certificate under TLS", elsewhere, without(), false),
                new Trusted("a client of trust without one", TRUST, without(), true));
    }

    @ParameterizedTest(name = "RFC 2505 §2.1, trust_certificates: {0}")
    @MethodSource("trusted")
    void trusted(Trusted c) throws Exception {
        try (var talk = Talk.from(c.from(), port(0))) {
            assertTrue(talk.greeting.startsWith("220 "), talk.greeting);
            talk.startTls(c.tls());
            decides(talk, c.taken());
        }
    }

    @Test
    @DisplayName("RFC 2505 §2.1, trust_certificates: in clear, MAIL is refused; from trust, taken")
    void inClear() throws Exception {
        try (var talk = new Talk(port(0))) {
            decides(talk, false);
        }
        try (var talk = Talk.from(TRUST, port(0))) {
            decides(talk, true);
        }
    }

    private void decides(Talk talk, boolean taken) throws Exception {
        var reply = talk.deliver("a@example.com", "b@example.net", LETTER);
        if (taken) {
            assertTrue(reply.startsWith("250 2.0.0 "), reply);
            sink.next();
        } else {
            assertEquals("550 5.7.1 this host may not hand in mail here", reply);
            assertTrue(talk.say("RCPT TO:<b@example.net>").startsWith("503 "));
            assertEquals(0, house.gateway().store().count(QueueFilter.ALL));
            assertTrue(sink.empty());
        }
    }

    @Test
    @DisplayName("RFC 8446 §2.2: a resumed session still is that of the certificate")
    void resumed() throws Exception {
        for (var protocol : List.of("TLSv1.3", "TLSv1.2")) {
            var context = CLIENTS.issue("report.example.com").context(OURS);
            long began;
            try (var first = new Talk(port(0))) {
                first.startTls(context, "gw.example.com", protocol);
                began = first.session().getCreationTime();
            }
            try (var talk = new Talk(port(0))) {
                talk.startTls(context, "gw.example.com", protocol);
                assertEquals(began, talk.session().getCreationTime(), "resumed " + protocol);
                decides(talk, true);
            }
        }
    }

    /// @param optional whether there is a session where certificates are asked for
    /// @param required and where they are demanded
    record Shown(String rule, SSLContext tls, boolean optional, boolean required) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Shown> shown() {
        return Stream.of(
                new Shown(
                        "a certificate of client_ca makes a session with EXTERNAL",
                        CLIENTS.issue("anna").context(OURS),
                        true,
                        true),
                new Shown(
                        "none makes a session without EXTERNAL, unless one is required",
                        without(),
                        true,
                        false),
                new Shown(
                        "one of another authority ends the handshake",
                        IMPOSTOR.issue("anna").context(OURS),
                        false,
                        false),
                new Shown(
                        "one that is over ends the handshake",
                        CLIENTS.issue(Instant.now().minus(Duration.ofDays(1)), "anna")
                                .context(OURS),
                        false,
                        false));
    }

    @ParameterizedTest(name = "client_ca: {0}")
    @MethodSource("shown")
    void handshake(Shown c) throws Exception {
        assertInstanceOf(
                Outcome.Done.class,
                house.gateway().users().add("anna", List.of("anna@example.com"), "none of these"));
        for (var protocol : List.of("TLSv1.3", "TLSv1.2")) {
            session(c, 1, protocol, c.optional());
            session(c, 2, protocol, c.required());
        }
    }

    private void session(Shown c, int listener, String protocol, boolean wanted) throws Exception {
        try (var talk = new Talk(port(listener))) {
            var offered = startTls(talk, c.tls(), protocol);
            assertEquals(wanted, offered.getLast().startsWith("250 "), offered::toString);
            if (!wanted) {
                return;
            }
            boolean showsOne = c.required();
            assertEquals(
                    showsOne,
                    offered.stream()
                            .anyMatch(line ->
                                    line.startsWith("250-AUTH ") && line.endsWith(" EXTERNAL")),
                    offered::toString);
            var reply = talk.say("AUTH EXTERNAL =");
            assertTrue(reply.startsWith(showsOne ? "235 2.7.0 " : "504 5.5.4 "), reply);
        }
    }

    /// What EHLO is answered under TLS, `closed` when the server ended the handshake: in TLS 1.3
    /// the client learns that only afterwards.
    private static List<String> startTls(Talk talk, SSLContext tls, String protocol)
            throws IOException {
        try {
            return talk.startTls(tls, "gw.example.com", protocol);
        } catch (SSLException | SocketException _) {
            return List.of("closed");
        }
    }
}
