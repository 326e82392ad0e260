package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.QueueFilter;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestCertificate;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// `tls = "verified"` towards real servers. What this system trusts is, while a test runs, one
/// authority of its own.
@DisplayName("tls = \"verified\" towards next hops")
@Timeout(60)
class VerifiedDeliveryTest {
    private static final String LETTER =
            "From: a@example.com\nTo: b@example.net\nSubject: x\n\nHello\n";
    private static final String HOST = "mx.example.net";

    private static final TestCertificate TRUSTED = TestCertificate.authority("Test CA");

    // Of the same name: a chain is more than names.
    private static final TestCertificate UNKNOWN = TestCertificate.authority("Test CA");

    @TempDir private Path folder;
    private SSLContext before;

    VerifiedDeliveryTest() throws NoSuchAlgorithmException {
        before = SSLContext.getDefault();
    }

    @BeforeEach
    void trust() {
        SSLContext.setDefault(TestCertificate.trusting(TRUSTED));
    }

    @AfterEach
    void distrust() {
        SSLContext.setDefault(before);
    }

    /// Where the configuration asks for it.
    enum Asked {
        SMART_HOST,
        MX,
        ROUTE,
        INSIDE
    }

    private String config(Asked asked, int port) {
        var host = HOST + ":" + port;
        var more =
                switch (asked) {
                    case SMART_HOST ->
                            "[outbound]\nsmart_host = \"" + host + "\"\ntls = \"verified\"\n";
                    case MX -> "[outbound]\nport = " + port + "\ntls = \"verified\"\n";
                    case ROUTE ->
                            "[[route]]\ndomain = \"example.net\"\ntls = \"verified\"\nto = [\""
                                    + host
                                    + "\"]\n";
                    case INSIDE ->
                            "[[domain]]\nname = \"example.net\"\nsign = false\ndeliver_to = [\""
                                    + host
                                    + "\"]\ndeliver_tls = \"verified\"\n"
                                    + "recipients = { list = [\"b@example.net\"] }\n";
                };
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        %s
        """
                .formatted(more);
    }

    private House house(Asked asked, Sink hop) throws Exception {
        var dns = FakeDns.zone("example.net. MX 10 mx.example.net.\nmx.example.net. A 127.0.0.1\n");
        var house =
                new House(
                        folder,
                        config(asked, hop.port()),
                        InstantSource.system(),
                        Optional.of(dns));
        house.makeKeys();
        return house;
    }

    @ParameterizedTest(
            name = "asked for by {0}: a host with a good certificate gets mail under TLS")
    @EnumSource
    void delivers(Asked asked) throws Exception {
        try (var hop = new Sink(TRUSTED.issue(HOST, HOST).context());
                var house = house(asked, hop)) {
            assertEquals(
                    250, house.submit("a@example.com", List.of("b@example.net"), LETTER).code());
            var arrived = hop.next();
            assertTrue(arrived.tls().orElse("").startsWith("TLSv1.3 "), arrived::toString);
        }
    }

    /// @param shown what the server has; empty without STARTTLS
    /// @param says in the reason for the delay
    record Bad(String rule, Asked asked, Optional<SSLContext> shown, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Bad> bad() {
        var cases = Stream.<Bad>builder();
        var otherName =
                TRUSTED.issue("other.example.net", "other.example.net", "example.net").context();
        for (var asked : Asked.values()) {
            cases.add(
                    new Bad(
                            "another's name, asked for by " + asked,
                            asked,
                            Optional.of(otherName),
                            "No subject alternative DNS name matching"));
        }
        var smart = Asked.SMART_HOST;
        return cases.add(
                        new Bad(
                                "an authority that is not trusted",
                                smart,
                                Optional.of(UNKNOWN.issue(HOST, HOST).context()),
                                "PKIX path"))
                .add(
                        new Bad(
                                "a certificate that is over",
                                smart,
                                Optional.of(
                                        TRUSTED.issue(
                                                        Instant.now().minus(Duration.ofDays(1)),
                                                        HOST,
                                                        HOST)
                                                .context()),
                                "PKIX path"))
                .add(
                        new Bad(
                                "no STARTTLS",
                                smart,
                                Optional.empty(),
                                "the peer does not offer STARTTLS"))
                .add(
                        new Bad(
                                "no STARTTLS, by MX",
                                Asked.MX,
                                Optional.empty(),
                                "the peer does not offer STARTTLS"))
                .build();
    }

    @ParameterizedTest(name = "{0}: mail waits, and nothing goes in clear")
    @MethodSource("bad")
    void defers(Bad c) throws Exception {
        try (var events = new MailEvents();
                var hop = c.shown().isPresent() ? new Sink(c.shown().get()) : new Sink();
                var house = house(c.asked(), hop)) {
            assertEquals(
                    250, house.submit("a@example.com", List.of("b@example.net"), LETTER).code());
            var deferred = events.first("deferred");
            assertTrue(deferred.contains(" to=<b@example.net> status=4."), deferred);
            assertTrue(deferred.contains(c.says()), deferred);
            assertEquals(List.of(), events.of("failed"));
            assertEquals(1, house.gateway().store().count(QueueFilter.ALL));
            assertEquals(0, hop.sessions(), "not even MAIL was said");
        }
    }
}
