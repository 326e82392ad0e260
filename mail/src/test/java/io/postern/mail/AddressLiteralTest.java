package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5321 §4.1.3 address literals")
class AddressLiteralTest {
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("IPv4", "[192.0.2.1]", "[192.0.2.1]"),
                new Case("IPv6", "[IPv6:2001:db8::1]", "[IPv6:2001:db8:0:0:0:0:0:1]"),
                new Case("the tag in any case", "[ipv6:::1]", "[IPv6:0:0:0:0:0:0:0:1]"),
                new Case("IPv6v4-full and -comp", "[IPv6:::ffff:192.0.2.1]", "[192.0.2.1]"),
                new Case(
                        "IPv6v4-comp, not mapped",
                        "[IPv6:2001:db8::192.0.2.1]",
                        "[IPv6:2001:db8:0:0:0:0:c000:201]"),
                new Case("an IPv4 address is none of IPv6", "[IPv6:192.0.2.1]", "none"),
                new Case("nor with fewer numbers", "[IPv6:192.513]", "none"),
                new Case("nor a number", "[IPv6:3221225985]", "none"),
                new Case("an IPv6 address has the tag", "[2001:db8::1]", "none"),
                new Case("no zone", "[IPv6:fe80::1%lo]", "none"),
                new Case("no leading zero", "[192.0.2.01]", "none"),
                new Case("256", "[192.0.2.256]", "none"),
                new Case("another kind", "[Example:text]", "none"),
                new Case("no brackets", "192.0.2.1", "none"),
                new Case("nothing", "[]", "none"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(
                c.want(),
                AddressLiteral.parse(c.text()).map(AddressLiteral::toString).orElse("none"));
    }
}
