package io.postern.auth.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 7208 §4.5, §4.6.1, §12 records")
class SpfRecordTest {
    /// @param want how many directives, `bad` with the term, or `not SPF`
    record Case(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case good(String rule, String terms, int directives) {
        return new Case(rule, "v=spf1 " + terms, Integer.toString(directives));
    }

    private static Case bad(String rule, String term) {
        return new Case(rule, "v=spf1 " + term + " -all", "bad " + term);
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("§4.5 the version alone", "v=spf1", "0"),
                new Case("§4.5 the version in any case", "V=SpF1 -ALL", "1"),
                new Case("§4.5 another version", "v=spf10 -all", "not SPF"),
                new Case("§4.5 no space after the version", "v=spf1-all", "not SPF"),
                new Case("§4.5 a tab is no space", "v=spf1\t-all", "not SPF"),
                new Case("§4.5 a space before the version", " v=spf1 -all", "not SPF"),
                good("§4.6.1 several spaces, and some at the end", "  a   mx  ", 2),
                good("§4.6.2 qualifiers", "+a -a ~a ?a", 4),
                bad("§4.6.2 two qualifiers", "+-a"),
                bad("§4.6.1 a qualifier alone", "-"),
                bad("§4.6.1 a tab within a term", "a\tmx"),
                bad("§4.6.1 no mechanism of that name", "ipv4:192.0.2.1"),
                bad("§4.6.1 a redirect is no mechanism", "redirect:example.com"),
                bad("§4.6.1 a modifier has no qualifier", "-redirect=example.com"),
                bad("§4.6.1 beyond ASCII", "a:b\u00E9.example.com"),
                bad("§5.1 all has no argument", "all:example.com"),
                bad("§5.1 all has no length", "all/0"),
                bad("§5.2 include has a domain", "include"),
                bad("§5.2 include has no length", "include:example.com/24"),
                good("§5.3 a with lengths", "a/24 a//64 a/24//64 a:b.example.com/24//64", 4),
                good("§5.3 a slash in the domain", "a:b/c.example.com/24", 1),
                bad("§5.3 a length over 32", "a/33"),
                bad("§5.3 an IPv6 length over 128", "a//129"),
                bad("§5.3 two IPv4 lengths", "a/24/24"),
                bad("§5.3 a length with a leading zero", "a/032"),
                bad("§5.3 an empty length", "a/"),
                bad("§5.3 an empty domain", "a:"),
                bad("§5.3 a length that no int holds", "a/99999999999"),
                good("§5.4 mx with lengths", "mx mx:example.com mx/8 mx//8", 4),
                bad("§5.5 ptr has no length", "ptr/24"),
                good("§5.6 networks", "ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::/32", 3),
                bad("§5.6 ip4 without address", "ip4"),
                bad("§5.6 ip4 with three octets", "ip4:192.0.2"),
                bad("§5.6 ip4 with leading zeros", "ip4:192.000.2.1"),
                bad("§5.6 ip4 with a port", "ip4:192.0.2.1:25"),
                bad("§5.6 ip4 with a length over 32", "ip4:192.0.2.1/33"),
                bad("§5.6 ip4 with an IPv6 length", "ip4:192.0.2.1//33"),
                bad("§5.6 ip4 with an IPv6 address", "ip4:2001:db8::1"),
                bad("§5.6 ip6 with an IPv4 address", "ip6:192.0.2.1"),
                bad("§5.6 ip6 in square brackets", "ip6:[2001:db8::1]"),
                bad("§5.6 ip6 with a zone", "ip6:fe80::1%1"),
                bad("§5.6 ip6 with a length over 128", "ip6:2001:db8::/129"),
                bad("§5.7 exists has a domain", "exists"),
                good("§6 unknown modifiers are passed over", "x-y.z_1=%{c}%%a/b:c moo= a", 1),
                bad("§6 an unknown modifier with a wrong macro", "moo=%a"),
                bad("§6 a name begins with a letter", "1up=foo"),
                bad("§6 a name has a letter", "=foo"),
                bad("§6.1 redirect has a domain", "redirect="),
                bad("§6.2 exp has a domain", "exp="),
                new Case(
                        "§6 redirect twice",
                        "v=spf1 redirect=a.example REDIRECT=b.example",
                        "bad REDIRECT=b.example"),
                new Case("§6 exp twice", "v=spf1 exp=a.example exp=b.example", "bad exp=b.example"),
                new Case("§4.6 a mistake after all", "v=spf1 -all moo", "bad moo"),
                good("§7.1 a domain may end in a macro", "a:%{d} a:x%{d1r-} a:x%%", 3),
                good("§7.1 a trailing dot", "a:example.com.", 1),
                good("§7.1 a hyphen in the top label", "a:example.xn--zckzah", 1),
                bad("§7.1 a single label", "a:localhost"),
                bad("§7.1 a number for a top label", "a:192.0.2.1"),
                bad("§7.1 a top label that begins with a hyphen", "a:example.-com"),
                bad("§7.1 a top label that ends with a hyphen", "a:example.com-"),
                bad("§7.1 only dots", "a:.."),
                bad("§7.1 a percent sign alone", "a:%.example.com"),
                bad("§7.1 a percent sign at the end", "a:example.com%"),
                bad("§7.1 a macro that is not closed", "a:%{d"),
                bad("§7.1 round brackets", "a:%(d)"),
                bad("§7.1 no such macro", "a:%{x}.example.com"),
                bad("§7.2 c, r and t are for explanations", "exists:%{t}.example.com"),
                bad("§7.3 none of the parts", "a:%{d0}"),
                bad("§7.3 transformers in the wrong order", "a:%{dr2}"),
                good("§7.3 more parts than any value has", "a:%{d99999999999}", 1),
                good("§7.3 every delimiter", "a:%{l.-+,/_=}.example.com", 1),
                bad("§7.3 no delimiter", "a:%{d:}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        assertEquals(c.want(), read(c.text()));
    }

    private static String read(String text) {
        if (!SpfRecord.isOne(text)) {
            return "not SPF";
        }
        return switch (SpfRecord.parse(text)) {
            case SpfRecord.Parsed.Ok(var record) -> Integer.toString(record.directives().size());
            case SpfRecord.Parsed.Bad(var term, _) -> "bad " + term;
        };
    }
}
