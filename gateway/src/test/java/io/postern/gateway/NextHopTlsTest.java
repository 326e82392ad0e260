package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReader;
import io.postern.smtp.server.ServerTls;
import io.postern.store.MessageEvent;
import io.postern.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A next hop over a real socket that lets nobody in without a certificate that it knows.
@DisplayName("RFC 3207 §4: a client certificate towards next hops")
@Timeout(60)
class NextHopTlsTest {
    private static final String LETTER =
            "From: info@example.com\nTo: sales@example.com\nSubject: x\n\nHello\n";
    private static final String GOOD = "{ file = 'gw.p12', password_file = 'password' }";

    private static final TestCertificate KNOWN = TestCertificate.authority("known");
    private static final TestCertificate GW = KNOWN.issue("gw.example.com", "gw.example.com");
    private static final TestCertificate OTHER =
            TestCertificate.authority("unknown").issue("other.example.com", "other.example.com");

    @TempDir private Path folder;
    private Sink inside;

    @BeforeEach
    void open() throws Exception {
        GW.store(folder.resolve("gw.p12"), "changeit");
        OTHER.store(folder.resolve("other.p12"), "changeit");
        pem(GW, "gw.pem");
        Files.writeString(folder.resolve("password"), "changeit\n");
        var context = OTHER.context(KNOWN);
        inside =
                new Sink(
                        0,
                        Optional.of(
                                new ServerTls(
                                        () -> context,
                                        ServerTls.Requirement.REQUIRED,
                                        ServerTls.ClientCertificates.REQUIRED)));
    }

    @AfterEach
    void close() {
        inside.close();
    }

    private void pem(TestCertificate certificate, String file) throws IOException {
        Files.writeString(folder.resolve(file), certificate.pem() + certificate.keyPem());
    }

    private String config(String domain, String outbound) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        unsigned = "pass"
        [[domain]]
        name = "example.com"
        sign = false
        deliver_to = ["127.0.0.1:%d"]
        %s
        [outbound]
        tls = "required"
        retry = ["200ms"]
        %s
        """
                .formatted(inside.port(), domain, outbound);
    }

    private House house(String domain, String outbound) throws IOException {
        return new House(folder, config(domain, outbound), InstantSource.system());
    }

    private static void submit(House house) {
        var reply = house.submit("info@example.com", List.of("sales@example.com"), LETTER);
        assertEquals(250, reply.code(), reply::toString);
    }

    /// The first event of that kind, as soon as it is there.
    private static String event(House house, String kind) {
        while (!Thread.currentThread().isInterrupted()) {
            var found =
                    house.gateway().store().search("sales@example.com", 1).stream()
                            .flatMap(message -> message.events().stream())
                            .filter(event -> event.kind().equals(kind))
                            .map(MessageEvent::detail)
                            .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("no event " + kind);
    }

    record Place(String domain, String outbound) {}

    static Stream<Place> places() {
        return Stream.of(
                new Place("deliver_certificate = " + GOOD, ""),
                new Place("", "certificate = " + GOOD),
                // Certificate and key in one PEM file.
                new Place("deliver_certificate = { file = 'gw.pem' }", ""),
                // What stands in the domain is before what stands for all.
                new Place(
                        "deliver_certificate = " + GOOD,
                        "certificate = " + GOOD.replace("gw", "other")));
    }

    @ParameterizedTest(name = "a next hop that demands one takes the mail with it: {0}")
    @MethodSource("places")
    void shown(Place place) throws Exception {
        try (var house = house(place.domain(), place.outbound())) {
            submit(house);
            assertTrue(inside.next().content().contains("Subject: x"));
        }
    }

    @ParameterizedTest(name = "a next hop that demands one defers the mail without it: {0}")
    @ValueSource(
            strings = {
                "",
                "deliver_certificate = { file = 'other.p12', password_file = 'password' }"
            })
    void missing(String domain) throws Exception {
        try (var house = house(domain, "")) {
            submit(house);
            assertTrue(event(house, "deferred").contains("127.0.0.1"));
            assertTrue(inside.empty());
        }
    }

    @Test
    @DisplayName("a changed file is taken up, and what waited is delivered")
    void renewed() throws Exception {
        var file = folder.resolve("gw.p12");
        OTHER.store(file, "changeit");
        try (var house = house("deliver_certificate = " + GOOD, "")) {
            submit(house);
            var _ = event(house, "deferred");
            GW.store(file, "changeit");
            house.gateway().reloadCertificates();
            assertTrue(inside.next().content().contains("Subject: x"));
        }
    }

    record Wrong(String rule, String domain, String outbound, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong(
                        "no such file",
                        "deliver_certificate = { file = 'gone.pem' }",
                        "",
                        "domain[0].deliver_certificate: .*gone.pem can't be read: there is no such file; correct"),
                new Wrong(
                        "a file that does not open",
                        "",
                        "certificate = { file = 'gw.p12' }",
                        "outbound.certificate: .*gw.p12 .*password"),
                new Wrong(
                        "the key of another",
                        "deliver_certificate = { file = 'one.pem', key = 'two.pem' }",
                        "",
                        "domain[0].deliver_certificate: .*two.pem is not the key of .*one.pem: give"),
                new Wrong(
                        "a certificate, but no TLS",
                        "deliver_tls = 'none'\ndeliver_certificate = " + GOOD,
                        "",
                        "domain[0].deliver_certificate is never shown without TLS: take it out"));
    }

    @ParameterizedTest(name = "{0} stops the start, with the key and the remedy")
    @MethodSource("wrong")
    void stopsTheStart(Wrong c) throws Exception {
        pem(GW, "one.pem");
        pem(OTHER, "two.pem");
        var thrown =
                assertThrows(ConfigException.class, () -> house(c.domain(), c.outbound()).close());
        var said = String.valueOf(thrown.getMessage());
        assertTrue(said.matches("(?s).*" + c.says().replace("[", "\\[") + ".*"), said);
    }

    @Test
    @DisplayName("a certificate for hosts that the domain does not have is a mistake")
    void noHosts() {
        var text =
                config("deliver_certificate = " + GOOD, "").replaceFirst("deliver_to = .*\n", "");
        var thrown =
                assertThrows(ConfigException.class, () -> ConfigReader.parse(text, "test", folder));
        assertTrue(thrown.toString().contains("deliver_certificate but no deliver_to"));
    }
}
