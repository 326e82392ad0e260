package io.postern.auth.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.ZoneFileResolver;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A domain from outside")
class DomainCheckTest {
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
    private static final String PROBE = "x7f3a9";

    /// Public keys of 512, 1024 and 2048 bits, whose private halves nobody kept.
    private static final String P512 =
            "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKuqXpTw2dAUiD8RVl6qVOZGg4NhkZmS3XL7Ep"
                    + "kdnzrnQSdoR/DPpB8iMHjjO9hMd2JpPFS5N2kTmLi2frlKqksCAwEAAQ==";

    private static final String P1024 =
            "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDEQmFQplowbBm5dIF5e4Ber74ZgZReCE"
                    + "nTGO/MPQCEScrNYAmXYrD5hoH4zzObGDRCVg8fqO9hq5Sd5zYGhLFTctKiJjZ6i8PEX64w"
                    + "nQISCcaD2XqDjhx0ZpHZkScUWrHO5zJhn26Lv3fVtGDXwpfXECfsxV05wRYkg6VVJdzoDw"
                    + "IDAQAB";

    private static final String P2048 =
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxJFhvBK+8wjb962imx1Z5emL5x"
                    + "H6nLNbY92sk1kLhFlOYv2sunqZ6B6aUL8wcU6j64J7bNs1RoebCh3sDojzhSpFFlxoT69T"
                    + "HfPvCcMg75x+2S1a8A4fwVu+TffyNuvzJ7T13Kc9NDGl4oHoz4Dk/HDrac2RAb1s3IKmUw"
                    + "dkygPOTzMs4dfpBbwgB9K4xpiXpTd2i6izXntNewTZex7LS5aJPcv1oDtze96N5rxQQi/f"
                    + "Yy8mPvdTndt7IdpntTE3rqbSmLpnhA+3GzLN8eHLTBDFi3KE5sQ5/y+AP5a99eyEH+5SSR"
                    + "90UwbzC/6qY/EWNlNprXUir7kVxGlQVTQozwIDAQAB";

    private static final String GOOD =
            """
            $ORIGIN example.com.
            @ TXT "v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all"
            @ MX 10 gw.example.com.
            gw A 192.0.2.1
            _dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"
            _mta-sts TXT "v=STSv1; id=20261122"
            mta-sts A 192.0.2.8
            _smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@example.com"
            _spf.example.net. TXT "v=spf1 ip4:198.51.100.0/24 -all"
            """;

    private static final Subject.Gateway GATEWAY =
            gateway(true, Subject.WithoutKey.DEFERRED, Optional.empty());

    private static final OwnKey KEY =
            new OwnKey(
                    "s1",
                    "RSA 2048",
                    "active",
                    false,
                    "s1._domainkey.example.com. IN TXT \"v=DKIM1; k=rsa; p=x\"",
                    new OwnKey.Sight.Right(List.of()));

    private static Subject.Gateway gateway(
            boolean looks, Subject.WithoutKey withoutKey, Optional<String> smartHost) {
        return new Subject.Gateway(
                Domain.of("gw.example.com"),
                Optional.of(new Subject.Signing(looks, withoutKey)),
                true,
                smartHost);
    }

    private static Subject subject(List<OwnKey> keys, String... selectors) {
        return subject(GATEWAY, keys, selectors);
    }

    private static Subject subject(
            Subject.Gateway gateway, List<OwnKey> keys, String... selectors) {
        return new Subject(
                Domain.of("example.com"),
                Optional.of(gateway),
                keys,
                List.of(selectors),
                List.of(InetAddress.ofLiteral("192.0.2.1")),
                Optional.empty());
    }

    private static Subject stranger(String domain, String... selectors) {
        return new Subject(
                Domain.of(domain),
                Optional.empty(),
                List.of(),
                List.of(selectors),
                List.of(),
                Optional.empty());
    }

    private static List<String> check(FakeDns dns, Subject subject) {
        return DomainCheck.of(subject, dns, dns, new TestClock(NOW), PROBE).stream()
                .map(DomainCheckTest::line)
                .toList();
    }

    private static String line(Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT)
                + " "
                + finding.topic().word()
                + ": "
                + finding.words()
                + finding.record().map(record -> " => " + record).orElse("");
    }

    /// What a change of the good zone brings.
    ///
    /// @param without what lines of the good zone begin with that are left out
    /// @param with lines that are added
    /// @param want what a finding begins with
    record Case(String rule, String without, String with, String want) {
        FakeDns dns() {
            var kept =
                    GOOD.lines()
                            .filter(line -> without.isEmpty() || !line.startsWith(without))
                            .collect(Collectors.joining("\n"));
            return FakeDns.zone(kept + "\n" + with + "\n");
        }

        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case spf(String rule, String record, String want) {
        return new Case(rule, "@ TXT", "@ TXT \"" + record + "\"", want);
    }

    private static Case dmarc(String rule, String record, String want) {
        return new Case(rule, "_dmarc", "_dmarc TXT \"" + record + "\"", want);
    }

    private static Case key(String rule, String record, String want) {
        return new Case(rule, "", "k1._domainkey TXT " + quoted(record), want);
    }

    private static String quoted(String text) {
        return IntStream.rangeClosed(0, (text.length() - 1) / 200)
                .mapToObj(i ->
                        "\""
                                + text.substring(i * 200, Math.min(text.length(), i * 200 + 200))
                                + "\"")
                .collect(Collectors.joining(" "));
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "RFC 7208 §3 no SPF record, and the one to publish",
                        "@ TXT",
                        "",
                        "warning spf: there is no SPF record: others can't tell which hosts send for the"
                                + " domain => example.com. IN TXT \"v=spf1 ip4:192.0.2.1 ~all\""),
                new Case(
                        "RFC 7208 §4.5 two SPF records",
                        "",
                        "@ TXT \"v=spf1 -all\"",
                        "error spf: example.com has 2 SPF records"),
                spf(
                        "RFC 7208 §4.6 a mistake",
                        "v=spf1 ipv4:192.0.2.1 -all",
                        "error spf: in the record of example.com, \"ipv4:192.0.2.1\": no such mechanism"),
                spf(
                        "RFC 7208 §5.1 +all",
                        "v=spf1 ip4:192.0.2.1 +all",
                        "error spf: it ends in +all: anybody may send as the domain => example.com. IN TXT"
                                + " \"v=spf1 ip4:192.0.2.1 ~all\""),
                spf(
                        "RFC 7208 §5.1 all without qualifier is +all",
                        "v=spf1 all",
                        "error spf: it ends in +all: anybody may send as the domain => example.com. IN TXT"
                                + " \"v=spf1 ~all\""),
                spf(
                        "RFC 7208 §2.6.2 ?all",
                        "v=spf1 ip4:192.0.2.1 ?all",
                        "warning spf: it ends in ?all"),
                spf(
                        "RFC 7208 §4.7 no all",
                        "v=spf1 ip4:192.0.2.1",
                        "warning spf: it does not end in ~all or -all, so it says nothing of other hosts =>"
                                + " example.com. IN TXT \"v=spf1 ip4:192.0.2.1 ~all\""),
                spf(
                        "RFC 7208 §5.5 ptr",
                        "v=spf1 ip4:192.0.2.1 ptr -all",
                        "warning spf: ptr should not be used"),
                spf(
                        "RFC 7208 §5.2 an include that is not there",
                        "v=spf1 ip4:192.0.2.1 include:gone.example -all",
                        "error spf: include:gone.example is a permerror: gone.example does not exist"),
                spf(
                        "RFC 7208 §4.6.4 a void look-up",
                        "v=spf1 ip4:192.0.2.1 a:no.example.com -all",
                        "advice spf: a:no.example.com finds nothing: no.example.com does not exist; remove it"),
                spf(
                        "RFC 7208 §4.6.4 more than two void look-ups",
                        "v=spf1 ip4:192.0.2.1 a:a.x.example a:b.x.example mx:c.x.example -all",
                        "error spf: 3 terms find nothing, 2 are the most"),
                spf(
                        "RFC 7208 §4.6.4 eleven look-ups",
                        "v=spf1 ip4:192.0.2.1 a a a a a a a a mx mx mx -all",
                        "error spf: it needs 11 of 10 look-ups"),
                spf(
                        "RFC 7208 §4.6.4 ten look-ups, one is about to be too many",
                        "v=spf1 ip4:192.0.2.1 a:gw.example.com a:gw.example.com a:gw.example.com"
                                + " a:gw.example.com a:gw.example.com a:gw.example.com a:gw.example.com mx mx mx -all",
                        "advice spf: it needs 10 of 10 look-ups: an include that grows breaks it"),
                spf(
                        "RFC 7208 §2.6.4 an address of ours that fails",
                        "v=spf1 include:_spf.example.net -all",
                        "error spf: mail from 192.0.2.1 does not pass: fail => example.com. IN TXT"
                                + " \"v=spf1 ip4:192.0.2.1 include:_spf.example.net -all\""),
                spf(
                        "RFC 7208 §5.2 an include that leads back",
                        "v=spf1 ip4:192.0.2.1 include:example.com -all",
                        "error spf: include:example.com is a permerror: it leads back to example.com"),
                new Case(
                        "RFC 9989 §4.7 no policy, and the record to publish",
                        "_dmarc",
                        "",
                        "warning dmarc: there is no record _dmarc.example.com: anybody may write mail as the"
                                + " domain, and large receivers want one => _dmarc.example.com. IN TXT \"v=DMARC1;"
                                + " p=none; rua=mailto:dmarc-reports@example.com\""),
                new Case(
                        "RFC 9989 §4.10 two policies",
                        "",
                        "_dmarc TXT \"v=DMARC1; p=none\"",
                        "error dmarc: _dmarc.example.com has 2 policy records"),
                dmarc(
                        "RFC 9989 §4.7 v= in the wrong case",
                        "v=dmarc1; p=reject",
                        "error dmarc: _dmarc.example.com is passed over"),
                dmarc(
                        "RFC 9989 §4.7 no rua=",
                        "v=DMARC1; p=reject",
                        "warning dmarc: without rua= nobody learns who sends as the domain, and what fails =>"
                                + " _dmarc.example.com. IN TXT \"v=DMARC1; p=reject;"
                                + " rua=mailto:dmarc-reports@example.com\""),
                dmarc(
                        "RFC 9989 §4.7 p=none is a beginning",
                        "v=DMARC1; p=none; rua=mailto:d@example.com",
                        "advice dmarc: p=none asks for nothing: once the reports show no mail of yours that"
                                + " fails, publish p=quarantine => _dmarc.example.com. IN TXT \"v=DMARC1;"
                                + " p=quarantine; rua=mailto:d@example.com\""),
                dmarc(
                        "RFC 9989 §4.7 t=y",
                        "v=DMARC1; p=reject; t=y; rua=mailto:d@example.com",
                        "warning dmarc: t=y: receivers apply one level less than p=reject =>"
                                + " _dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:d@example.com\""),
                dmarc(
                        "RFC 9989 §A.6 a pct= that is left over",
                        "v=DMARC1; p=reject; pct=50; rua=mailto:d@example.com",
                        "advice dmarc: pct= is historic and not applied (RFC 9989 §A.6) =>"
                                + " _dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:d@example.com\""),
                dmarc(
                        "RFC 9989 §4.10.1 no valid policy",
                        "v=DMARC1; p=please",
                        "error dmarc: _dmarc.example.com has no valid policy"),
                dmarc(
                        "RFC 9990 §4 a place of another organization that did not agree",
                        "v=DMARC1; p=reject; rua=mailto:d@reports.example",
                        "warning dmarc: reports to rua=d@reports.example are not sent: reports.example does"
                                + " not take reports for it. There must be, in the DNS of reports.example =>"
                                + " example.com._report._dmarc.reports.example. IN TXT \"v=DMARC1\""),
                dmarc(
                        "RFC 9989 §4.8 a place that is none",
                        "v=DMARC1; p=reject; rua=https://example.com/r",
                        "warning dmarc: rua= has a place that is none"),
                new Case(
                        "RFC 5321 §5.1 no MX though mail is taken here",
                        "@ MX",
                        "",
                        "error mx: there is no MX record: mail does not come to this gateway => example.com."
                                + " IN MX 10 gw.example.com."),
                new Case(
                        "RFC 7505 §3 a null MX beside others",
                        "",
                        "@ MX 0 .",
                        "error mx: a null MX stands beside other hosts"),
                new Case(
                        "RFC 7505 a null MX though mail is taken here",
                        "@ MX",
                        "@ MX 0 .",
                        "error mx: the null MX says that the domain takes no mail"),
                new Case(
                        "RFC 2181 §10.3 an MX that is an alias",
                        "@ MX",
                        "@ MX 10 mail\nmail CNAME gw",
                        "warning mx: MX mail.example.com is an alias (CNAME) of gw.example.com"),
                new Case(
                        "RFC 2181 §10.3 an MX that is an alias in a circle has no address now",
                        "@ MX",
                        "@ MX 10 mail\nmail CNAME liam\nliam CNAME mail",
                        "unknown mx: addresses of mail.example.com can't be looked up: CNAME loop"),
                new Case(
                        "RFC 5321 §5.1 an MX without address",
                        "@ MX",
                        "@ MX 10 nothing.example.com.",
                        "error mx: MX nothing.example.com has no address"),
                new Case(
                        "RFC 5321 §5.1 an address in place of a host",
                        "@ MX",
                        "@ MX 10 192.0.2.1.",
                        "error mx: MX 192.0.2.1 is an address"),
                new Case(
                        "an MX that strangers can't reach",
                        "gw A",
                        "gw A 10.0.0.1",
                        "warning mx: MX gw.example.com has the address 10.0.0.1"),
                new Case(
                        "an MX that is another host",
                        "@ MX",
                        "@ MX 10 other\nother A 203.0.113.9",
                        "warning mx: no MX host is this gateway (gw.example.com)"),
                new Case(
                        "RFC 8461 §3.1 a record without id",
                        "_mta-sts",
                        "_mta-sts TXT \"v=STSv1; id=\"",
                        "warning mta-sts: _mta-sts.example.com has no id="),
                new Case(
                        "RFC 8461 §3.3 a policy host without address",
                        "mta-sts A",
                        "",
                        "warning mta-sts: mta-sts.example.com has no address"),
                new Case(
                        "RFC 8461 §3.1 none, and the record",
                        "_mta-sts",
                        "",
                        "advice mta-sts: there is none: senders that can would insist on TLS; needs a policy"
                                + " file first (RFC 8461) => _mta-sts.example.com. IN TXT \"v=STSv1;"
                                + " id=20261122050000\""),
                new Case(
                        "RFC 8460 §3 two records",
                        "",
                        "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:x@example.com\"",
                        "warning tls-rpt: _smtp._tls.example.com has 2 records"),
                new Case(
                        "RFC 8460 §3 none, and the record",
                        "_smtp",
                        "",
                        "advice tls-rpt: there is no record: others would report when TLS towards the domain"
                                + " fails (RFC 8460) => _smtp._tls.example.com. IN TXT \"v=TLSRPTv1;"
                                + " rua=mailto:tls-reports@example.com\""),
                new Case(
                        "RFC 4592 a wildcard TXT record",
                        "",
                        "* TXT \"hello\"",
                        "warning dns: the wildcard TXT record *.example.com answers"),
                new Case(
                        "RFC 4592 a wildcard of selectors",
                        "",
                        "*._domainkey TXT \"v=DKIM1; p=\"",
                        "warning dns: the wildcard TXT record *._domainkey.example.com answers"),
                key(
                        "RFC 8301 §3.2 another machine's key of 512 bits",
                        "p=" + P512,
                        "error dkim: k1._domainkey.example.com is an RSA key of 512 bits"),
                key(
                        "RFC 8301 §3.2 another machine's key of 1024 bits",
                        "p=" + P1024,
                        "advice dkim: k1._domainkey.example.com is an RSA key of 1024 bits"),
                key(
                        "RFC 8301 §3.2 another machine's key of 2048 bits",
                        "p=" + P2048,
                        "ok dkim: k1._domainkey.example.com: a key that can be used"),
                key(
                        "RFC 6376 §3.6.1 t=y",
                        "v=DKIM1; t=y:s; p=" + P1024,
                        "warning dkim: k1._domainkey.example.com says t=y: receivers may treat what it signs as"
                                + " unsigned => k1._domainkey.example.com. IN TXT \"v=DKIM1; p="
                                + P1024
                                + "; t=s"),
                key(
                        "RFC 8301 §3.1 h=sha1",
                        "v=DKIM1; h=sha1; p=" + P2048,
                        "error dkim: k1._domainkey.example.com allows h=sha1 alone"),
                key(
                        "RFC 8301 §3.1 h=sha1 beside another",
                        "v=DKIM1; h=sha1:sha256; p=" + P2048,
                        "advice dkim: k1._domainkey.example.com still allows h=sha1"),
                key(
                        "RFC 6376 §3.6.1 s= that is not for e-mail",
                        "v=DKIM1; s=tlsrpt; p=" + P2048,
                        "error dkim: k1._domainkey.example.com is not for e-mail"),
                key(
                        "RFC 6376 §3.6.1 what is no key record",
                        "hello",
                        "error dkim: k1._domainkey.example.com is no key record"),
                key(
                        "RFC 6376 §3.6.1 what is no key",
                        "p=AAAA",
                        "error dkim: k1._domainkey.example.com can't be used: p= is not an RSA key"),
                key(
                        "RFC 6376 §3.6.1 revoked",
                        "v=DKIM1; p=",
                        "advice dkim: k1._domainkey.example.com is revoked"),
                new Case(
                        "RFC 6376 §3.6.2.2 two records",
                        "",
                        "k1._domainkey TXT \"p=\"\nk1._domainkey TXT \"v=DKIM1; p=\"",
                        "error dkim: k1._domainkey.example.com has 2 TXT records"),
                new Case(
                        "RFC 6376 §3.6.2 no record",
                        "",
                        "",
                        "error dkim: there is no TXT record k1._domainkey.example.com"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("by rule")
    void rule(Case one) {
        var found = check(one.dns(), subject(List.of(KEY), "k1"));
        assertTrue(
                found.stream().anyMatch(line -> line.startsWith(one.want())),
                String.join("\n", found));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("every record that is proposed is one line of a zone file")
    void literal(Case one) {
        var dns = one.dns();
        for (var finding :
                DomainCheck.of(subject(List.of(KEY), "k1"), dns, dns, new TestClock(NOW), PROBE)) {
            finding.record()
                    .ifPresent(record ->
                            assertTrue(
                                    ZoneFileResolver.parse(record)
                                            instanceof ZoneFileResolver.Parsed.Ok,
                                    record));
        }
    }

    @Test
    @DisplayName("all is well: nothing but ok, and the same twice")
    void well() {
        var dns = FakeDns.zone(GOOD);
        var found = check(dns, subject(List.of(KEY)));
        assertEquals(
                List.of(
                        "ok dkim: s1 (RSA 2048, active): the DNS shows what it should",
                        "ok spf: one record that can be read, 1 of 10 look-ups",
                        "ok spf: mail from 192.0.2.1 passes by ip4:192.0.2.0/24",
                        "ok dmarc: one record that can be read, p=reject",
                        "ok mx: gw.example.com takes the mail",
                        "ok mta-sts: the record is right; https://mta-sts.example.com/.well-known/mta-sts.txt"
                                + " was not fetched",
                        "ok tls-rpt: reports are asked for"),
                found);
        assertEquals(found, check(FakeDns.zone(GOOD), subject(List.of(KEY))));
    }

    @Test
    @DisplayName("no question is asked twice")
    void once() {
        var dns = FakeDns.zone(GOOD);
        check(dns, subject(List.of(KEY), "k1"));
        assertEquals(dns.asked().size(), dns.asked().stream().distinct().count());
    }

    @Test
    @DisplayName("RFC 8020 a domain that does not exist: one finding")
    void absent() {
        var found = check(FakeDns.empty(), stranger("example.com"));
        assertEquals(1, found.size());
        assertTrue(found.getFirst().startsWith("error dns: example.com does not exist"));
    }

    @Test
    @DisplayName("trouble of the DNS is unknown, never a fault of the domain")
    void trouble() {
        var names =
                List.of(
                        "example.com",
                        "x7f3a9.example.com",
                        "x7f3a9._domainkey.example.com",
                        "k1._domainkey.example.com",
                        "_dmarc.example.com",
                        "_mta-sts.example.com",
                        "_smtp._tls.example.com",
                        "_spf.example.net",
                        "gw.example.com");
        for (var name : names) {
            var dns = FakeDns.zone(GOOD + "k1._domainkey TXT " + quoted("p=" + P2048)).fail(name);
            var found = check(dns, subject(List.of(KEY), "k1"));
            assertTrue(found.stream().anyMatch(line -> line.startsWith("unknown")), name);
            assertFalse(
                    found.stream()
                            .anyMatch(
                                    line -> line.startsWith("error") || line.startsWith("warning")),
                    name + ": " + found);
        }
    }

    @Test
    @DisplayName("our keys: what is wrong counts by what the key does")
    void own() {
        var wrong = new OwnKey.Sight.Wrong(List.of("ns1 has no TXT record"));
        assertEquals("error", level("active", wrong));
        assertEquals("warning", level("created", wrong));
        assertEquals("warning", level("retiring", wrong));
        assertEquals("advice", level("revoked", wrong));
        assertEquals("unknown", level("active", new OwnKey.Sight.Unknown("SERVFAIL")));
        assertEquals("warning", level("active", new OwnKey.Sight.Right(List.of("t=y"))));
        var waits = new OwnKey("s2", "RSA 2048", "created", false, KEY.zoneLine(), KEY.sight());
        assertTrue(
                check(FakeDns.zone(GOOD), subject(List.of(waits)))
                        .get(1)
                        .startsWith("warning dkim: no key is active yet"));
        var none = check(FakeDns.zone(GOOD), subject(List.of()));
        assertTrue(none.getFirst().contains("postern domain add example.com"), none.getFirst());
    }

    @Test
    @DisplayName(
            "a record with several faults: each proposal has those before it, the last has all")
    void together() {
        var found =
                check(
                        FakeDns.zone(
                                """
                                $ORIGIN example.com.
                                @ TXT "v=spf1 a:gw.example.com ?all"
                                gw A 192.0.2.9
                                _dmarc TXT "v=DMARC1; p=none; pct=50; t=y"
                                """),
                        subject(List.of(KEY)));
        assertTrue(
                found.stream()
                        .anyMatch(line ->
                                line.endsWith("\"v=spf1 ip4:192.0.2.1 a:gw.example.com ~all\"")),
                String.join("\n", found));
        assertTrue(
                found.stream()
                        .anyMatch(line ->
                                line.endsWith(
                                        "\"v=DMARC1; p=quarantine;"
                                                + " rua=mailto:dmarc-reports@example.com\"")),
                String.join("\n", found));
    }

    @Test
    @DisplayName("a key record with several faults: the last proposal has all repairs")
    void keyTogether() {
        var record = "v=DKIM1; s=tlsrpt; h=sha1; t=y; p=" + P2048;
        var dns = FakeDns.zone(GOOD + "k1._domainkey TXT " + quoted(record));
        var proposed =
                DomainCheck.of(subject(List.of(KEY), "k1"), dns, dns, new TestClock(NOW), PROBE)
                        .stream()
                        .filter(finding -> finding.topic() == Topic.DKIM)
                        .flatMap(finding -> finding.record().stream())
                        .toList();
        var name = "k1._domainkey.example.com";
        assertEquals(
                List.of(
                        ZoneLine.txt(name, "v=DKIM1; h=sha1; t=y; p=" + P2048),
                        ZoneLine.txt(name, "v=DKIM1; t=y; p=" + P2048),
                        ZoneLine.txt(name, "v=DKIM1; p=" + P2048)),
                proposed);
    }

    @Test
    @DisplayName(
            "RFC 7208 §5.6 a smart host that is an address is proposed as ip4 or ip6, not as a")
    void smartHost() {
        assertEquals("v=spf1 ip4:192.0.2.77 ~all", spfBehind("192.0.2.77"));
        assertEquals("v=spf1 ip6:2001:db8:0:0:0:0:0:1 ~all", spfBehind("2001:db8::1"));
        assertEquals("v=spf1 a:relay.example.net ~all", spfBehind("relay.example.net"));
    }

    private static String spfBehind(String smartHost) {
        var gateway = gateway(true, Subject.WithoutKey.DEFERRED, Optional.of(smartHost));
        var line =
                Wanted.spf(
                        new Subject(
                                Domain.of("example.com"),
                                Optional.of(gateway),
                                List.of(),
                                List.of(),
                                List.of(),
                                Optional.empty()));
        return line.substring(line.indexOf('"') + 1, line.length() - 1);
    }

    @Test
    @DisplayName("a key that signs without having been seen is a warning, whatever the DNS shows")
    void unseen() {
        var right = new OwnKey("s1", "RSA 2048", "active", true, KEY.zoneLine(), KEY.sight());
        var says =
                "warning dkim: s1 (RSA 2048, active) signs, though the gateway has never seen its record";
        var found = check(FakeDns.zone(GOOD), subject(List.of(right)));
        assertTrue(found.getFirst().startsWith(says), found.getFirst());
        var silent =
                new OwnKey(
                        "s1",
                        "RSA 2048",
                        "active",
                        true,
                        KEY.zoneLine(),
                        new OwnKey.Sight.Unknown("SERVFAIL"));
        var unknown = check(FakeDns.zone(GOOD), subject(List.of(silent)));
        assertTrue(unknown.getFirst().startsWith(says), unknown.getFirst());
        assertTrue(unknown.get(1).startsWith("unknown dkim: s1"), unknown.get(1));
    }

    @Test
    @DisplayName("check = \"off\" is a warning, also when the DNS shows what it should")
    void off() {
        var blind = gateway(false, Subject.WithoutKey.DEFERRED, Optional.empty());
        var found = check(FakeDns.zone(GOOD), subject(blind, List.of(KEY)));
        assertEquals(
                "warning dkim: check = \"off\": keys sign whether or not the DNS shows their records,"
                        + " and the gateway does not notice when one vanishes",
                found.getFirst());
        assertTrue(found.get(1).startsWith("ok dkim: s1"), found.get(1));
    }

    @Test
    @DisplayName(
            "while no key signs, the words say what becomes of mail: deferred, held or unsigned")
    void withoutKey() {
        for (var one : Subject.WithoutKey.values()) {
            var gateway = gateway(true, one, Optional.empty());
            var says = ", so mail of the domain " + one.words();
            for (var sight :
                    List.of(KEY.sight(), new OwnKey.Sight.Wrong(List.of("there is nothing")))) {
                var key = new OwnKey("s1", "RSA 2048", "created", false, KEY.zoneLine(), sight);
                var found = check(FakeDns.zone(GOOD), subject(gateway, List.of(key)));
                assertTrue(found.get(1).contains(says), found.get(1));
            }
            var none = check(FakeDns.zone(GOOD), subject(gateway, List.of()));
            assertTrue(none.getFirst().contains(says), none.getFirst());
        }
    }

    private static String level(String state, OwnKey.Sight sight) {
        var key = new OwnKey("s1", "RSA 2048", state, false, KEY.zoneLine(), sight);
        var line = check(FakeDns.zone(GOOD), subject(List.of(key, KEY))).getFirst();
        assertTrue(line.contains(" dkim: s1 (RSA 2048, " + state), line);
        return line.substring(0, line.indexOf(' '));
    }

    @Test
    @DisplayName("RFC 9989 §4.10.1 a domain below: the policy above applies")
    void inherited() {
        var found = check(FakeDns.zone(GOOD), stranger("gw.example.com"));
        assertTrue(
                found.contains("ok dmarc: the policy of example.com applies: reject"),
                String.join("\n", found));
    }

    @Test
    @DisplayName("a stranger's domain in U-labels: nothing is claimed about keys or hosts")
    void uLabels() {
        var dns =
                FakeDns.zone(
                        """
                        $ORIGIN xn--bcher-kva.example.
                        @ TXT "v=spf1 -all"
                        @ MX 0 .
                        _dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@xn--bcher-kva.example"
                        """);
        var found = check(dns, stranger("b\u00FCcher.example"));
        assertEquals(
                List.of("advice dkim", "ok spf", "advice spf", "ok dmarc", "ok mx"),
                found.stream().map(line -> line.substring(0, line.indexOf(':'))).toList());
    }
}
