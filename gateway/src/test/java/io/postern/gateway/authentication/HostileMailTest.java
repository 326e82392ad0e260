package io.postern.gateway.authentication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.lookups.Lookups;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
                authentication.begin(
                        InetAddress.ofLiteral("192.0.2.1"),
                        "mx.evil.example",
                        from("a@evil.example"));
        run.header(parse(header));
        var results = run.finish();
        var written =
                authentication.stamps(results).stream()
                        .mapToInt(field -> field.raw().length())
                        .sum();
        assertTrue(written < 10_000, "octets written: " + written);
        authentication
                .stamps(results)
                .forEach(field ->
                        field.raw()
                                .lines()
                                .forEach(line -> assertTrue(line.length() <= 998, line)));
        var kept = Findings.of(results).toString().length();
        assertTrue(kept < 100_000, "characters kept: " + kept);
        return results;
    }

    private static ReversePath from(String address) {
        return switch (Paths.mailbox(address, true)) {
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
        // More names than fields are taken: no key is asked for, nothing is canonicalized.
        assertEquals("policy", results.dkim().getFirst().result().word());
        assertEquals(0, dns.asked().stream().filter(name -> name.contains("_domainkey")).count());
        assertTrue(dns.lookups() <= 10 * ORDINARY, dns.asked()::toString);
    }

    @Test
    @DisplayName("RFC 5322 §2.1.1: tags of thousands of octets make no line that nobody may send")
    void longTags() {
        var long1 = "x".repeat(900) + "\r\n ";
        var many =
                "DKIM-Signature: "
                        + tags("s", "rsa-sha256")
                        + "; i="
                        + long1.repeat(5)
                        + "@evil.example\r\n"
                        + "DKIM-Signature: "
                        + tags("s", long1.repeat(5) + "y")
                        + "\r\n"
                        + "DKIM-Signature: "
                        + tags("s", "rsa-sha256")
                        + "; q="
                        + long1.repeat(5)
                        + "y\r\n"
                        + FROM;
        var results = judge(FakeDns.empty(), many);
        assertEquals(3, results.dkim().size());
    }

    @Test
    @DisplayName("a body that comes slower than the deadline for the DNS is no trouble of the DNS")
    void slowBody() {
        var dns =
                FakeDns.zone(
                        """
                        bounces.good.example. 60 IN TXT "v=spf1 ip4:192.0.2.1 -all"
                        _dmarc.good.example. 60 IN TXT "v=DMARC1; p=reject"
                        """);
        var deadline = Duration.ofSeconds(1);
        var authentication =
                new Authentication(
                        "gw.example.com", deadline, new Distant(dns), InstantSource.system());
        var run =
                authentication.begin(
                        InetAddress.ofLiteral("192.0.2.1"),
                        "mx.good.example",
                        from("a@bounces.good.example"));
        run.header(parse("From: a@good.example\r\n"));
        // As long as a question takes that nobody answers.
        var never = new CountDownLatch(1);
        assertEquals(
                "none",
                new Lookups().start(() -> waited(never), "none", deadline.plusMillis(100)).get());
        never.countDown();
        var dmarc = run.finish().dmarc().orElseThrow();
        assertEquals("pass", dmarc.verdict().word(), dmarc.steps()::toString);
    }

    @Test
    @DisplayName("who lets us wait for his own names does not choose what is found out of others")
    void waitingForEvil() {
        var dns = FakeDns.zone("_dmarc.bank.example. 60 IN TXT \"v=DMARC1; p=reject\"\n");
        var authentication =
                new Authentication(
                        "gw.example.com",
                        Duration.ofSeconds(1),
                        new Distant(dns),
                        InstantSource.system());
        for (var signature : List.of("", "DKIM-Signature: " + tags("s", "rsa-sha256") + "\r\n")) {
            var reversePath = signature.isEmpty() ? "a@evil.example" : "a@bank.example";
            var run =
                    authentication.begin(
                            InetAddress.ofLiteral("192.0.2.1"),
                            "mx.evil.example",
                            from(reversePath));
            run.header(parse(signature + "From: a@bank.example\r\n"));
            var dmarc = run.finish().dmarc().orElseThrow();
            assertEquals("fail", dmarc.verdict().word(), dmarc.steps()::toString);
        }
    }

    @Test
    @DisplayName("what the DNS has said of late is not asked again, and nobody waits for a thread")
    void kept() {
        var zone =
                FakeDns.zone(
                        """
                        good.example. 60 IN TXT "v=spf1 include:_spf.good.example -all"
                        _spf.good.example. 60 IN TXT "v=spf1 ip4:192.0.2.1 -all"
                        mx.good.example. 60 IN TXT "v=spf1 -all"
                        _dmarc.good.example. 60 IN TXT "v=DMARC1; p=reject"
                        """);
        var authentication =
                new Authentication(
                        "gw.example.com",
                        Duration.ofSeconds(8),
                        new Remembering(zone),
                        InstantSource.system());
        var run =
                authentication.begin(
                        InetAddress.ofLiteral("192.0.2.1"),
                        "mx.good.example",
                        from("a@good.example"));
        run.header(parse("From: a@good.example\r\n"));
        var results = run.finish();
        assertEquals("pass", results.mailFrom().verdict().word());
        assertEquals("fail", results.helo().verdict().word());
        assertEquals("pass", results.dmarc().orElseThrow().verdict().word());
        assertEquals(
                List.of(
                        "TXT good.example",
                        "TXT _spf.good.example",
                        "TXT mx.good.example",
                        "TXT _dmarc.good.example"),
                zone.asked());
        assertEquals(4, results.questions().size());
    }

    @Test
    @DisplayName("an answer that is not kept is asked for, and what was known before counts too")
    void notKept() {
        var zone =
                FakeDns.zone(
                        """
                        good.example. 60 IN TXT "v=spf1 include:_spf.good.example a -all"
                        _spf.good.example. 60 IN TXT "v=spf1 -all"
                        good.example. 60 IN A 192.0.2.1
                        """);
        var authentication =
                new Authentication(
                        "gw.example.com",
                        Duration.ofSeconds(8),
                        new Distant(zone),
                        InstantSource.system());
        var run =
                authentication.begin(
                        InetAddress.ofLiteral("192.0.2.1"), "mx.x.example", from("a@good.example"));
        run.header(parse("From: a@good.example\r\n"));
        assertEquals("pass", run.finish().mailFrom().verdict().word());
        assertEquals(1, zone.asked().stream().filter("TXT good.example"::equals).count());
    }

    /// Has kept every text of a zone, and must not be asked.
    private record Remembering(FakeDns zone) implements Resolver {
        private static <T> Answer<T> asked() {
            throw new AssertionError("asked");
        }

        @Override
        public Optional<Answer<String>> keptTxt(String name) {
            return Optional.of(zone.txt(name));
        }

        @Override
        public Answer<String> txt(String name) {
            return asked();
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            return asked();
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return asked();
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return asked();
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            return asked();
        }
    }

    /// Answers each question for a text after a while, and those for evil names after a long one.
    private record Distant(FakeDns near) implements Resolver {
        @Override
        public Answer<String> txt(String name) {
            try {
                int millis = name.endsWith("evil.example") ? 3000 : 50;
                if (new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("nobody counts it down");
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return near.txt(name);
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            return near.mx(name);
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return near.a(name);
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return near.aaaa(name);
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            return near.ptr(address);
        }
    }

    private static String waited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return "waited";
    }

    @Test
    @DisplayName("a transaction that is given up asks nothing more")
    void abandoned() {
        var dns = FakeDns.zone("mx.evil.example. 60 IN TXT \"v=spf1 -all\"\n");
        var resolver = new MessageResolver(dns, new Lookups(), Duration.ofSeconds(8));
        resolver.txt("a.evil.example");
        resolver.close();
        resolver.txt("b.evil.example");
        resolver.extend(Duration.ofSeconds(8));
        resolver.txt("c.evil.example");
        assertEquals(1, dns.lookups(), dns.asked()::toString);
    }
}
