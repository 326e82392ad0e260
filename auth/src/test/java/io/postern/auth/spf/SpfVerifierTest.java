package io.postern.auth.spf;

import static io.postern.auth.spf.Checking.dns;
import static io.postern.auth.spf.Checking.helo;
import static io.postern.auth.spf.Checking.mailFrom;
import static io.postern.auth.spf.Checking.txt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.FakeDns;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 7208 §4, §5, §6 check_host()")
class SpfVerifierTest {
    private static final String ZONE =
            """
            www.example.com. A 192.0.2.1
            www.example.com. AAAA 2001:db8::1
            mx1.example.com. A 192.0.2.10
            mx2.example.com. A 192.0.2.20
            mx2.example.com. AAAA 2001:db8::20
            in.example.com. MX 10 mx1.example.com.
            in.example.com. MX 20 mx2.example.com.
            null.example.com. MX 0 .
            30.2.0.192.in-addr.arpa. PTR host.example.com.
            host.example.com. A 192.0.2.30
            31.2.0.192.in-addr.arpa. PTR forged.example.com.
            forged.example.com. A 192.0.2.99
            32.2.0.192.in-addr.arpa. PTR host.notexample.com.
            host.notexample.com. A 192.0.2.32
            all.example.org. TXT "v=spf1 +all"
            fail.example.org. TXT "v=spf1 -all"
            soft.example.org. TXT "v=spf1 ~all"
            neutral.example.org. TXT "v=spf1 ?all"
            empty.example.org. TXT "v=spf1"
            broken.example.org. TXT "v=spf1 moo"
            other.example.org. TXT "no such thing"
            twice.example.org. TXT "v=spf1 -all"
            twice.example.org. TXT "v=spf1 +all"
            mixed.example.org. TXT "verification=1"
            mixed.example.org. TXT "v=spf1 -all"
            """;

    /// @param terms of the record of example.com
    record Case(String rule, String terms, String client, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("§4.7 nothing matches", "ip4:192.0.2.1", "192.0.2.2", "neutral"),
                new Case("§4.6.2 the first match decides", "?all -all", "192.0.2.1", "neutral"),
                new Case("§5.1 all", "-all", "192.0.2.1", "fail"),
                new Case("§5.2 include of pass", "-include:all.example.org", "::1", "fail"),
                new Case(
                        "§5.2 include of fail", "include:fail.example.org ~all", "::1", "softfail"),
                new Case("§5.2 of softfail", "include:soft.example.org -all", "::1", "fail"),
                new Case("§5.2 of neutral", "include:neutral.example.org -all", "::1", "fail"),
                new Case("§5.2 of permerror", "include:broken.example.org", "::1", "permerror"),
                new Case("§5.2 of none", "include:other.example.org +all", "::1", "permerror"),
                new Case("§5.2 of no such name", "include:gone.example.org", "::1", "permerror"),
                new Case("§5.3 a", "a:www.example.com -all", "192.0.2.1", "pass"),
                new Case("§5.3 another address", "a:www.example.com -all", "192.0.2.2", "fail"),
                new Case("§5.3 IPv4 length", "a:www.example.com/24 -all", "192.0.2.200", "pass"),
                new Case(
                        "§5.3 it is not IPv6's", "a:www.example.com/0 -all", "2001:db9::1", "fail"),
                new Case("§5.3 AAAA", "a:www.example.com -all", "2001:db8::1", "pass"),
                new Case("§5.3 IPv6 length", "a:www.example.com//64 -all", "2001:db8::f", "pass"),
                new Case("§5.3 /0 needs an address", "a:mx1.example.com//0 -all", "::1", "fail"),
                new Case("§5.4 mx", "mx:in.example.com -all", "192.0.2.20", "pass"),
                new Case("§5.4 its AAAA", "mx:in.example.com -all", "2001:db8::20", "pass"),
                new Case("§5.4 no MX, no host", "mx:www.example.com -all", "192.0.2.1", "fail"),
                new Case("§5.4 null MX", "mx:null.example.com -all", "192.0.2.1", "fail"),
                new Case("§5.5 ptr", "ptr -all", "192.0.2.30", "pass"),
                new Case("§5.5 a name that does not lead back", "ptr -all", "192.0.2.31", "fail"),
                new Case("§5.5 whole labels only", "ptr -all", "192.0.2.32", "fail"),
                new Case("§5.6 ip4", "ip4:192.0.2.0/25 -all", "192.0.2.127", "pass"),
                new Case("§5.6 beyond it", "ip4:192.0.2.0/25 -all", "192.0.2.128", "fail"),
                new Case("§5.6 ip6", "ip6:2001:db8::/33 -all", "2001:db8:7fff::1", "pass"),
                new Case("§5.6 beyond it", "ip6:2001:db8::/33 -all", "2001:db8:8000::1", "fail"),
                new Case(
                        "§5 a mapped address is IPv4",
                        "ip4:192.0.2.1 -all",
                        "::ffff:192.0.2.1",
                        "pass"),
                new Case(
                        "§5 and never IPv6",
                        "ip6:::ffff:192.0.2.1 -all",
                        "::ffff:192.0.2.1",
                        "fail"),
                new Case("§5.7 exists", "exists:www.%{d} -all", "203.0.113.1", "pass"),
                new Case("§5.7 asks for A only", "exists:www.%{d} -all", "2001:db9::1", "pass"),
                new Case("§5.7 no such name", "exists:no.%{d} -all", "203.0.113.1", "fail"),
                new Case("§6.1 redirect", "redirect=fail.example.org", "::1", "fail"),
                new Case("§6.1 after all else", "redirect=fail.example.org +all", "::1", "pass"),
                new Case("§6.1 to none", "redirect=other.example.org", "::1", "permerror"),
                new Case("§4.6 a mistake at the end", "+all moo", "::1", "permerror"),
                new Case("§4.8 a name that can't be", "a:x..example.com -all", "::1", "fail"),
                new Case(
                        "§5.2 include of it",
                        "include:%{l}..example.com ?all",
                        "::1",
                        "permerror"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void mechanisms(Case c) {
        var result = mailFrom(dns("v=spf1 " + c.terms(), ZONE), c.client(), "a@example.com");
        assertEquals(c.want(), result.verdict().word(), () -> String.join("\n", result.steps()));
    }

    /// @param mailFrom the reverse-path
    record Selection(String rule, String mailFrom, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Selection> records() {
        return Stream.of(
                new Selection("§4.3 no such domain", "a@gone.example", "none"),
                new Selection("§4.5 no SPF record", "a@other.example.org", "none"),
                new Selection("§4.5 no TXT record", "a@www.example.com", "none"),
                new Selection("§4.5 two SPF records", "a@twice.example.org", "permerror"),
                new Selection("§4.5 other TXT records", "a@mixed.example.org", "fail"),
                new Selection("§4.7 a record that says nothing", "a@empty.example.org", "neutral"),
                new Selection("§4.3 a trailing dot", "a@fail.example.org.", "fail"),
                new Selection("§4.3 any case", "a@FAIL.Example.ORG", "fail"),
                new Selection("§4.3 the last at sign", "\"a@b\"@fail.example.org", "fail"),
                new Selection("§4.3 no local part", "@fail.example.org", "fail"),
                new Selection("§4.3 no at sign", "fail.example.org", "fail"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void selection(Selection r) {
        var result = mailFrom(FakeDns.zone(ZONE), "192.0.2.1", r.mailFrom());
        assertEquals(r.want(), result.verdict().word(), () -> String.join("\n", result.steps()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unchecked")
    @DisplayName("§4.3 what is no domain is none, and the DNS is not asked")
    void noDomain(String domain) {
        var dns = FakeDns.zone(ZONE);
        assertEquals("none", mailFrom(dns, "192.0.2.1", "a@" + domain).verdict().word());
        assertEquals("none", helo(dns, "192.0.2.1", domain).verdict().word());
        assertEquals(List.of(), dns.asked());
    }

    static Stream<String> unchecked() {
        return Stream.of(
                "[192.0.2.1]",
                "[IPv6:2001:db8::1]",
                "192.0.2.1",
                "localhost",
                "a..example.org",
                ".example.org",
                "a".repeat(64) + ".example.org",
                "a.".repeat(127) + "org",
                "bad domain.example.org",
                "a\r\nb.example.org",
                "stra\u00DFe.example",
                "");
    }

    @Test
    @DisplayName("§2.4 a null reverse-path is postmaster at the HELO identity")
    void nullReversePath() {
        var dns =
                FakeDns.zone(
                        txt("client.example.org", "v=spf1 exists:%{l}.%{o} -all")
                                + "postmaster.client.example.org. A 127.0.0.1\n");
        var result = mailFrom(dns, "192.0.2.1", "client.example.org", "");
        assertTrue(result.passed(), result::toString);
        assertEquals(SpfIdentity.MAIL_FROM, result.identity());
        assertEquals("client.example.org", result.domain());
    }

    @Test
    @DisplayName("§2.3 the HELO identity has its own record")
    void heloIdentity() {
        var result = helo(dns("v=spf1 ip4:192.0.2.1 -all"), "192.0.2.1", "Example.COM");
        assertTrue(result.passed(), result::toString);
        assertEquals(SpfIdentity.HELO, result.identity());
        assertEquals("example.com", result.domain());
        assertEquals(Optional.of("ip4:192.0.2.1"), result.mechanism());
        assertEquals(1, result.lookups());
    }

    @Test
    @DisplayName("RFC 8616 §4: U-labels become A-labels")
    void internationalDomain() {
        var dns = FakeDns.zone(txt("xn--mller-kva.example", "v=spf1 -all"));
        var result = mailFrom(dns, "192.0.2.1", "a@M\u00FCller.example");
        assertEquals("fail", result.verdict().word());
        assertEquals("xn--mller-kva.example", result.domain());
    }

    @Test
    @DisplayName("RFC 8616 §4: a term with the local part never matches when that is not ASCII")
    void internationalLocalPart() {
        var dns = dns("v=spf1 exists:%{L}.example.com include:%{l}.example.com -all");
        var result = mailFrom(dns, "192.0.2.1", "j\u00F6rg@example.com");
        assertEquals("fail", result.verdict().word());
        assertEquals(1, result.lookups());
    }

    @Test
    @DisplayName("steps: each question with its answer, each decision, in order")
    void steps() {
        var result =
                mailFrom(
                        dns("v=spf1 a:www.example.com include:all.example.org -all", ZONE),
                        "203.0.113.9",
                        "a@example.com");
        assertEquals(
                List.of(
                        "spf: mailfrom identity example.com, client 203.0.113.9",
                        "dns: TXT example.com: \"v=spf1 a:www.example.com include:all.example.org"
                                + " -all\" (ttl 3600 s)",
                        "dns: A www.example.com: 192.0.2.1 (ttl 3600 s)",
                        "spf: example.com: a:www.example.com does not match",
                        "dns: TXT all.example.org: \"v=spf1 +all\" (ttl 3600 s)",
                        "spf: all.example.org: +all matches, pass",
                        "spf: example.com: include:all.example.org matches, pass",
                        "spf: result: pass"),
                result.steps());
        assertEquals(Optional.of("include:all.example.org"), result.mechanism());
    }
}
