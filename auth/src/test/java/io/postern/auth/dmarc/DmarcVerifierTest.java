package io.postern.auth.dmarc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dmarc.SpfIdentityResult.State;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DmarcVerifierTest {
    /// @param zone `domain: record` each, `domain exists` for an A record, `domain fails`
    /// @param want verdict, requested and effective policy, policy domain, and what is aligned
    record Case(String rule, String zone, Messages message, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static final String BANK =
            "bank.example: p=reject; psd=y | giant.bank.example: p=quarantine";

    private static final DkimResult LATER = new DkimResult.TempError("no answer");

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "RFC 9989 §4.4.1 relaxed: below the author domain",
                        "example.com: p=reject",
                        Messages.from("example.com").signed("news.example.com"),
                        "pass reject at example.com dkim=news.example.com"),
                new Case(
                        "RFC 9989 §4.4.1 relaxed: above the author domain",
                        "example.com: p=reject",
                        Messages.from("news.example.com").signed("example.com"),
                        "pass reject at example.com dkim=example.com"),
                new Case(
                        "RFC 9989 §4.4.1 relaxed: beside the author domain",
                        "example.com: p=reject",
                        Messages.from("a.example.com").signed("b.example.com"),
                        "pass reject at example.com dkim=b.example.com"),
                new Case(
                        "RFC 9989 §4.4.1 a top-level domain is not aligned",
                        "example.com: p=reject",
                        Messages.from("example.com").signed("com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.4.1 strict: the same",
                        "example.com: p=reject; adkim=s",
                        Messages.from("example.com").signed("example.com"),
                        "pass reject at example.com dkim=example.com"),
                new Case(
                        "RFC 9989 §4.4.1 strict: below",
                        "example.com: p=reject; adkim=s",
                        Messages.from("example.com").signed("a.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.4.1 any one of several signatures",
                        "example.com: p=reject",
                        Messages.from("example.com")
                                .signed("list.example.net")
                                .signed("example.com"),
                        "pass reject at example.com dkim=example.com"),
                new Case(
                        "RFC 9989 §4.4.1 a signature that failed",
                        "example.com: p=reject",
                        Messages.from("example.com")
                                .signed("example.com", new DkimResult.Fail("x")),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.4.1 a signature that policy refused",
                        "example.com: p=reject",
                        Messages.from("example.com")
                                .signed("example.com", new DkimResult.Policy("x")),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.4.2 SPF relaxed",
                        "example.com: p=reject",
                        Messages.from("example.com").spf("bounce.example.com", State.PASS),
                        "pass reject at example.com spf=bounce.example.com"),
                new Case(
                        "RFC 9989 §4.4.2 SPF strict",
                        "example.com: p=reject; aspf=s",
                        Messages.from("example.com").spf("bounce.example.com", State.PASS),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.4.2 SPF that did not pass",
                        "example.com: p=reject",
                        Messages.from("example.com").spf("example.com", State.OTHER),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.4 both are told",
                        "example.com: p=reject",
                        Messages.from("example.com")
                                .signed("example.com")
                                .spf("example.com", State.PASS),
                        "pass reject at example.com dkim=example.com spf=example.com"),
                new Case(
                        "RFC 9989 §4.10.1 no record",
                        "",
                        Messages.from("example.com").signed("example.com"),
                        "none"),
                new Case(
                        "RFC 9989 §4.10.1 the author domain's own record, p=",
                        "a.example.com: p=none; sp=reject | example.com: p=reject",
                        Messages.from("a.example.com"),
                        "fail none at a.example.com"),
                new Case(
                        "RFC 9989 §4.10.1 a record between does not count",
                        "b.example.com: p=none | example.com: p=reject",
                        Messages.from("a.b.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.10.1 sp= for a subdomain",
                        "example.com: p=none; sp=quarantine",
                        Messages.from("a.example.com"),
                        "fail quarantine at example.com"),
                new Case(
                        "RFC 9989 §4.10.1 np= for one that does not exist",
                        "example.com: p=none; sp=quarantine; np=reject",
                        Messages.from("a.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.10.1 sp= for one that does",
                        "example.com: p=none; sp=quarantine; np=reject | a.example.com exists",
                        Messages.from("a.example.com"),
                        "fail quarantine at example.com"),
                new Case(
                        "RFC 9989 §3.2.13 a name with only names below it exists",
                        "example.com: p=none; sp=quarantine; np=reject | b.a.example.com exists",
                        Messages.from("a.example.com"),
                        "fail quarantine at example.com"),
                new Case(
                        "RFC 9989 §4.7 np= missing: sp=",
                        "example.com: p=none; sp=reject",
                        Messages.from("a.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.7 np= is not for the domain itself",
                        "example.com: p=none; np=reject",
                        Messages.from("example.com"),
                        "fail none at example.com"),
                new Case(
                        "RFC 9989 §4.10.1 a PSD's policy where its registrant has none",
                        "example: p=reject; psd=y",
                        Messages.from("mail.shop.example").signed("shop.example"),
                        "pass reject at example dkim=shop.example"),
                new Case(
                        "RFC 9989 §4.10.1 not where its registrant has one",
                        "example: p=reject; psd=y | shop.example: p=none",
                        Messages.from("shop.example"),
                        "fail none at shop.example"),
                new Case(
                        "RFC 9989 §4.10.2 registrants of a PSD are not aligned",
                        BANK,
                        Messages.from("giant.bank.example").signed("mega.bank.example"),
                        "fail quarantine at giant.bank.example"),
                new Case(
                        "RFC 9989 §4.10.2 nor a registrant and the PSD",
                        BANK,
                        Messages.from("giant.bank.example").signed("bank.example"),
                        "fail quarantine at giant.bank.example"),
                new Case(
                        "RFC 9989 §4.10.2 a PSD's own mail",
                        BANK,
                        Messages.from("bank.example").signed("bank.example"),
                        "pass reject at bank.example dkim=bank.example"),
                new Case(
                        "RFC 9989 §4.10.2 a PSD's own mail, signed by a registrant",
                        BANK,
                        Messages.from("bank.example").signed("giant.bank.example"),
                        "fail reject at bank.example"),
                new Case(
                        "RFC 9989 §4.10.2 psd=n ends an organization",
                        "b.example.com: p=quarantine; psd=n | example.com: p=reject",
                        Messages.from("a.b.example.com").signed("example.com"),
                        "fail quarantine at b.example.com"),
                new Case(
                        "RFC 9989 §4.10.2 from both sides",
                        "b.example.com: p=quarantine; psd=n | example.com: p=reject",
                        Messages.from("example.com").signed("a.b.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.10.2 the fewest labels",
                        "a.example.com: p=none | example.com: p=reject",
                        Messages.from("a.example.com").signed("b.example.com"),
                        "pass none at a.example.com dkim=b.example.com"),
                new Case(
                        "RFC 9989 §4.10 several records are discarded, the walk goes on",
                        "a.example.com: p=none | a.example.com: p=quarantine | example.com: p=reject",
                        Messages.from("a.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.7 t=y is one level lower",
                        "example.com: p=reject; t=y",
                        Messages.from("example.com"),
                        "fail reject, now quarantine at example.com"),
                new Case(
                        "RFC 9989 §4.7 t=y with sp=",
                        "example.com: p=reject; sp=quarantine; t=y",
                        Messages.from("a.example.com"),
                        "fail quarantine, now none at example.com"),
                new Case(
                        "RFC 9989 §A.6 pct= is not applied",
                        "example.com: p=reject; pct=0",
                        Messages.from("example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §4.10.1 no policy and no rua=",
                        "example.com: adkim=s",
                        Messages.from("example.com"),
                        "none"),
                new Case(
                        "RFC 9989 §9.2 the only record can't be read",
                        "example.com: p=none; p=reject",
                        Messages.from("example.com"),
                        "permerror"),
                new Case(
                        "RFC 9989 §4.10.1 no valid record of its own: the organization's",
                        "a.example.com: p=none; p=none | example.com: p=reject",
                        Messages.from("a.example.com"),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 the author domain's look-up fails",
                        "example.com fails",
                        Messages.from("example.com").signed("example.com"),
                        "temperror"),
                new Case(
                        "RFC 9989 §5.3.6 a look-up on the way fails",
                        "com fails | example.com: p=reject",
                        Messages.from("a.example.com"),
                        "temperror"),
                new Case(
                        "RFC 9989 §5.3.6 the existence look-up fails",
                        "example.com: p=none; np=reject | a.example.com unknown",
                        Messages.from("a.example.com"),
                        "temperror none at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 it fails, and the message passes",
                        "example.com: p=none; np=reject | a.example.com unknown",
                        Messages.from("a.example.com").signed("example.com"),
                        "pass none at example.com dkim=example.com"),
                new Case(
                        "RFC 9989 §5.3.6 the walk for an identifier fails",
                        "example.com: p=reject | a.example.com fails",
                        Messages.from("example.com").signed("a.example.com"),
                        "temperror reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 it fails, and another passes",
                        "example.com: p=reject | a.example.com fails",
                        Messages.from("example.com").signed("a.example.com").signed("example.com"),
                        "pass reject at example.com dkim=example.com"),
                new Case(
                        "RFC 9989 §5.3.6 a key that may have counted",
                        "example.com: p=reject",
                        Messages.from("example.com").signed("a.example.com", LATER),
                        "temperror reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 a key of a stranger",
                        "example.com: p=reject",
                        Messages.from("example.com").signed("example.net", LATER),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 a key of a stranger under the same top",
                        "example.com: p=reject",
                        Messages.from("example.com").signed("other.com", LATER),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 a key that strict alignment leaves out",
                        "example.com: p=reject; adkim=s",
                        Messages.from("example.com").signed("a.example.com", LATER),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 SPF that may have counted",
                        "example.com: p=reject",
                        Messages.from("example.com").spf("example.com", State.TEMP_ERROR),
                        "temperror reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 SPF of a stranger",
                        "example.com: p=reject",
                        Messages.from("example.com").spf("example.org", State.TEMP_ERROR),
                        "fail reject at example.com"),
                new Case(
                        "RFC 9989 §5.3.6 SPF fails for now, DKIM passes",
                        "example.com: p=reject",
                        Messages.from("example.com")
                                .signed("example.com")
                                .spf("example.com", State.TEMP_ERROR),
                        "pass reject at example.com dkim=example.com"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void evaluate(Case c) {
        var result = c.message().evaluate(zone(c.zone()));
        assertEquals(c.want(), text(result), () -> String.join("\n", result.steps()));
    }

    private static FakeDns zone(String text) {
        var zone = new StringBuilder();
        var failing = new ArrayList<String>();
        for (int at = 0; at < text.length(); ) {
            int bar = text.indexOf(" | ", at);
            int end = bar < 0 ? text.length() : bar;
            var entry = text.substring(at, end);
            at = end + 3;
            int space = entry.indexOf(' ');
            var name = entry.substring(0, space);
            var rest = entry.substring(space + 1);
            switch (rest) {
                case "exists" -> zone.append(name).append(". A 192.0.2.1\n");
                case "fails" -> failing.add("_dmarc." + name);
                case "unknown" -> failing.add(name);
                default ->
                        zone.append("_dmarc.")
                                .append(name, 0, name.length() - 1)
                                .append(". TXT \"v=DMARC1; ")
                                .append(rest)
                                .append("\"\n");
            }
        }
        var dns = FakeDns.zone(zone.toString());
        failing.forEach(dns::fail);
        return dns;
    }

    private static String text(DmarcResult result) {
        var out = new StringBuilder(result.verdict().word());
        result.requested().ifPresent(policy -> out.append(' ').append(policy.word()));
        result.effective()
                .filter(policy -> !result.requested().orElseThrow().equals(policy))
                .ifPresent(policy -> out.append(", now ").append(policy.word()));
        result.policyDomain().ifPresent(domain -> out.append(" at ").append(domain));
        result.alignedDkim().forEach(dkim -> out.append(" dkim=").append(dkim.domain()));
        result.alignedSpf().ifPresent(domain -> out.append(" spf=").append(domain));
        return out.toString();
    }

    @Test
    @DisplayName("RFC 9989 §4.10 eight questions for a name of many labels")
    void eightQuestions() {
        var dns = FakeDns.empty();
        assertEquals(
                "none", text(Messages.from("a.b.c.d.e.f.g.h.i.j.mail.example.com").evaluate(dns)));
        assertEquals(
                List.of(
                        "TXT _dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
                        "TXT _dmarc.g.h.i.j.mail.example.com",
                        "TXT _dmarc.h.i.j.mail.example.com",
                        "TXT _dmarc.i.j.mail.example.com",
                        "TXT _dmarc.j.mail.example.com",
                        "TXT _dmarc.mail.example.com",
                        "TXT _dmarc.example.com",
                        "TXT _dmarc.com"),
                dns.asked());
    }

    @Test
    @DisplayName("RFC 9989 §4.10.2 one question when the signer is the author domain")
    void oneQuestion() {
        var dns = zone("example.com: p=reject");
        assertTrue(Messages.from("example.com").signed("example.com").evaluate(dns).passed());
        assertEquals(List.of("TXT _dmarc.example.com"), dns.asked());
    }

    @Test
    @DisplayName("RFC 9989 §4.10.2 no walk for a stranger, none for a parent domain")
    void noNeedlessWalks() {
        var dns = zone("example.com: p=reject");
        var message =
                Messages.from("news.example.com").signed("esp.example.net").signed("example.com");
        assertTrue(message.evaluate(dns).passed());
        assertEquals(
                List.of("TXT _dmarc.news.example.com", "TXT _dmarc.example.com", "TXT _dmarc.com"),
                dns.asked());
    }

    @Test
    @DisplayName(
            "§4.10 a thousand signatures do not make a thousand walks, nor is a name asked twice")
    void bounded() {
        var dns = zone("example.com: p=reject | x.example.com: p=none; psd=n");
        var message = Messages.from("example.com");
        for (int i = 0; i < 1000; i++) {
            message.signed("a.b.c.d.e.n" + i + ".x.example.com");
            message.signed("n" + i + ".example.net");
        }
        var result = message.evaluate(dns);
        assertEquals("fail", result.verdict().word());
        assertTrue(dns.lookups() <= 2 + 16, () -> dns.asked().toString());
        assertEquals(dns.asked().stream().distinct().toList(), dns.asked());
    }

    @Test
    @DisplayName("a policy may be discovered before the results are there")
    void discoveredBefore() {
        var dns = zone("example.com: p=none; sp=reject");
        var verifier = new DmarcVerifier(dns);
        var discovery = verifier.discover(Domain.of("a.example.com"));
        int asked = dns.lookups();
        var result =
                verifier.evaluate(
                        Messages.from("a.example.com").signed("example.com").input(), discovery);
        assertEquals("pass reject at example.com dkim=example.com", text(result));
        assertEquals(asked, dns.lookups());
        assertThrows(
                IllegalArgumentException.class,
                () -> verifier.evaluate(Messages.from("example.com").input(), discovery));
    }

    @Test
    @DisplayName("steps tell each question and each decision")
    void steps() {
        var result =
                Messages.from("a.example.com")
                        .signed("example.com")
                        .evaluate(zone("example.com: p=none; sp=reject; t=y; pct=10"));
        assertEquals(
                List.of(
                        "author domain: a.example.com",
                        "dns: TXT _dmarc.a.example.com: no such name",
                        "dns: TXT _dmarc.example.com: \"v=DMARC1; p=none; sp=reject; t=y; pct=10\""
                                + " (ttl 3600 s)",
                        "record at _dmarc.example.com: pct= is historic and not applied (RFC 9989"
                                + " §A.6)",
                        "dns: TXT _dmarc.com: no such name",
                        "policy: sp=reject of the record at _dmarc.example.com",
                        "organizational domain of a.example.com: example.com",
                        "organizational domain of example.com: example.com",
                        "DKIM d=example.com: aligned, relaxed",
                        "t=y: quarantine instead of reject",
                        "result: pass"),
                result.steps());
    }
}
