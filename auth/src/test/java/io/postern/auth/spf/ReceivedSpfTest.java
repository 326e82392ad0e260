package io.postern.auth.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 7208 §9 what is written down")
class ReceivedSpfTest {
    private static SpfResult result(SpfVerdict verdict, SpfIdentity identity, String mechanism) {
        return new SpfResult(
                verdict,
                identity,
                "example.com",
                Optional.of(mechanism).filter(m -> !m.isEmpty()),
                Optional.empty(),
                List.of(),
                1);
    }

    /// One header field: lines of at most 998 octets, all but the first folded, no other controls.
    static void assertOneField(String raw) {
        assertTrue(raw.endsWith("\r\n"), raw);
        var unfolded = raw.substring(0, raw.length() - 2).replace("\r\n\t", "");
        assertTrue(unfolded.chars().allMatch(c -> c >= ' ' && c != 0x7F), raw);
        for (var line : raw.lines().toList()) {
            assertTrue(line.length() <= 998 && !line.isBlank(), line);
        }
    }

    @Test
    @DisplayName("§9.1 Received-SPF")
    void receivedSpf() {
        var field =
                new ReceivedSpf(
                                Checking.query("192.0.2.1", "mail.example.com", "a@example.com"),
                                result(
                                        new SpfVerdict.Pass(),
                                        SpfIdentity.MAIL_FROM,
                                        "ip4:192.0.2.1"),
                                "mx.example.net")
                        .field();
        assertEquals(
                """
                Received-SPF: pass (mx.example.net: domain of example.com permits 192.0.2.1)
                \tclient-ip=192.0.2.1; envelope-from="a@example.com";
                \thelo=mail.example.com; receiver=mx.example.net; identity=mailfrom;
                \tmechanism="ip4:192.0.2.1"
                """
                        .replace("\n", "\r\n"),
                field.raw());
    }

    @Test
    @DisplayName("§9.1 an error has its problem, IPv6 is quoted, the null reverse-path is empty")
    void problem() {
        var raw =
                new ReceivedSpf(
                                Checking.query("2001:db8::1", "h.example.com", ""),
                                result(new SpfVerdict.TempError("no answer"), SpfIdentity.HELO, ""),
                                "mx.example.net")
                        .field()
                        .raw();
        assertTrue(raw.startsWith("Received-SPF: temperror\r\n\t("), raw);
        assertTrue(raw.contains("client-ip=\"2001:db8::1\"; envelope-from=\"\";"), raw);
        assertTrue(raw.contains("identity=helo; problem=\"no answer\"\r\n"), raw);
    }

    @Test
    @DisplayName("what a stranger says stays in its place")
    void stranger() {
        var evil = "x\"; identity=helo\r\nSubject: y\\\"\u0000(\u0085\u00E9";
        var query = Checking.query("192.0.2.1", evil, "a\\\"@" + evil.repeat(400));
        var result =
                new SpfResult(
                        new SpfVerdict.PermError(evil),
                        SpfIdentity.HELO,
                        evil,
                        Optional.of(evil),
                        Optional.empty(),
                        List.of(),
                        0);
        var raw = new ReceivedSpf(query, result, "mx.example.net").field().raw();
        assertOneField(raw);
        assertTrue(raw.contains("helo=\"x\\\"; identity=helo??Subject: y\\\\\\\"?("), raw);
        assertTrue(raw.contains("..."), raw);
    }

    /// The term and the HELO are as long and as costly as they can be: `\\` and what is three
    /// octets.
    @Test
    @DisplayName("RFC 5322 §2.1.1 even the longest reasons fit a line")
    void longest() {
        var name = "l".repeat(60) + ".example";
        var terms =
                List.of(
                        "\u20AC".repeat(2000),
                        "include:" + "\\\"".repeat(700) + ".example.com",
                        "exists:" + "\"".repeat(60) + ".slow.example",
                        "redirect=" + ("\"".repeat(60) + ".").repeat(3) + "slow.example");
        for (var term : terms) {
            var result = Checking.mailFrom(new OneRecord("v=spf1 " + term), "::1", "a@" + name);
            assertTrue(result.verdict().reason().isPresent(), result::toString);
            var query = Checking.query("::1", "\u20AC\\".repeat(900), "a@" + name);
            assertOneField(new ReceivedSpf(query, result, "mx.example.net").field().raw());
            assertOneField(
                    new AuthenticationResults(
                                    "mx.example.net", List.of(AuthenticationResults.spf(result)))
                            .field()
                            .raw());
            var helo = Checking.verifier(FakeDns.empty()).helo(query, Checking.NOW);
            assertOneField(
                    new AuthenticationResults(
                                    "mx.example.net", List.of(AuthenticationResults.spf(helo)))
                            .field()
                            .raw());
        }
    }

    /// Has one record for the first question, and then no answer.
    private static final class OneRecord implements Resolver {
        private final String record;
        private boolean asked;

        OneRecord(String record) {
            this.record = record;
        }

        @Override
        public Answer<String> txt(String name) {
            if (asked) {
                return new Answer.TemporaryFailure<>("no answer ".repeat(100));
            }
            asked = true;
            return new Answer.Records<>(List.of(record), Duration.ZERO, false);
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            return new Answer.TemporaryFailure<>("no answer");
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return new Answer.TemporaryFailure<>("no answer ".repeat(100));
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return new Answer.TemporaryFailure<>("no answer");
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            return new Answer.TemporaryFailure<>("no answer");
        }
    }

    @Test
    @DisplayName("RFC 8601 §2.7.2 Authentication-Results")
    void authenticationResults() {
        assertEquals(
                """
                Authentication-Results: mx.example.net;
                \tspf=pass smtp.mailfrom=example.com;
                \tspf=permerror reason="two records" smtp.helo=example.com;
                \tspf=fail smtp.mailfrom=example.com
                """
                        .replace("\n", "\r\n"),
                new AuthenticationResults(
                                "mx.example.net",
                                List.of(
                                        AuthenticationResults.spf(
                                                result(
                                                        new SpfVerdict.Pass(),
                                                        SpfIdentity.MAIL_FROM,
                                                        "")),
                                        AuthenticationResults.spf(
                                                result(
                                                        new SpfVerdict.PermError("two records"),
                                                        SpfIdentity.HELO,
                                                        "")),
                                        AuthenticationResults.spf(
                                                result(
                                                        new SpfVerdict.Fail("his words"),
                                                        SpfIdentity.MAIL_FROM,
                                                        ""))))
                        .field()
                        .raw());
    }
}
