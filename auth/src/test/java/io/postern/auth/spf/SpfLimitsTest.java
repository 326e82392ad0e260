package io.postern.auth.spf;

import static io.postern.auth.spf.Checking.dns;
import static io.postern.auth.spf.Checking.mailFrom;
import static io.postern.auth.spf.Checking.txt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.FakeDns;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 7208 §4.6.4 limits, §2.6.6 temporary errors")
class SpfLimitsTest {
    private static final String WHERE = "192.0.2.1";

    private static SpfResult check(FakeDns dns) {
        var result = mailFrom(dns, WHERE, "a@example.com");
        assertEquals(dns.lookups(), result.lookups());
        return result;
    }

    private static String times(int count, String text) {
        return IntStream.range(0, count)
                .mapToObj(i -> text.replace("#", Integer.toString(i)))
                .collect(Collectors.joining());
    }

    private static String hosts(int count) {
        return times(count, "example.com. MX # h#.example.com.\nh#.example.com. A 203.0.113.#\n");
    }

    @Test
    @DisplayName("ten terms are evaluated, an eleventh is a permerror")
    void terms() {
        var a = "example.com. A 203.0.113.1";
        var ten = check(dns("v=spf1 " + times(10, "a ") + "-all", a));
        assertEquals("fail", ten.verdict().word());
        assertEquals(11, ten.lookups());
        var eleven = check(dns("v=spf1 " + times(11, "a ") + "-all", a));
        assertEquals("permerror", eleven.verdict().word());
        assertEquals(11, eleven.lookups());
    }

    @Test
    @DisplayName("ip4, ip6, all, exp= and the first record are not counted")
    void notCounted() {
        var result =
                check(
                        dns(
                                "v=spf1 "
                                        + times(10, "a ")
                                        + times(100, "ip4:203.0.113.# ip6:2001:db8::# ")
                                        + "-all exp=why.example.com",
                                "example.com. A 203.0.113.1",
                                txt("why.example.com", "because")));
        assertEquals("because", result.explanation().orElseThrow());
        assertEquals(12, result.lookups());
    }

    @Test
    @DisplayName("terms of included records count, and so does the redirect")
    void nestedTerms() {
        var zone =
                "example.com. A 203.0.113.1\ninc.example.com. A 203.0.113.1\n"
                        + txt("inc.example.com", "v=spf1 " + times(8, "a "));
        assertEquals("fail", check(dns("v=spf1 include:inc.%{d} a -all", zone)).verdict().word());
        assertEquals(
                "permerror",
                check(dns("v=spf1 include:inc.%{d} a redirect=inc.%{d}", zone)).verdict().word());
    }

    @Test
    @DisplayName("loops of include and of redirect end at the tenth term")
    void loops() {
        var include = check(dns("v=spf1 include:example.com -all"));
        assertEquals("permerror", include.verdict().word());
        assertEquals(11, include.lookups());
        var redirect = check(dns("v=spf1 redirect=example.com"));
        assertEquals("permerror", redirect.verdict().word());
        assertEquals(11, redirect.lookups());
    }

    @Test
    @DisplayName("two terms may find nothing, a third is a permerror")
    void voidLookups() {
        assertEquals("fail", check(dns("v=spf1 a:x.%{d} exists:y.%{d} -all")).verdict().word());
        var third = check(dns("v=spf1 a:x.%{d} exists:y.%{d} mx:z.%{d} -all"));
        assertEquals("permerror", third.verdict().word());
        assertEquals("mx:z.%{d}", third.mechanism().orElseThrow());
    }

    @Test
    @DisplayName("hosts of an mx without such an address are not terms that find nothing")
    void voidHosts() {
        var result =
                mailFrom(dns("v=spf1 mx mx mx mx -all", hosts(4)), "2001:db8::1", "a@example.com");
        assertEquals("fail", result.verdict().word());
    }

    @Test
    @DisplayName("ten hosts of an mx are looked up, an eleventh is a permerror")
    void mxHosts() {
        var ten = check(dns("v=spf1 mx -all", hosts(10)));
        assertEquals("fail", ten.verdict().word());
        assertEquals(12, ten.lookups());
        var eleven = check(dns("v=spf1 mx -all", hosts(11)));
        assertEquals("permerror", eleven.verdict().word());
        assertEquals(12, eleven.lookups());
    }

    @Test
    @DisplayName("of reverse names the first ten are looked at, once in a check")
    void reverseNames() {
        var names =
                times(
                        30,
                        "1.2.0.192.in-addr.arpa. PTR h#.example.com.\nh#.example.com. A 203.0.113.#\n");
        var result =
                check(dns("v=spf1 ptr ptr exists:%{p}.x.%{d} ptr:%{d} -all exp=%{p}.%{d}", names));
        assertEquals("fail", result.verdict().word());
        // TXT, PTR, ten A, exists, exp
        assertEquals(14, result.lookups());
    }

    @Test
    @DisplayName("a longer record than any real one is a permerror")
    void recordLength() {
        var result = check(dns("v=spf1 " + "ip4:192.0.2.1 ".repeat(600) + "-all"));
        assertEquals("permerror", result.verdict().word());
    }

    @Test
    @DisplayName("the DNS does not answer: temperror, and nothing more is asked")
    void temporary() {
        var more = "h.example.com. A 192.0.2.1\nexample.com. MX 1 m.example.com.";
        for (var term :
                new String[] {
                    "a:slow.%{d}", "mx:slow.%{d}", "exists:slow.%{d}", "include:slow.%{d}"
                }) {
            var dns = dns("v=spf1 -" + term + " a:h.%{d} -all", more).timeout("slow.example.com");
            var result = check(dns);
            assertEquals("temperror", result.verdict().word(), term);
            assertEquals("-" + term, result.mechanism().orElseThrow());
            assertEquals(2, result.lookups(), term);
        }
        var host = check(dns("v=spf1 mx -all", more).fail("m.example.com"));
        assertEquals("temperror", host.verdict().word());
        var redirect = check(dns("v=spf1 redirect=slow.%{d}").fail("slow.example.com"));
        assertEquals("temperror", redirect.verdict().word());
        var first = check(dns("v=spf1 -all").fail("example.com"));
        assertEquals("temperror", first.verdict().word());
        assertEquals(1, first.lookups());
    }

    @Test
    @DisplayName("§5.5 a failed reverse look-up is no match, but nobody fails for it")
    void temporaryReverse() {
        for (var record :
                new String[] {
                    "v=spf1 ptr -all",
                    "v=spf1 ptr ~all",
                    "v=spf1 exists:%{p}.%{d} -all",
                    "v=spf1 include:inc.%{d} -all"
                }) {
            var result =
                    check(
                            dns(record, txt("inc.example.com", "v=spf1 ptr:example.com -all"))
                                    .fail(WHERE));
            assertEquals("temperror", result.verdict().word(), record);
        }
        assertEquals("neutral", check(dns("v=spf1 ptr").fail(WHERE)).verdict().word());
        assertTrue(check(dns("v=spf1 ptr ip4:192.0.2.1 -all").fail(WHERE)).passed());
        var address =
                dns(
                        "v=spf1 ptr -all",
                        "1.2.0.192.in-addr.arpa. PTR a.example.com.",
                        "1.2.0.192.in-addr.arpa. PTR b.example.com.");
        var one = check(address.fail("a.example.com").fail("b.example.com"));
        assertEquals("temperror", one.verdict().word());
        assertEquals(3, one.lookups());
    }
}
