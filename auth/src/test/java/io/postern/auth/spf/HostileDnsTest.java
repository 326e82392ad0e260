package io.postern.auth.spf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName(
        "RFC 7208 §4.6.4, §11.1: whatever the DNS says, a result comes back after few questions")
class HostileDnsTest {
    /// 10 terms of 1 + 10 questions, 1 + 10 for the reverse name, the record, the explanation.
    private static final int MOST = 123;

    /// A stranger's DNS, in which every name has what he likes.
    private static final class StrangersDns implements Resolver {
        private final Supplier<String> text;
        private final int hosts;
        private int asked;

        StrangersDns(Supplier<String> text, int hosts) {
            this.text = text;
            this.hosts = hosts;
        }

        private <T> Answer<T> records(List<T> records) {
            asked++;
            return records.isEmpty()
                    ? new Answer.NoData<>()
                    : new Answer.Records<>(records, Duration.ZERO, false);
        }

        @Override
        public Answer<String> txt(String name) {
            return records(List.of(text.get()));
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            return records(
                    IntStream.range(0, hosts)
                            .mapToObj(i -> new MxRecord(i, "h" + i + "." + name))
                            .toList());
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return records(List.of(InetAddress.ofLiteral("203.0.113.77")));
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return records(List.of(InetAddress.ofLiteral("2001:db8::77")));
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            return records(
                    IntStream.range(0, 1000).mapToObj(i -> "h" + i + ".example.com").toList());
        }
    }

    private static SpfResult check(StrangersDns dns, String client, String mailFrom) {
        var result = Checking.mailFrom(dns, client, "h".repeat(5000) + ".example.org", mailFrom);
        assertEquals(dns.asked, result.lookups());
        assertTrue(dns.asked <= MOST, () -> dns.asked + " questions");
        return result;
    }

    @Test
    @DisplayName("the most questions that there can be")
    void most() {
        var dns = new StrangersDns(() -> "v=spf1 " + "mx ".repeat(10) + "-all exp=%{p}.x.y", 10);
        assertEquals("fail", check(dns, "192.0.2.1", "a@example.com").verdict().word());
        assertEquals(MOST, dns.asked);
    }

    @Test
    @DisplayName("a tree of includes")
    void tree() {
        var dns =
                new StrangersDns(
                        () -> "v=spf1 " + "?include:%{l1r+}.%{d} mx ptr a exists:%{d} ".repeat(9),
                        10);
        assertEquals("permerror", check(dns, "192.0.2.1", "a@example.com").verdict().word());
    }

    @Test
    @DisplayName("thousands of macros, and values of thousands of octets")
    void macros() {
        for (var macro : new String[] {"%{h}", "%{s1r.-+,/_=}", "%{L}", "%{p}", "%{l9.}"}) {
            var record = "v=spf1 " + ("exists:" + macro.repeat(100) + " ").repeat(9) + "-all";
            var dns = new StrangersDns(() -> record, 0);
            var result = check(dns, "2001:db8::1", ".-+".repeat(5000) + "@example.com");
            assertTrue(result.lookups() >= 1, result::toString);
        }
    }

    @Test
    @DisplayName("random records, made of pieces of right ones")
    void random() {
        var pieces =
                List.of(
                        "include:",
                        "%{d}",
                        "redirect=",
                        "exp=",
                        "a",
                        "mx",
                        "ptr",
                        "exists:",
                        "ip4:",
                        "192.0.2.0",
                        "/",
                        "24",
                        " ",
                        " ",
                        " ",
                        "-",
                        "~",
                        "?",
                        "+",
                        "all",
                        "ip6:",
                        "2001:db8::",
                        "//",
                        "%{",
                        "}",
                        "%{ir}",
                        "%{l1r-}",
                        "%{p}",
                        ".",
                        "example.com",
                        "%%",
                        "%_",
                        "%-",
                        "%{H}",
                        ":",
                        "=",
                        "x",
                        "\u0000",
                        "\u00FF",
                        "v=spf1 ");
        var random = new Random(7208);
        for (int round = 0; round < 10_000; round++) {
            var dns =
                    new StrangersDns(
                            () -> {
                                var record = new StringBuilder("v=spf1 ");
                                for (int i = random.nextInt(30); i > 0; i--) {
                                    record.append(pieces.get(random.nextInt(pieces.size())));
                                }
                                return record.toString();
                            },
                            random.nextInt(13));
            check(dns, random.nextBoolean() ? "192.0.2.1" : "2001:db8::1", "a.b-c@example.com");
        }
    }

    @Test
    @DisplayName("random octets as record, HELO and reverse-path; the fields stay one line each")
    void octets() {
        var random = new Random(8601);
        for (int round = 0; round < 5_000; round++) {
            var octets = new ArrayList<String>();
            for (int i = 0; i < 3; i++) {
                var some = new byte[random.nextInt(40)];
                random.nextBytes(some);
                octets.add(new String(some, ISO_8859_1));
            }
            var dns = new StrangersDns(() -> "v=spf1 " + octets.getFirst(), 2);
            var mailFrom = octets.get(1) + (random.nextBoolean() ? "@example.com" : "");
            var query = Checking.query("192.0.2.1", octets.get(2), mailFrom);
            var verifier = Checking.verifier(dns);
            for (var result :
                    List.of(
                            verifier.helo(query, Checking.NOW),
                            verifier.mailFrom(query, Checking.NOW))) {
                ReceivedSpfTest.assertOneField(
                        new ReceivedSpf(query, result, Checking.RECEIVER).field().raw());
                ReceivedSpfTest.assertOneField(
                        new AuthenticationResults(
                                        Checking.RECEIVER,
                                        List.of(AuthenticationResults.spf(result)))
                                .field()
                                .raw());
            }
        }
    }
}
