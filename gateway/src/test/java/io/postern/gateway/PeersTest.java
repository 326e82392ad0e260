package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.QueueFilter;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What was agreed with peers about TLS, before the whole gateway.
@DisplayName("[[peer]]")
@Timeout(60)
class PeersTest {
    private static final String LETTER =
            "From: a@peer.example\nTo: info@example.com\nSubject: x\n\nHello\n";
    private static final String SAY_STARTTLS = "530 5.7.0 say STARTTLS first, as was agreed";
    private static final String SHOW_ONE = "550 5.7.1 needs the client certificate that was agreed";
    private static final String TAKEN = "250 2.0.0 ";

    private static final TestCertificate OURS = TestCertificate.authority("Server CA");
    private static final TestCertificate CLIENTS = TestCertificate.authority("Client CA");
    private static final TestCertificate AGREED =
            CLIENTS.issue("x", "mail.partner.example", "other.partner.example");
    private static final TestCertificate NOT_AGREED = CLIENTS.issue("mail.peer.example");

    // By network: one that wants TLS, one with certificates, and one with certificates that does
    // not say TLS. The rest of the world comes from 127.0.0.1.
    private static final String ENCRYPTED = "127.0.0.2";
    private static final String NAMED = "127.0.0.3";
    private static final String NAMED_ONLY = "127.0.0.4";
    private static final String FREE = "127.0.0.5";
    private static final String STRANGER = "127.0.0.1";

    @TempDir private Path folder;
    private Sink inside;
    private House house;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        var own = OURS.issue("gw.example.com", "gw.example.com");
        Files.writeString(folder.resolve("own.pem"), own.pem() + own.keyPem());
        Files.writeString(folder.resolve("clients.pem"), CLIENTS.pem());
        house =
                new House(
                        folder,
                        """
                        hostname = "gw.example.com"
                        data = "data"
                        [[certificate]]
                        file = "own.pem"
                        [[listener]]
                        role = "inbound"
                        address = "127.0.0.1:0"
                        client_ca = "clients.pem"
                        [[domain]]
                        name = "example.com"
                        sign = false
                        deliver_to = ["127.0.0.1:%d"]
                        recipients = { list = ["info@example.com"], tarpit = "0s" }
                        [authentication]
                        enabled = false
                        ambiguous_from = "accept"
                        [strangers]
                        verify_domain = false
                        greeting_delay = "0s"
                        [[peer]]
                        networks = ["127.0.0.2/32"]
                        [[peer]]
                        networks = ["127.0.0.3/32"]
                        certificates = ["Mail.Partner.example"]
                        [[peer]]
                        networks = ["127.0.0.4/32"]
                        require_tls = false
                        certificates = ["mail.partner.example"]
                        [[peer]]
                        networks = ["127.0.0.5/32"]
                        require_tls = false
                        [[peer]]
                        domains = ["peer.example"]
                        [[peer]]
                        domains = ["partner.example"]
                        certificates = ["mail.partner.example"]
                        """
                                .formatted(inside.port()),
                        InstantSource.system(),
                        Optional.of(FakeDns.empty()));
    }

    @AfterEach
    void close() {
        house.close();
        inside.close();
    }

    /// What the session is under.
    enum Tls {
        IN_CLEAR,
        NO_CERTIFICATE,
        AGREED,
        NOT_AGREED
    }

    record Case(String rule, String client, String from, Tls tls, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        var from = "a@elsewhere.example";
        return Stream.of(
                new Case("a network in clear", ENCRYPTED, from, Tls.IN_CLEAR, SAY_STARTTLS),
                new Case("a report of that network", ENCRYPTED, "", Tls.IN_CLEAR, SAY_STARTTLS),
                new Case("a network under TLS", ENCRYPTED, from, Tls.NO_CERTIFICATE, TAKEN),
                new Case("a stranger in clear", STRANGER, from, Tls.IN_CLEAR, TAKEN),
                new Case(
                        "a domain in clear",
                        STRANGER,
                        "a@Peer.example",
                        Tls.IN_CLEAR,
                        SAY_STARTTLS),
                new Case(
                        "a domain below it in clear",
                        STRANGER,
                        "a@sub.peer.example",
                        Tls.IN_CLEAR,
                        TAKEN),
                new Case(
                        "a domain under TLS",
                        STRANGER,
                        "a@peer.example",
                        Tls.NO_CERTIFICATE,
                        TAKEN),
                new Case("certificates, in clear", NAMED, from, Tls.IN_CLEAR, SAY_STARTTLS),
                new Case("certificates, and none", NAMED, from, Tls.NO_CERTIFICATE, SHOW_ONE),
                new Case("certificates, and another's", NAMED, from, Tls.NOT_AGREED, SHOW_ONE),
                new Case("certificates, and one of them", NAMED, from, Tls.AGREED, TAKEN),
                new Case(
                        "certificates without require_tls, in clear",
                        NAMED_ONLY,
                        from,
                        Tls.IN_CLEAR,
                        SHOW_ONE),
                new Case(
                        "certificates without require_tls, and one of them",
                        NAMED_ONLY,
                        from,
                        Tls.AGREED,
                        TAKEN),
                new Case("neither, in clear", FREE, from, Tls.IN_CLEAR, TAKEN),
                new Case(
                        "certificates of a domain, and none",
                        STRANGER,
                        "a@partner.example",
                        Tls.NO_CERTIFICATE,
                        SHOW_ONE),
                new Case(
                        "certificates of a domain, and one of them",
                        STRANGER,
                        "a@partner.example",
                        Tls.AGREED,
                        TAKEN),
                new Case(
                        "a network that is free, with a domain that is not",
                        FREE,
                        "a@peer.example",
                        Tls.IN_CLEAR,
                        SAY_STARTTLS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void decides(Case c) throws Exception {
        try (var talk = Talk.from(c.client(), house.gateway().ports().getFirst())) {
            switch (c.tls()) {
                case IN_CLEAR -> {}
                case NO_CERTIFICATE -> talk.startTls(TestCertificate.trusting(OURS));
                case AGREED -> talk.startTls(AGREED.context(OURS));
                case NOT_AGREED -> talk.startTls(NOT_AGREED.context(OURS));
            }
            var reply = talk.deliver(c.from(), "info@example.com", LETTER);
            if (c.want().equals(TAKEN)) {
                assertTrue(reply.startsWith(TAKEN), reply);
                inside.next();
            } else {
                assertEquals(c.want(), reply);
                assertTrue(talk.say("RCPT TO:<info@example.com>").startsWith("503 "));
                assertEquals(0, house.gateway().store().count(QueueFilter.ALL));
            }
        }
    }
}
