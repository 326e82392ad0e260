package io.postern.auth.dmarc.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.postern.auth.dmarc.report.ReportDestinations.Verified;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 9990 §4 external destinations")
class ReportDestinationsTest {
    private static final String ZONE =
            """
            $ORIGIN .
            blue.example.com._report._dmarc.red.example.net. 300 IN TXT "v=DMARC1"
            blue.example.com._report._dmarc.semi.example.net. 300 IN TXT "v=DMARC1;"
            blue.example.com._report._dmarc.instead.example.net. 300 IN TXT "v=DMARC1; rua=mailto:other@instead.example.net!10m"
            blue.example.com._report._dmarc.elsewhere.example.net. 300 IN TXT "v=DMARC1; rua=mailto:victim@third.example.net"
            blue.example.com._report._dmarc.late.example.net. 300 IN TXT "rua=mailto:x@late.example.net; v=DMARC1"
            blue.example.com._report._dmarc.two.example.net. 300 IN TXT "hello"
            blue.example.com._report._dmarc.two.example.net. 300 IN TXT "v=DMARC1"
            blue.example.com._report._dmarc.spf.example.net. 300 IN TXT "v=spf1 -all"
            """;

    record Case(String rule, String to, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("the policy domain itself", "a@blue.example.com", "a@blue.example.com"),
                new Case(
                        "below the policy domain",
                        "a@in.blue.example.com",
                        "a@in.blue.example.com"),
                new Case("the organizational domain", "a@example.com", "a@example.com"),
                new Case(
                        "beside it in the organization",
                        "a@green.example.com",
                        "a@green.example.com"),
                new Case("a name that only ends alike", "a@notexample.com", "refused"),
                new Case("step 8: confirmed", "a@red.example.net", "a@red.example.net"),
                new Case("step 6: a trailing ;", "a@semi.example.net", "a@semi.example.net"),
                new Case("step 6: v= must be first", "a@late.example.net", "refused"),
                new Case("step 6: others are discarded", "a@two.example.net", "a@two.example.net"),
                new Case("step 7: none is valid", "a@spf.example.net", "refused"),
                new Case("step 7: no such name", "a@none.example.net", "refused"),
                new Case(
                        "step 9: another place of the same host",
                        "a@instead.example.net",
                        "other@instead.example.net"),
                new Case("step 9: another host is neither", "a@elsewhere.example.net", "refused"),
                new Case(
                        "step 4: too long a name",
                        "a@"
                                + "x".repeat(60)
                                + "."
                                + "y".repeat(60)
                                + "."
                                + "z".repeat(60)
                                + "."
                                + "w".repeat(40)
                                + ".net",
                        "refused"),
                new Case(
                        "step 5: a failure of the DNS is not a no",
                        "a@broken.example.net",
                        "not now"));
    }

    @ParameterizedTest(name = "RFC 9990 §4 {0}")
    @MethodSource("cases")
    void verify(Case c) {
        var dns = FakeDns.zone(ZONE).fail("blue.example.com._report._dmarc.broken.example.net");
        var verified =
                ReportDestinations.verify(
                        Domain.of("blue.example.com"),
                        Domain.of("example.com"),
                        uri("mailto:" + c.to()),
                        dns);
        assertEquals(c.want(), words(verified), () -> verified.steps().toString());
        assertFalse(verified.steps().isEmpty());
    }

    private static ReportUri uri(String text) {
        return switch (ReportUri.parse(text)) {
            case ReportUri.Parsed.Ok(var uri) -> uri;
            case ReportUri.Parsed.Bad(var why) -> throw new AssertionError(why);
        };
    }

    private static String words(Verified verified) {
        return switch (verified) {
            case Verified.Send(var to, _) ->
                    to.stream()
                            .map(uri -> uri.mailbox().toString())
                            .collect(Collectors.joining(" "));
            case Verified.Refused _ -> "refused";
            case Verified.NotNow _ -> "not now";
        };
    }

    static Stream<Case> uris() {
        return Stream.of(
                new Case("RFC 6068 §2 plain", "mailto:a@example.com", "a@example.com"),
                new Case(
                        "RFC 3986 §3.1 a scheme in any case",
                        "MAILTO:a@Example.com",
                        "a@example.com"),
                new Case(
                        "RFC 7489 §6.2 a size",
                        "mailto:a@example.com!10m",
                        "a@example.com 10485760"),
                new Case("RFC 7489 §6.2 octets", "mailto:a@example.com!100", "a@example.com 100"),
                new Case(
                        "RFC 7489 §6.2 beyond all",
                        "mailto:a@example.com!999999999t",
                        "a@example.com " + Long.MAX_VALUE),
                new Case("RFC 7489 §6.2 no size", "mailto:a@example.com!big", "bad"),
                new Case(
                        "RFC 6068 §2 escaped",
                        "mailto:%22a%2Cb%21c%22@example.com",
                        "\"a,b!c\"@example.com"),
                new Case("RFC 6068 §2 an escape cut off", "mailto:a%2", "bad"),
                new Case("RFC 6068 §2 fields", "mailto:a@example.com?subject=x", "a@example.com"),
                new Case("RFC 9989 §4.7 another scheme", "https://example.com/", "bad"),
                new Case("an address literal", "mailto:a@[192.0.2.1]", "bad"),
                new Case("white space", " mailto:a@example.com ", "a@example.com"),
                new Case(
                        "a line of its own",
                        "mailto:a@example.com%0d%0aBcc: b@example.com",
                        "bad"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uris")
    void uri(Case c) {
        var got =
                switch (ReportUri.parse(c.to())) {
                    case ReportUri.Parsed.Bad _ -> "bad";
                    case ReportUri.Parsed.Ok(var uri) ->
                            uri.mailbox() + uri.maxOctets().map(max -> " " + max).orElse("");
                };
        assertEquals(c.want(), got);
    }

    @Test
    @DisplayName("RFC 9989 §4.7 a list is cut at commas, and is bounded")
    void list() {
        assertEquals(2, ReportUri.list("mailto:a@example.com,, mailto:b@example.com").size());
        assertEquals(10, ReportUri.list("mailto:a@example.com,".repeat(50)).size());
    }
}
