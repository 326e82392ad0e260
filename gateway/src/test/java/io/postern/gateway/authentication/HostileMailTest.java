package io.postern.gateway.authentication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Messages that are built to make us work: what is asked of the DNS, verified and written for one
/// of them is no more than for ten ordinary ones. Its processor time is in bench/jmh.
@DisplayName("mail that is built to hurt")
@Timeout(60)
class HostileMailTest {
    private static final String FROM = "From: a@evil.example\r\nSubject: x\r\n";

    /// What an ordinary message asks: SPF with an include, HELO, two keys, DMARC.
    private static final int ORDINARY = 7;

    private static String tags(String selector, String algorithm) {
        return "v=1; a="
                + algorithm
                + "; d=evil.example; s="
                + selector
                + "; c=relaxed/relaxed; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=YWJj";
    }

    private static MessageResults judge(FakeDns dns, String header) {
        var authentication =
                new Authentication(
                        "gw.example.com", Duration.ofSeconds(8), dns, InstantSource.system());
        var run =
                authentication.begin(InetAddress.ofLiteral("192.0.2.1"), "mx.evil.example", from());
        run.header(parse(header));
        var results = run.finish();
        var written =
                authentication.stamps(results).stream()
                        .mapToInt(field -> field.raw().length())
                        .sum();
        assertTrue(written < 10_000, "octets written: " + written);
        var kept = Findings.of(results).toString().length();
        assertTrue(kept < 100_000, "characters kept: " + kept);
        return results;
    }

    private static ReversePath from() {
        return switch (Paths.mailbox("a@evil.example", true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> new ReversePath.Of(mailbox);
            case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
        };
    }

    private static HeaderFields parse(String header) {
        var limits = new HeaderLimits(4 << 20, 20_000);
        return switch (HeaderFields.parse(header.getBytes(StandardCharsets.ISO_8859_1), limits)) {
            case HeaderParse.Parsed(var fields, _) -> fields;
            case HeaderParse.TooLarge(var why) -> throw new AssertionError(why);
        };
    }

    @Test
    @DisplayName("a thousand signatures: eight keys are asked for, the others are told of together")
    void signatures() {
        var dns = FakeDns.empty();
        var header =
                IntStream.range(0, 1000)
                                .mapToObj(i ->
                                        "DKIM-Signature: " + tags("s" + i, "rsa-sha256") + "\r\n")
                                .collect(Collectors.joining())
                        + FROM;
        var results = judge(dns, header);
        assertEquals(1000, results.dkim().size());
        long keys = dns.asked().stream().filter(name -> name.contains("_domainkey")).count();
        assertEquals(8, keys);
        assertTrue(dns.lookups() <= 10 * ORDINARY, dns.asked()::toString);
    }

    @Test
    @DisplayName("a key of 16 kbit is not even decoded")
    void longKey() {
        var octets = "A".repeat(2800);
        var strings =
                IntStream.range(0, 14)
                        .mapToObj(i -> "\"" + octets.substring(i * 200, i * 200 + 200) + "\"")
                        .collect(Collectors.joining(" "));
        var dns =
                FakeDns.zone(
                        "s._domainkey.evil.example. 60 IN TXT \"v=DKIM1; p=\" " + strings + "\n");
        var results = judge(dns, "DKIM-Signature: " + tags("s", "rsa-sha256") + "\r\n" + FROM);
        assertEquals("permerror", results.dkim().getFirst().result().word());
        assertTrue(dns.lookups() <= 10 * ORDINARY, dns.asked()::toString);
    }

    @Test
    @DisplayName(
            "SPF that fans out at both identities is cut off, and DMARC is found out all the same")
    void fanOut() {
        var zone = new StringBuilder();
        for (var name : new String[] {"evil.example", "mx.evil.example"}) {
            zone.append(name).append(". 60 IN TXT \"v=spf1");
            for (int i = 0; i < 10; i++) {
                zone.append(" mx:m").append(i).append('.').append(name);
            }
            zone.append(" -all\"\n");
            for (int i = 0; i < 10; i++) {
                for (int j = 0; j < 10; j++) {
                    zone.append("m%d.%s. 60 IN MX 10 h%d-%d.%s.\n".formatted(i, name, i, j, name));
                    zone.append("h%d-%d.%s. 60 IN A 198.51.100.1\n".formatted(i, j, name));
                }
            }
        }
        zone.append("_dmarc.bank.example. 60 IN TXT \"v=DMARC1; p=reject\"\n");
        var dns = FakeDns.zone(zone.toString());
        var results = judge(dns, FROM.replace("a@evil.example", "a@bank.example"));
        assertTrue(dns.lookups() <= 10 * ORDINARY, dns.asked()::toString);
        assertEquals("temperror", results.mailFrom().verdict().word());
        assertEquals("fail", results.dmarc().orElseThrow().verdict().word());
    }

    @Test
    @DisplayName("a chain of fifty seals is not verified")
    void chain() {
        var dns = FakeDns.empty();
        var header = new StringBuilder();
        for (int i = 50; i > 0; i--) {
            var status = i == 1 ? "none" : "pass";
            header.append(
                            "ARC-Seal: i=%d; a=rsa-sha256; cv=%s; d=s%d.example; s=s; b=YWJj\r\n"
                                    .formatted(i, status, i))
                    .append(
                            "ARC-Message-Signature: i=%d; %s\r\n"
                                    .formatted(i, tags("m" + i, "rsa-sha256").substring(5)))
                    .append("ARC-Authentication-Results: i=%d; x.example; none\r\n".formatted(i));
        }
        var results = judge(dns, header + FROM);
        assertEquals("fail", results.arc().verdict().word());
        assertEquals(0, dns.asked().stream().filter(name -> name.contains("_domainkey")).count());
    }

    @Test
    @DisplayName("a header section of a megabyte, all of it named in eight signatures")
    void largeHeader() {
        var names = "x:".repeat(9_000);
        var signature = tags("s", "rsa-sha256").replace("h=from", "h=" + names + "from");
        var header =
                ("DKIM-Signature: " + signature + "\r\n").repeat(8)
                        + ("X: " + "y".repeat(100) + "\r\n").repeat(9_000)
                        + FROM;
        var dns = FakeDns.empty();
        var results = judge(dns, header);
        assertEquals(8, results.dkim().size());
        // Without a key nothing is canonicalized.
        assertEquals("permerror", results.dkim().getFirst().result().word());
        assertTrue(dns.lookups() <= 10 * ORDINARY, dns.asked()::toString);
    }
}
