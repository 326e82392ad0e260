package io.postern.gateway.identities;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.testkit.FakeDns;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The name in HELO")
class HeloCheckTest {
    private static final FakeDns DNS =
            FakeDns.zone("mail.there.example. A 192.0.2.1\nmx.example. MX 10 a.example.")
                    .fail("trouble.example");

    record Case(String rule, String setting, String helo, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        var qualified = "helo_name = 'qualified'";
        var resolves = "helo_name = 'resolves'";
        var name = "helo 550 5.7.1 say EHLO with your host's full name or [address]";
        return Stream.of(
                new Case("RFC 5321 §4.1.4 any name passes by itself", "", "localhost", "pass"),
                new Case(
                        "our own name is nobody else's",
                        "",
                        "GW.Example.com.",
                        "helo 550 5.7.1 that is my name, not yours"),
                new Case("but may be", "refuse_own_name = false", "gw.example.com", "pass"),
                new Case("a name without a dot", qualified, "localhost", name),
                new Case("an address without brackets", qualified, "192.0.2.1", name),
                new Case("what is no name", qualified, "a_b-.c!d", name),
                new Case("a full name", qualified, "nowhere.example", "pass"),
                new Case("an address literal", qualified, "[192.0.2.1]", "pass"),
                new Case("a name with an address", resolves, "mail.there.example", "pass"),
                new Case("a name with an MX", resolves, "mx.example", "pass"),
                new Case("an address literal is not looked up", resolves, "[192.0.2.1]", "pass"),
                new Case(
                        "a name that is not there",
                        resolves,
                        "nowhere.example",
                        "helo 550 5.7.1 your EHLO name is not in the DNS"),
                new Case(
                        "DNS trouble: 451",
                        resolves,
                        "trouble.example",
                        "helo 451 4.4.3 your EHLO name can't be looked up now"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void helo(Case c) {
        var config = Situations.config("[strangers]\n" + c.setting());
        var check = new HeloCheck(config.strangers(), config.hostname(), DNS);
        assertEquals(
                c.want(),
                Situations.of(config, "192.0.2.25", c.helo())
                        .play(check, "joe@there.example", "info@example.com"));
    }
}
