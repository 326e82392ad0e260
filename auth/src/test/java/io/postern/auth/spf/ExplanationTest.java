package io.postern.auth.spf;

import static io.postern.auth.spf.Checking.dns;
import static io.postern.auth.spf.Checking.mailFrom;
import static io.postern.auth.spf.Checking.txt;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.testkit.FakeDns;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 7208 §6.2 exp=")
class ExplanationTest {
    /// @param text the TXT record of why.example.com
    record Case(String rule, String text, Optional<String> want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "text with macros",
                        "%{i} is not %{d}.",
                        Optional.of("192.0.2.1 is not example.com.")),
                new Case("spaces are part of it", " a  b ", Optional.of(" a  b ")),
                new Case(
                        "§7.2 c, r and t",
                        "%{c} %{r} %{t}",
                        Optional.of("192.0.2.1 mx.example.net 1767225600")),
                new Case("a wrong macro: none", "%{x}", Optional.empty()),
                new Case("beyond ASCII: none", "caf\\195\\169", Optional.empty()),
                new Case("a line end: none", "a\\013\\010Subject: b", Optional.empty()),
                new Case("empty: none", "", Optional.empty()),
                new Case("too long for a reply: none", "%{s}".repeat(40), Optional.empty()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void text(Case c) {
        var result =
                mailFrom(
                        dns(
                                "v=spf1 -all exp=why.%{d}",
                                "why.example.com. TXT \"" + c.text() + "\""),
                        "192.0.2.1",
                        "strong-bad@example.com");
        assertEquals("fail", result.verdict().word());
        assertEquals(c.want(), result.explanation(), () -> String.join("\n", result.steps()));
        assertEquals(
                c.want()
                        .or(() ->
                                Optional.of(
                                        "192.0.2.1 is not permitted to send mail for"
                                                + " example.com (-all)")),
                result.verdict().reason());
    }

    @Test
    @DisplayName("no record, two records, a failure of the DNS: none, and the result stays")
    void trouble() {
        var two = "why.example.com. TXT \"a\"\nwhy.example.com. TXT \"b\"";
        var record = "v=spf1 -all exp=why.example.com";
        for (var dns :
                new FakeDns[] {
                    dns(record), dns(record, two), dns(record).timeout("why.example.com")
                }) {
            var result = mailFrom(dns, "192.0.2.1", "a@example.com");
            assertEquals("fail", result.verdict().word());
            assertEquals(Optional.empty(), result.explanation());
        }
    }

    @Test
    @DisplayName("§6.2 after a redirect only the new record's, of an include never")
    void whose() {
        var more =
                txt("b.example.com", "v=spf1 -all exp=why.%{d}")
                        + txt("why.b.example.com", "b")
                        + txt("why.example.com", "a");
        assertEquals(
                Optional.of("b"),
                mailFrom(
                                dns("v=spf1 redirect=b.%{d} exp=why.%{d}", more),
                                "192.0.2.1",
                                "a@example.com")
                        .explanation());
        assertEquals(
                Optional.of("a"),
                mailFrom(
                                dns("v=spf1 include:b.%{d} -all exp=why.%{d}", more),
                                "192.0.2.1",
                                "a@example.com")
                        .explanation());
    }

    @Test
    @DisplayName("only a fail is explained")
    void notAFail() {
        var dns = dns("v=spf1 ~all exp=why.%{d}", txt("why.example.com", "a"));
        assertEquals(Optional.empty(), mailFrom(dns, "192.0.2.1", "a@example.com").explanation());
        assertEquals(0, dns.lookups("why.example.com"));
    }
}
