package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.postern.gateway.guard.Guard;
import io.postern.keys.Outcome;
import io.postern.testkit.ScramClient;
import io.postern.testkit.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@DisplayName("RFC 6409: submission over TLS, end to end")
class SubmissionTest {
    private static final String PASSWORD = "correct horse";
    private static final String MESSAGE =
            "From: alice@example.com\nTo: bob@example.net\nSubject: x\n\nHello\n";

    private static final TestCertificate AUTHORITY = TestCertificate.authority("Test CA");

    @TempDir private Path folder;
    private Sink sink;
    private House house;

    private void certificate(String file, String host) {
        AUTHORITY.issue(host, host).store(folder.resolve(file), "changeit");
    }

    @BeforeEach
    void open() throws Exception {
        sink = new Sink();
        certificate("one.p12", "gw.example.com");
        certificate("two.p12", "mail.example.org");
        Files.writeString(folder.resolve("password"), "changeit\n");
        house =
                new House(
                        folder,
                        House.config(
                                sink.port(),
                                """
                                [submission]
                                failure_delay = "0s"
                                [guard]
                                recipients = 5
                                [[listener]]
                                role = "submission"
                                address = "127.0.0.1:0"
                                [[listener]]
                                role = "submission"
                                address = "127.0.0.1:0"
                                tls = "implicit"
                                [[certificate]]
                                file = "two.p12"
                                password_file = "password"
                                [[certificate]]
                                file = "one.p12"
                                password_file = "password"
                                [[rule]]
                                name = "channel-binding"
                                stage = "rcpt"
                                when = 'forward_path.local == "vault" && !auth.method.endsWith("-PLUS")'
                                action = "refuse"
                                """),
                        InstantSource.system());
        house.makeKeys();
        assertInstanceOf(
                Outcome.Done.class,
                house.gateway().users().add("alice", List.of("alice@example.com"), PASSWORD));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
        sink.close();
    }

    private static String scram(
            Talk client, String mechanism, String header, byte[] bound, String password)
            throws IOException {
        var scram = new ScramClient(header, bound, "alice", password, "fyko+d2lbbFgONRv9qkx");
        var reply = client.say("AUTH " + mechanism + " " + encoded(scram.first()));
        if (!reply.startsWith("334 ")) {
            return reply;
        }
        reply = client.say(encoded(scram.last(decoded(reply))));
        if (!reply.startsWith("334 ")) {
            return reply;
        }
        assertTrue(scram.trusts(decoded(reply)), reply);
        return client.say("");
    }

    private static String decoded(String reply) {
        return new String(Base64.getDecoder().decode(reply.substring(4)), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private int port(int listener) {
        return house.gateway().ports().get(listener);
    }

    private Talk overTls(String host, String protocol) throws Exception {
        var client = new Talk(port(1));
        client.startTls(TestCertificate.trusting(AUTHORITY), host, protocol);
        return client;
    }

    private static String shown(Talk client) throws IOException {
        return leaf(client).getSubjectX500Principal().getName();
    }

    private static X509Certificate leaf(Talk client) throws IOException {
        return (X509Certificate) client.session().getPeerCertificates()[0];
    }

    private static byte[] exporter(Talk client) throws IOException {
        return client.session().exportKeyingMaterialData("EXPORTER-Channel-Binding", null, 32);
    }

    @Test
    @DisplayName("RFC 4954 §4: nothing goes in clear, neither mail nor a password")
    void inClear() throws Exception {
        try (var client = new Talk(port(1))) {
            var offered = client.ask("EHLO c.example");
            assertTrue(offered.contains("250-STARTTLS"), offered::toString);
            assertTrue(
                    offered.stream().noneMatch(line -> line.contains("AUTH")), offered::toString);
            assertTrue(client.say("MAIL FROM:<alice@example.com>").startsWith("530 5.7.0"));
            assertTrue(client.say("AUTH PLAIN AGEAYg==").startsWith("530 5.7.0"));
        }
    }

    @ParameterizedTest(name = "a login with channel binding and a message over {0}")
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void message(String protocol) throws Exception {
        try (var client = overTls("gw.example.com", protocol)) {
            var offered = client.ask("EHLO c.example");
            assertTrue(
                    offered.contains("250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN"),
                    offered::toString);
            assertTrue(client.say("MAIL FROM:<alice@example.com>").startsWith("530 5.7.0"));
            var reply =
                    scram(
                            client,
                            "SCRAM-SHA-256-PLUS",
                            "p=tls-exporter,,",
                            exporter(client),
                            PASSWORD);
            assertTrue(reply.startsWith("235 2.7.0"), reply);
            assertTrue(client.say("AUTH PLAIN AGEAYg==").startsWith("503 5.5.1"));
            assertTrue(client.say("MAIL FROM:<bob@example.com>").startsWith("550 5.7.1"));
            assertTrue(client.say("MAIL FROM:<alice@example.com>").startsWith("250"));
            assertTrue(client.say("RCPT TO:<bob@example.net>").startsWith("250"));
            client.say("DATA");
            reply = client.say(MESSAGE.replace("\n", "\r\n") + ".");
            assertTrue(reply.startsWith("250 2.0.0"), reply);
        }
        var content = sink.next().content();
        assertTrue(content.contains(" with ESMTPSA"), content);
        assertTrue(content.contains("Message-ID: <"), content);
        assertTrue(content.contains("Date: "), content);
    }

    @Test
    @DisplayName("a rule knows by which mechanism a user authenticated, also after another EHLO")
    void mechanism() throws Exception {
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            assertTrue(
                    client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD)).startsWith("235"));
            client.say("EHLO c.example");
            client.say("MAIL FROM:<alice@example.com>");
            var reply = client.say("RCPT TO:<vault@example.net>");
            assertTrue(reply.startsWith("550 5.7.1"), reply);
        }
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            scram(client, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,", exporter(client), PASSWORD);
            client.say("MAIL FROM:<alice@example.com>");
            var reply = client.say("RCPT TO:<vault@example.net>");
            assertTrue(reply.startsWith("250"), reply);
        }
    }

    @Test
    @DisplayName("RFC 6409 §6.1: another's From is refused when the content is there")
    void anothersFrom() throws Exception {
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            assertTrue(
                    client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD)).startsWith("235"));
            client.say("MAIL FROM:<alice@example.com>");
            client.say("RCPT TO:<bob@example.net>");
            client.say("DATA");
            var reply = client.say(MESSAGE.replace("alice@", "boss@").replace("\n", "\r\n") + ".");
            assertTrue(reply.startsWith("550 5.7.1"), reply);
        }
    }

    @Test
    @DisplayName("a wrong password, another channel, and what is no exchange")
    void refused() throws Exception {
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            var bound = exporter(client);
            assertTrue(
                    scram(client, "SCRAM-SHA-256", "n,,", new byte[0], "wrong").startsWith("535"));
            bound[0] ^= 1;
            var reply = scram(client, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,", bound, PASSWORD);
            assertTrue(reply.startsWith("535 5.7.8"), reply);
            assertTrue(client.say("AUTH CRAM-MD5").startsWith("504 5.5.4"));
            assertEquals("334 ", client.say("AUTH PLAIN"));
            assertTrue(client.say("*").startsWith("501 5.7.0"));
            client.say("AUTH PLAIN");
            assertTrue(client.say("not base64").startsWith("501 5.5.2"));
            client.say("AUTH PLAIN");
            assertTrue(client.say("A".repeat(4000)).startsWith("500 5.5.6"));
            assertTrue(
                    client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD)).startsWith("235"));
        }
    }

    @Test
    @DisplayName("RFC 8314 §3.3: implicit TLS; RFC 6066 §3: a certificate by server name")
    void implicit() throws Exception {
        for (var host : List.of("gw.example.com", "mail.example.org", "nobody.example")) {
            var trusting = TestCertificate.trusting(AUTHORITY);
            try (var client = Talk.implicit(port(2), trusting, host)) {
                assertTrue(client.greeting.startsWith("220 "), client.greeting);
                var offered = client.ask("EHLO c.example");
                assertTrue(
                        offered.stream().anyMatch(line -> line.startsWith("250-AUTH ")),
                        offered::toString);
                // Who asks for a name that is none of ours gets the certificate of our own.
                var want = host.startsWith("mail") ? "CN=mail.example.org" : "CN=gw.example.com";
                assertEquals(want, shown(client));
            }
        }
    }

    @Test
    @DisplayName("certificates are read again; a bad one changes nothing")
    void reloaded() throws Exception {
        certificate("one.p12", "new.example.com");
        house.gateway().reloadCertificates();
        try (var client = overTls("new.example.com", "TLSv1.3")) {
            assertEquals("CN=new.example.com", shown(client));
        }
        Files.writeString(folder.resolve("one.p12"), "rubbish");
        try {
            house.gateway().reloadCertificates();
            throw new AssertionError("taken");
        } catch (IOException e) {
            var why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            assertTrue(why.contains("one.p12 is no pkcs#12 file"), why);
        }
        try (var client = overTls("new.example.com", "TLSv1.3")) {
            assertEquals("CN=new.example.com", shown(client));
        }
    }

    /// @param bound whether the client means the certificate that this channel was made with
    record EndPoint(String protocol, String signedWith, boolean resumed, boolean bound) {
        @Override
        public String toString() {
            return "a login bound to "
                    + (bound ? "the" : "another")
                    + " certificate, signed with "
                    + signedWith
                    + ", over "
                    + (resumed ? "resumed " : "")
                    + protocol
                    + (bound ? " succeeds" : " fails");
        }
    }

    static Stream<EndPoint> endPoints() {
        return Stream.of("TLSv1.3", "TLSv1.2")
                .flatMap(protocol ->
                        Stream.of(
                                new EndPoint(protocol, "SHA256withECDSA", false, true),
                                new EndPoint(protocol, "SHA384withECDSA", false, true),
                                new EndPoint(protocol, "SHA256withECDSA", true, true),
                                new EndPoint(protocol, "SHA256withECDSA", false, false),
                                new EndPoint(protocol, "SHA256withECDSA", true, false)));
    }

    @ParameterizedTest(name = "RFC 5929 §4: {0}")
    @MethodSource("endPoints")
    void endPoint(EndPoint c) throws Exception {
        var authority = TestCertificate.authority("Other CA", c.signedWith());
        // An active attacker has one of its own, which the client was made to take.
        var another = authority.issue("gw.example.com", "gw.example.com");
        authority
                .issue("gw.example.com", "gw.example.com")
                .store(folder.resolve("one.p12"), "changeit");
        house.gateway().reloadCertificates();
        var context = TestCertificate.trusting(authority);
        long began;
        try (var first = new Talk(port(1))) {
            first.startTls(context, "gw.example.com", c.protocol());
            began = first.session().getCreationTime();
        }
        try (var client = new Talk(port(1))) {
            client.startTls(
                    c.resumed() ? context : TestCertificate.trusting(authority),
                    "gw.example.com",
                    c.protocol());
            assertEquals(c.resumed(), client.session().getCreationTime() == began, "resumed");
            var meant = c.bound() ? leaf(client) : another.certificate();
            var hash =
                    MessageDigest.getInstance(
                                    c.signedWith().startsWith("SHA384") ? "SHA-384" : "SHA-256")
                            .digest(meant.getEncoded());
            var reply =
                    scram(client, "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", hash, PASSWORD);
            assertTrue(reply.startsWith(c.bound() ? "235 2.7.0" : "535 5.7.8"), reply);
        }
    }

    @Test
    @DisplayName("a user far beyond the usual is suspended, until the operator resumes it")
    void suspended() throws Exception {
        ((Logger) LoggerFactory.getLogger(Guard.class)).setLevel(Level.ERROR);
        try (var events = new MailEvents()) {
            try (var client = overTls("gw.example.com", "TLSv1.3")) {
                client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD));
                client.say("MAIL FROM:<alice@example.com>");
                for (int i = 0; i < 5; i++) {
                    assertTrue(client.say("RCPT TO:<r" + i + "@example.net>").startsWith("250 "));
                }
                assertEquals(List.of(), events.of("suspended"));
                var reply = client.say("RCPT TO:<r5@example.net>");
                assertTrue(reply.startsWith("450 4.7.1 this account is suspended"), reply);
            }
            assertEquals(
                    List.of(
                            "suspended user=alice reason=\"6 recipients in an hour, usual are 0 (at"
                                    + " most 5)\""),
                    events.of("suspended"));
            var page = house.gateway().figures().scrape();
            assertTrue(page.contains("postern_guard_suspensions_total 1.0"), page);
            assertTrue(page.contains("postern_guard_suspended 1.0"), page);
            try (var client = overTls("gw.example.com", "TLSv1.3")) {
                assertTrue(
                        client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD))
                                .startsWith("235"));
                var reply = client.say("MAIL FROM:<alice@example.com>");
                assertTrue(reply.startsWith("450 4.7.1 this account is suspended"), reply);
                // What `postern users resume alice` asks for; the session need not end for it.
                assertTrue(house.gateway().counting().guard().resume("alice", false));
                reply = client.deliver("alice@example.com", "bob@example.net", MESSAGE);
                assertTrue(reply.startsWith("250 2.0.0 "), reply);
            }
            assertEquals(List.of("resumed user=alice"), events.of("resumed"));
            assertTrue(house.gateway().figures().scrape().contains("postern_guard_suspended 0.0"));
        } finally {
            ((Logger) LoggerFactory.getLogger(Guard.class)).setLevel(null);
        }
        assertEquals(1, sink.next().envelope().recipients().size());
        assertTrue(sink.empty());
    }
}
