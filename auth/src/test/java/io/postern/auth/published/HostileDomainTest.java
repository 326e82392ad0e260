package io.postern.auth.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Aliases;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A domain whose records are meant to harm")
class HostileDomainTest {
    private static final int MUCH = 1000;

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T05:00:00Z"));

    /// Whatever is asked, the same TXT records; nothing else.
    private record Everywhere(Function<String, List<String>> texts, Runnable first)
            implements Resolver, Aliases {
        @Override
        public Answer<String> txt(String name) {
            first.run();
            return new Answer.Records<>(texts.apply(name), Duration.ZERO, false);
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            first.run();
            return new Answer.Records<>(
                    IntStream.range(0, 100)
                            .mapToObj(i -> new MxRecord(i, "mx" + i + "." + name))
                            .toList(),
                    Duration.ZERO,
                    false);
        }

        @Override
        public Answer<InetAddress> a(String name) {
            first.run();
            return new Answer.NoData<>();
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            first.run();
            return new Answer.NoData<>();
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            first.run();
            return new Answer.NoData<>();
        }

        @Override
        public Answer<String> cname(String name) {
            first.run();
            return new Answer.Records<>(List.of("another." + name), Duration.ZERO, false);
        }
    }

    private int asked;

    private List<Finding> check(Function<String, List<String>> texts) {
        var dns = new Everywhere(texts, () -> asked++);
        return DomainCheck.of(subject("example.com"), dns, dns, clock, "probe");
    }

    private static Subject subject(String domain) {
        return new Subject(
                Domain.of(domain),
                Optional.of(
                        new Subject.Gateway(
                                Domain.of("gw.example.com"),
                                Optional.of(new Subject.Signing(true, Subject.WithoutKey.DEFERRED)),
                                true,
                                Optional.empty())),
                List.of(),
                List.of("k1", "k2"),
                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")),
                Optional.empty());
    }

    private static void bounded(List<Finding> found) {
        assertFalse(found.isEmpty());
        assertTrue(found.size() <= 7 * 40, found.size() + " findings");
        for (var finding : found) {
            assertTrue(finding.words().length() < MUCH, finding.words());
            assertTrue(finding.words().chars().noneMatch(Character::isISOControl), finding.words());
        }
    }

    @Test
    @DisplayName("each record includes twenty others, for ever")
    void tree() {
        var found =
                check(name ->
                        List.of(
                                "v=spf1 "
                                        + IntStream.range(0, 20)
                                                .mapToObj(i -> "include:" + i + "." + name)
                                                .collect(Collectors.joining(" "))
                                        + " -all"));
        bounded(found);
        assertTrue(asked <= Asking.QUESTIONS, asked + " questions");
        assertTrue(
                found.stream().anyMatch(one -> one.words().contains("more than ")),
                found.toString());
    }

    @Test
    @DisplayName("a hundred includes beside each other, and a loop of two")
    void wide() {
        var hundred =
                IntStream.range(0, 100)
                        .mapToObj(i -> "include:i" + i + ".example.net")
                        .collect(Collectors.joining(" "));
        bounded(check(name -> List.of("v=spf1 " + hundred + " -all")));
        bounded(
                check(name ->
                        List.of(
                                name.startsWith("b.")
                                        ? "v=spf1 include:example.com -all"
                                        : "v=spf1 include:b.example.com -all")));
        assertTrue(asked <= 2 * Asking.QUESTIONS, asked + " questions");
    }

    @Test
    @DisplayName("ten million octets, control characters, four hundred records")
    void large() {
        for (var start :
                List.of(
                        "v=spf1 ",
                        "v=DMARC1; ",
                        "v=DKIM1; p=",
                        "v=STSv1; id=",
                        "v=TLSRPTv1; rua=",
                        "")) {
            bounded(check(name -> List.of(start + "x".repeat(10_000_000))));
            bounded(check(name -> List.of(start + "\u0007\u001B[2J\r\n".repeat(1000))));
            bounded(check(name -> List.of(start + ";".repeat(100_000))));
            bounded(check(name -> java.util.Collections.nCopies(400, start + "a=b; c=d; e")));
        }
    }

    @Test
    @DisplayName("a policy with a hundred places: few are asked")
    void places() {
        var uris =
                IntStream.range(0, 100)
                        .mapToObj(i -> "mailto:a@h" + i + ".example")
                        .collect(Collectors.joining(","));
        bounded(check(name -> List.of("v=DMARC1; p=none; rua=" + uris + "; ruf=" + uris)));
        assertTrue(asked < 150, asked + " questions");
    }

    @Test
    @DisplayName("a DNS that takes ten seconds for each answer: a minute, then unknown")
    void slow() {
        var dns =
                new Everywhere(
                        _ -> List.of("v=spf1 a:a.example mx:b.example -all"),
                        () -> {
                            asked++;
                            clock.advance(Duration.ofSeconds(10));
                        });
        var found = DomainCheck.of(subject("example.com"), dns, dns, clock, "probe");
        bounded(found);
        assertEquals(6, asked);
        assertTrue(found.stream().anyMatch(one -> one.level() == Level.UNKNOWN));
    }

    @Test
    @DisplayName("a domain as long as names can be: no name below it can be asked for")
    void longest() {
        var label = "a".repeat(61);
        var domain = String.join(".", label, label, label, label) + ".com";
        var dns = FakeDns.zone(domain + ". TXT \"v=spf1 -all\"");
        bounded(DomainCheck.of(subject(domain), dns, dns, clock, "probe"));
    }
}
