package io.postern.gateway.identities;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.testkit.FakeDns;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 2505 §2.9 the domain of MAIL FROM")
class ReversePathCheckTest {
    private static final FakeDns DNS =
            FakeDns.zone(
                            """
                            mx.example. MX 10 host.mx.example.
                            a.example. A 192.0.2.1
                            v6.example. AAAA 2001:db8::1
                            null.example. MX 0 .
                            text.example. TXT "no mail here"
                            half.example. TXT "its addresses can't be asked"
                            alias.example. CNAME mx.example.
                            """)
                    .fail("trouble.example")
                    .timeout("slow.example");

    record Case(String rule, String from, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("with an MX it passes", "joe@mx.example", "pass"),
                new Case("RFC 5321 §5.1 with an address", "joe@a.example", "pass"),
                new Case("RFC 5321 §5.1 with an IPv6 address", "joe@v6.example", "pass"),
                new Case("by way of a CNAME", "joe@alias.example", "pass"),
                new Case(
                        "none: 550",
                        "joe@nowhere.example",
                        "mail 550 5.1.8 your domain nowhere.example does not exist"),
                new Case(
                        "neither MX nor address: 550",
                        "joe@text.example",
                        "mail 550 5.1.8 your domain text.example has neither MX nor address"),
                new Case(
                        "RFC 7505 §4.2 a null MX: 550 5.7.27",
                        "joe@null.example",
                        "mail 550 5.7.27 your domain null.example takes no mail (null MX)"),
                new Case(
                        "DNS trouble: 451",
                        "joe@trouble.example",
                        "mail 451 4.4.3 your domain trouble.example can't be looked up now"),
                new Case(
                        "DNS time-out: 451",
                        "joe@slow.example",
                        "mail 451 4.4.3 your domain slow.example can't be looked up now"),
                new Case("§2.6.1 the null reverse-path passes", "", "pass"),
                new Case(
                        "§2.6.2 our own domain passes, whatever the DNS says",
                        "joe@example.com",
                        "pass"),
                new Case("an address literal passes", "joe@[192.0.2.9]", "pass"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void verified(Case c) {
        var config = Situations.config("");
        var check = new ReversePathCheck(DNS, new Postmaster(config));
        assertEquals(
                c.want(),
                Situations.of(config, "192.0.2.25", "a.example")
                        .play(check, c.from(), "info@example.com"));
    }

    @Test
    @DisplayName("inside hosts are not asked")
    void inside() {
        var config = Situations.config("");
        var check = new ReversePathCheck(DNS, new Postmaster(config));
        assertEquals(
                "pass",
                Situations.of(config, "192.0.2.25", "a.example")
                        .outbound()
                        .play(check, "joe@nowhere.example", "info@example.com"));
    }
}
