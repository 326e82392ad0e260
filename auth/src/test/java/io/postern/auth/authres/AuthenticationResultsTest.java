package io.postern.auth.authres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.authres.AuthenticationResults.Property;
import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.DmarcInput;
import io.postern.auth.dmarc.DmarcVerifier;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 8601 §2.2 Authentication-Results")
class AuthenticationResultsTest {
    private static SignatureResult result(DkimResult result, String identity) {
        return new SignatureResult(
                result,
                Optional.of(Domain.of("example.com")),
                Optional.of("sel"),
                Optional.of(identity),
                Optional.of("rsa-sha256"),
                Optional.of("ab/d+fghijkl"),
                OptionalInt.of(2048),
                false,
                List.of());
    }

    @Test
    @DisplayName("no result")
    void none() {
        assertEquals(
                "Authentication-Results: mx.example.org; none\r\n",
                new AuthenticationResults("mx.example.org", List.of()).field().raw());
    }

    @Test
    @DisplayName("§2.7.1 a message without signatures")
    void unsigned() {
        assertEquals(
                "Authentication-Results: mx.example.org;\r\n\tdkim=none\r\n",
                new AuthenticationResults("mx.example.org", AuthenticationResults.dkim(List.of()))
                        .field()
                        .raw());
    }

    @Test
    @DisplayName("§2.7.1, RFC 6008 one result per signature, with what tells them apart")
    void dkim() {
        var field =
                new AuthenticationResults(
                                "mx.example.org",
                                AuthenticationResults.dkim(
                                        List.of(
                                                result(new DkimResult.Pass(), "@example.com"),
                                                result(
                                                        new DkimResult.Fail(
                                                                "body hash did not verify"),
                                                        "joe@example.com"))))
                        .field();
        assertEquals(
                """
                Authentication-Results: mx.example.org;
                \tdkim=pass (2048-bit key) header.d=example.com header.i=@example.com
                \theader.s=sel header.a=rsa-sha256 header.b="ab/d+fgh";
                \tdkim=fail (2048-bit key) reason="body hash did not verify"
                \theader.d=example.com header.i=joe@example.com header.s=sel
                \theader.a=rsa-sha256 header.b="ab/d+fgh"
                """
                        .replace("\n", "\r\n"),
                field.raw());
    }

    @Test
    @DisplayName("RFC 9989 §9.1 DMARC: the author domain, and what is to be applied")
    void dmarc() {
        var dns = FakeDns.zone("_dmarc.example.com. TXT \"v=DMARC1; p=reject; t=y\"");
        var verifier = new DmarcVerifier(dns);
        var signed = List.of(result(new DkimResult.Pass(), "@example.com"));
        assertEquals(
                """
                Authentication-Results: mx.example.org;
                \tdmarc=fail (p=reject, t=y) header.from=example.com
                \tpolicy.dmarc=quarantine;
                \tdmarc=pass (p=reject, t=y) header.from=example.com;
                \tdmarc=none reason="no policy record for example.net"
                \theader.from=example.net
                """
                        .replace("\n", "\r\n"),
                new AuthenticationResults(
                                "mx.example.org",
                                Stream.of(
                                                message("example.com", List.of()),
                                                message("example.com", signed),
                                                message("example.net", List.of()))
                                        .map(verifier::evaluate)
                                        .map(AuthenticationResults::dmarc)
                                        .toList())
                        .field()
                        .raw());
    }

    private static DmarcInput message(String author, List<SignatureResult> dkim) {
        return new DmarcInput(Domain.of(author), dkim, Optional.empty());
    }

    /// A value that a stranger chose, and how it is written.
    record Case(String rule, String value, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("token", "sel-1", "sel-1"),
                new Case("address", "a.b+c@example.com", "a.b+c@example.com"),
                new Case("domain with @", "@example.com", "@example.com"),
                new Case("empty", "", "\"\""),
                new Case("semicolon", "a;dkim=pass", "\"a;dkim=pass\""),
                new Case("quotes", "a\"b\\c", "\"a\\\"b\\\\c\""),
                new Case("line break", "a\r\nX: y", "\"a??X: y\""),
                new Case("space in a local part", "a b@example.com", "\"a b@example.com\""),
                new Case("two dots in a local part", "a..b@example.com", "\"a..b@example.com\""),
                new Case("UTF-8, as octets", "\u00E9@example.com", "\u00C3\u00A9@example.com"));
    }

    @ParameterizedTest(name = "§2.2 pvalue: {0}")
    @MethodSource("cases")
    void value(Case c) {
        var raw =
                new AuthenticationResults(
                                "mx.example.org",
                                List.of(
                                        new MethodResult(
                                                "dkim",
                                                "pass",
                                                Optional.empty(),
                                                Optional.empty(),
                                                List.of(new Property("header", "i", c.value())))))
                        .field()
                        .raw();
        assertEquals(
                "Authentication-Results: mx.example.org;\r\n\tdkim=pass header.i="
                        + c.want()
                        + "\r\n",
                raw);
    }

    @Test
    @DisplayName("§2.2 what a stranger sent can't end the comment or the line")
    void comment() {
        var raw =
                new AuthenticationResults(
                                "mx.example.org",
                                List.of(
                                        new MethodResult(
                                                "dkim",
                                                "fail",
                                                Optional.of("a\r\nb"),
                                                Optional.of(") dkim=pass (\r\n"),
                                                List.of())))
                        .field()
                        .raw();
        assertTrue(raw.contains("(? dkim=pass ???) reason=\"a??b\""), raw);
    }
}
