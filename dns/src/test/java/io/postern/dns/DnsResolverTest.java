package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

@DisplayName("RFC 1035, RFC 2308, RFC 6891, RFC 7766 asking servers")
class DnsResolverTest {
    /// Long enough for a busy machine; tests that run into it are given a short one.
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final Duration SHORT = Duration.ofMillis(300);

    private static Answer<?> a(Resolver resolver) {
        return resolver.a("www.example.com");
    }

    private static Answer<?> txt(Resolver resolver) {
        return resolver.txt("www.example.com");
    }

    /// A reply with that code, and records as a zone file has them.
    private static Message reply(Message query, int code, String answer, String authority) {
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.getHeader().setRcode(code);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        add(reply, answer, Section.ANSWER);
        add(reply, authority, Section.AUTHORITY);
        return reply;
    }

    private static void add(Message reply, String zone, int section) {
        switch (ZoneFile.parse(zone)) {
            case ZoneFile.Ok(var records) -> records.forEach(r -> reply.addRecord(r, section));
            case ZoneFile.Bad(var line, var why) -> throw new AssertionError(line + ": " + why);
        }
    }

    static LoopbackDns.Script says(int code, String answer, String authority) {
        return (query, tcp) -> one(reply(query, code, answer, authority), tcp);
    }

    private static LoopbackDns.Script says(String answer) {
        return says(Rcode.NOERROR, answer, "");
    }

    private static List<byte[]> one(Message reply, boolean tcp) {
        var octets = reply.toWire();
        return List.of(tcp ? framed(octets) : octets);
    }

    private static byte[] framed(byte[] octets) {
        return ByteBuffer.allocate(octets.length + 2)
                .putShort((short) octets.length)
                .put(octets)
                .array();
    }

    /// Truncated over UDP, that script over TCP.
    private static LoopbackDns.Script overTcp(LoopbackDns.Script script) {
        return (query, tcp) -> {
            if (tcp) {
                return script.replies(query, true);
            }
            var cut = reply(query, Rcode.NOERROR, "", "");
            cut.getHeader().setFlag(Flags.TC);
            return List.of(cut.toWire());
        };
    }

    record Case(
            String rule,
            LoopbackDns.Script script,
            Function<Resolver, Answer<?>> ask,
            String want,
            Duration deadline) {
        Case(
                String rule,
                LoopbackDns.Script script,
                Function<Resolver, Answer<?>> ask,
                String want) {
            this(rule, script, ask, want, DEADLINE);
        }

        @Override
        public String toString() {
            return rule;
        }
    }

    private static final String SOA = "example.com. SOA ns. root. 1 2 3 4 5";

    static Stream<Case> answers() {
        return Stream.of(
                new Case(
                        "an address",
                        says("www.example.com. 60 A 192.0.2.1"),
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "any case",
                        says("WWW.Example.COM. 60 A 192.0.2.1"),
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "strings are joined, octets kept",
                        says("www.example.com. 60 TXT \"a \" \"b\\255\""),
                        DnsResolverTest::txt,
                        "[a b\u00ff] 60"),
                new Case(
                        "RFC 7505: null MX",
                        says("example.com. 60 MX 0 ."),
                        r -> r.mx("example.com"),
                        "[0 ] 60"),
                new Case(
                        "MX in the order received",
                        says("example.com. 60 MX 9 B.example.\nexample.com. 60 MX 1 a.example."),
                        r -> r.mx("EXAMPLE.com."),
                        "[9 b.example, 1 a.example] 60"),
                new Case(
                        "PTR of IPv6",
                        says(
                                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 PTR Mx.Example."),
                        r -> r.ptr(InetAddress.ofLiteral("2001:db8::1")),
                        "[mx.example] 60"),
                new Case(
                        "a chain in one reply, with the shortest TTL",
                        says("www.example.com. 9 CNAME b.\nb. 60 CNAME c.\nc. 60 A 192.0.2.1"),
                        DnsResolverTest::a,
                        "[192.0.2.1] 9"),
                new Case(
                        "a chain in pieces",
                        (query, tcp) ->
                                says(query.getQuestion().getName().labels() > 2
                                                ? "www.example.com. 9 CNAME b."
                                                : "b. 60 A 192.0.2.1")
                                        .replies(query, tcp),
                        DnsResolverTest::a,
                        "[192.0.2.1] 9"),
                new Case(
                        "records of other names do not count",
                        says(Rcode.NOERROR, "x.example.com. A 192.0.2.1", SOA),
                        DnsResolverTest::a,
                        "no data"),
                new Case(
                        "RFC 2308 §2.2: no data",
                        says(Rcode.NOERROR, "", SOA),
                        DnsResolverTest::a,
                        "no data"),
                new Case(
                        "RFC 2308 §2.2: no data, without SOA",
                        says(""),
                        DnsResolverTest::a,
                        "no data"),
                new Case(
                        "NXDOMAIN",
                        says(Rcode.NXDOMAIN, "", SOA),
                        DnsResolverTest::a,
                        "no such name"),
                new Case(
                        "RFC 6604 §3: NXDOMAIN at the end of a chain",
                        says(Rcode.NXDOMAIN, "www.example.com. CNAME b.", SOA),
                        DnsResolverTest::a,
                        "no such name"),
                new Case(
                        "truncated: over TCP",
                        overTcp(says("www.example.com. 60 TXT " + "\"" + "x".repeat(200) + "\"")),
                        DnsResolverTest::txt,
                        "[" + "x".repeat(200) + "] 60"),
                new Case(
                        "truncated in the middle of a record",
                        (query, tcp) -> {
                            var whole = says("www.example.com. 60 A 192.0.2.1").replies(query, tcp);
                            if (tcp) {
                                return whole;
                            }
                            var cut = Arrays.copyOf(whole.getFirst(), 38);
                            cut[2] |= 2;
                            return List.of(cut);
                        },
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "more hosts than anybody needs: the first hundred",
                        overTcp(
                                says(
                                        many(
                                                700,
                                                i ->
                                                        "www.example.com. 60 A 192.0.%d.%d"
                                                                .formatted(i >> 8, i & 255)))),
                        r ->
                                new Answer.Records<>(
                                        List.of(
                                                ((Answer.Records<?>) r.a("www.example.com"))
                                                        .records()
                                                        .size()),
                                        Duration.ZERO,
                                        false),
                        "[100] 0"),
                new Case(
                        "forged ids are passed over",
                        (query, tcp) -> {
                            var right = says("www.example.com. 60 A 192.0.2.1").replies(query, tcp);
                            var forged =
                                    says("www.example.com. 60 A 192.0.2.66")
                                            .replies(query, tcp)
                                            .getFirst();
                            forged[0] ^= 1;
                            return List.of(forged, new byte[3], right.getFirst());
                        },
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "RFC 5452 §9.1: replies to other questions are passed over",
                        (query, tcp) -> {
                            var right = says("www.example.com. 60 A 192.0.2.1").replies(query, tcp);
                            var other = right.getFirst().clone();
                            other[13] ^= 1; // the first letter
                            var type = right.getFirst().clone();
                            type[12 + query.getQuestion().getName().length() + 1] = 28;
                            return List.of(other, type, right.getFirst());
                        },
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "0x20: a server that does not keep the case is asked over TCP",
                        lowerCase(says("www.example.com. 60 A 192.0.2.1"), true),
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "0x20: without TCP either, in the case of the name",
                        lowerCase(says("www.example.com. 60 A 192.0.2.1"), false),
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "0x20: forged without the case, and the true answer over TCP",
                        (query, tcp) ->
                                tcp
                                        ? says("www.example.com. 60 A 192.0.2.1")
                                                .replies(query, true)
                                        : lowerCase(says("www.example.com. 60 A 192.0.2.66"), true)
                                                .replies(query, false),
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"),
                new Case(
                        "RFC 6891 §7: a server from before EDNS",
                        (query, tcp) ->
                                query.getOPT() == null
                                        ? says("www.example.com. 60 A 192.0.2.1")
                                                .replies(query, tcp)
                                        : says(Rcode.FORMERR, "", "").replies(query, tcp),
                        DnsResolverTest::a,
                        "[192.0.2.1] 60"));
    }

    /// The replies with their question in lower case; over TCP nothing, unless asked for.
    private static LoopbackDns.Script lowerCase(LoopbackDns.Script script, boolean overTcp) {
        return (query, tcp) -> {
            if (tcp && !overTcp) {
                return List.of(new byte[2]); // a message of no octets
            }
            var replies = new ArrayList<byte[]>();
            for (var reply : script.replies(query, tcp)) {
                var lower = reply.clone();
                int start = tcp ? 15 : 13;
                for (int i = start; i < start + 15; i++) {
                    lower[i] = (byte) Character.toLowerCase(lower[i]);
                }
                replies.add(lower);
            }
            return replies;
        };
    }

    private static String many(int count, IntFunction<String> line) {
        return String.join("\n", IntStream.range(0, count).mapToObj(line).toList());
    }

    static Stream<Case> failures() {
        return Stream.of(
                new Case("SERVFAIL", says(Rcode.SERVFAIL, "", ""), DnsResolverTest::a, "SERVFAIL"),
                new Case("REFUSED", says(Rcode.REFUSED, "", ""), DnsResolverTest::a, "REFUSED"),
                new Case(
                        "CNAME loop",
                        says("www.example.com. CNAME b.\nb. CNAME www.example.com."),
                        DnsResolverTest::a,
                        "CNAME loop"),
                new Case(
                        "CNAME to itself",
                        says("www.example.com. CNAME www.example.com."),
                        DnsResolverTest::a,
                        "CNAME loop"),
                new Case(
                        "CNAMEs without end",
                        says(
                                "www.example.com. CNAME 0.\n"
                                        + many(50, i -> "%d. CNAME %d.".formatted(i, i + 1))),
                        DnsResolverTest::a,
                        "more than 12 CNAMEs"),
                new Case(
                        "CNAMEs without end, in pieces",
                        (query, tcp) -> {
                            var name = query.getQuestion().getName();
                            return says(name + " CNAME x" + name).replies(query, tcp);
                        },
                        DnsResolverTest::a,
                        "more than 12 CNAMEs"),
                new Case(
                        "malformed octets",
                        (query, tcp) -> {
                            var good = says("www.example.com. A 192.0.2.1").replies(query, tcp);
                            var bad = good.getFirst().clone();
                            bad[7] = 9; // nine answers, and there is one
                            return List.of(bad);
                        },
                        DnsResolverTest::a,
                        "malformed"),
                new Case(
                        "a header and nothing else",
                        (query, tcp) -> List.of(Arrays.copyOf(flagged(query), 12)),
                        DnsResolverTest::a,
                        "no answer",
                        SHORT),
                new Case(
                        "another question",
                        (query, tcp) -> {
                            var reply =
                                    reply(query, Rcode.NOERROR, "www.example.com. A 192.0.2.1", "");
                            reply.removeAllRecords(Section.QUESTION);
                            return one(reply, tcp);
                        },
                        DnsResolverTest::a,
                        "another question"),
                new Case(
                        "RFC 2308 §2.2: a referral",
                        says(Rcode.NOERROR, "", "example.com. NS ns.example.com."),
                        DnsResolverTest::a,
                        "referral"),
                new Case(
                        "more texts than can be judged",
                        overTcp(says(many(500, i -> "www.example.com. 60 TXT v" + i))),
                        DnsResolverTest::txt,
                        "more than 400"),
                new Case(
                        "no answer",
                        (query, tcp) -> List.of(),
                        DnsResolverTest::a,
                        "no answer",
                        SHORT),
                new Case(
                        "truncated, and silent over TCP",
                        overTcp((query, tcp) -> List.of()),
                        DnsResolverTest::a,
                        "no answer",
                        SHORT),
                new Case(
                        "half a reply over TCP",
                        overTcp((query, tcp) -> List.of(new byte[] {1, 0, 1})),
                        DnsResolverTest::a,
                        "no answer",
                        SHORT),
                new Case(
                        "garbage over TCP",
                        overTcp((query, tcp) -> List.of(framed(new byte[20]))),
                        DnsResolverTest::a,
                        "another question"));
    }

    private static byte[] flagged(Message query) {
        var octets = query.toWire();
        octets[2] |= (byte) 0x80;
        return octets;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void answers(Case c) throws IOException {
        try (var server = LoopbackDns.start(c.script())) {
            var resolver = new DnsResolver(List.of(server.address()), c.deadline());
            assertEquals(c.want(), Answers.text(c.ask().apply(resolver)));
        }
    }

    @ParameterizedTest(name = "nothing is known: {0}")
    @MethodSource("failures")
    void failures(Case c) throws IOException {
        try (var server = LoopbackDns.start(c.script())) {
            var resolver = new DnsResolver(List.of(server.address()), c.deadline());
            long before = System.nanoTime();
            var answer = c.ask().apply(resolver);
            var took = Duration.ofNanos(System.nanoTime() - before);
            var failure = assertInstanceOf(Answer.TemporaryFailure.class, answer);
            assertTrue(failure.why().contains(c.want()), failure.why());
            // Ends by its deadline, or at once; never long after. The margin is the machine's.
            assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, took.toString());
            if (c.deadline().equals(SHORT)) {
                assertTrue(
                        took.compareTo(SHORT.multipliedBy(9).dividedBy(10)) > 0, took.toString());
            }
        }
    }

    @Test
    @DisplayName("a bad server costs one question, and the next one answers")
    void nextServer() throws IOException {
        try (var bad = LoopbackDns.start(says(Rcode.SERVFAIL, "", ""));
                var good = LoopbackDns.start(says("www.example.com. 60 A 192.0.2.1"))) {
            var resolver = new DnsResolver(List.of(bad.address(), good.address()), DEADLINE);
            assertEquals("[192.0.2.1] 60", Answers.text(a(resolver)));
            assertEquals(List.of("udp www.example.com. A"), bad.asked);
        }
    }

    @Test
    @DisplayName("a server that is not there is passed over; when none is, it says so at once")
    void closedPort() throws IOException {
        InetSocketAddress closed;
        try (var gone = LoopbackDns.start(says(""))) {
            closed = gone.address();
        }
        try (var good = LoopbackDns.start(says("www.example.com. 60 A 192.0.2.1"))) {
            var resolver = new DnsResolver(List.of(closed, good.address()), DEADLINE);
            assertEquals("[192.0.2.1] 60", Answers.text(a(resolver)));
        }
        var alone = new DnsResolver(List.of(closed), DEADLINE);
        assertEquals("failure", Answers.text(a(alone)));
    }

    /// Always the same.
    private static final class NoRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return -1;
        }

        @Override
        public boolean nextBoolean() {
            return true;
        }
    }

    @Test
    @DisplayName("0x20: the case of the question is by chance, and the answer does not show it")
    void scrambled() throws IOException {
        var asked = new CopyOnWriteArrayList<String>();
        LoopbackDns.Script script =
                (query, tcp) -> {
                    asked.add(query.getQuestion().getName() + " " + query.getHeader().getID());
                    var records = query.getQuestion().getName() + " 60 MX 1 mx.";
                    return one(reply(query, Rcode.NOERROR, records, ""), tcp);
                };
        try (var server = LoopbackDns.start(script)) {
            var fixed =
                    new DnsResolver(
                            List.of(server.address()), DEADLINE, new Dnssec.Off(), new NoRandom());
            assertEquals("[1 mx] 60", Answers.text(fixed.mx("eXample.c0m-1")));
            assertEquals(List.of("ExAMPLE.C0M-1. 65535"), asked);
            var secure = new DnsResolver(List.of(server.address()), DEADLINE);
            for (int i = 0; i < 20; i++) {
                assertEquals("[1 mx] 60", Answers.text(secure.mx("example.com")));
            }
            assertTrue(asked.stream().distinct().count() > 15, asked.toString());
        }
    }

    @Test
    @DisplayName("a server that is down costs its share of the time once, not with each question")
    void remembered() throws IOException {
        try (var silent = LoopbackDns.start((query, tcp) -> List.of());
                var good = LoopbackDns.start(says("www.example.com. 60 A 192.0.2.1"))) {
            var resolver =
                    new DnsResolver(
                            List.of(silent.address(), good.address()), Duration.ofSeconds(6));
            for (int i = 0; i < 5; i++) {
                assertEquals("[192.0.2.1] 60", Answers.text(a(resolver)));
            }
            assertEquals(List.of("udp www.example.com. A"), silent.asked);
        }
    }

    @Test
    @DisplayName("two dead servers and a long chain cost one deadline together")
    void deadServers() throws IOException {
        LoopbackDns.Script stopsAfterTwo =
                (query, tcp) -> {
                    var name = query.getQuestion().getName();
                    return name.labels() > 5
                            ? List.of()
                            : says(name + " CNAME x." + name).replies(query, tcp);
                };
        try (var one = LoopbackDns.start(stopsAfterTwo);
                var two = LoopbackDns.start((query, tcp) -> List.of())) {
            var deadline = Duration.ofMillis(600);
            var resolver = new DnsResolver(List.of(two.address(), one.address()), deadline);
            long before = System.nanoTime();
            var answer = assertInstanceOf(Answer.TemporaryFailure.class, a(resolver));
            var took = Duration.ofNanos(System.nanoTime() - before);
            assertTrue(answer.why().contains("no answer"), answer.why());
            // The margin is the machine's; three names with six tries each would be more.
            assertTrue(took.compareTo(deadline.multipliedBy(5)) < 0, took.toString());
        }
    }

    @Test
    @DisplayName("a lost datagram is asked for again")
    void lost() throws IOException {
        var silent = new AtomicBoolean(true);
        LoopbackDns.Script script =
                (query, tcp) ->
                        silent.getAndSet(false)
                                ? List.of()
                                : says("www.example.com. 60 A 192.0.2.1").replies(query, tcp);
        try (var server = LoopbackDns.start(script)) {
            var resolver = new DnsResolver(List.of(server.address()), Duration.ofSeconds(3));
            assertEquals("[192.0.2.1] 60", Answers.text(a(resolver)));
            assertEquals(2, server.asked.size());
        }
    }

    @Test
    @DisplayName("a name that cannot exist is not asked for")
    void impossible() throws IOException {
        try (var server = LoopbackDns.start(says(""))) {
            var resolver = new DnsResolver(List.of(server.address()), DEADLINE);
            for (var name :
                    List.of("", ".", "a..b", "x".repeat(64) + ".example", "\u00e9.example")) {
                assertEquals("no such name", Answers.text(resolver.txt(name)), name);
            }
            assertEquals(List.of(), server.asked);
        }
    }

    @Test
    @DisplayName("RFC 6840 §5.8: the AD bit of a server on this machine is believed")
    void authentic() throws IOException {
        LoopbackDns.Script vouches =
                (query, tcp) -> {
                    assertTrue(query.getHeader().getFlag(Flags.AD));
                    var reply = reply(query, Rcode.NOERROR, "www.example.com. A 192.0.2.1", "");
                    reply.getHeader().setFlag(Flags.AD);
                    return one(reply, tcp);
                };
        try (var server = LoopbackDns.start(vouches);
                var plain = LoopbackDns.start(says("www.example.com. A 192.0.2.1"))) {
            var yes = new DnsResolver(List.of(server.address()), DEADLINE).a("www.example.com");
            assertTrue(assertInstanceOf(Answer.Records.class, yes).authentic());
            var no = new DnsResolver(List.of(plain.address()), DEADLINE).a("www.example.com");
            assertFalse(assertInstanceOf(Answer.Records.class, no).authentic());
        }
    }

    @Test
    @DisplayName("RFC 6840 §5.8: the AD bit counts only where it is asked for and believed")
    void adBit() throws IOException {
        LoopbackDns.Script vouches =
                (query, tcp) -> {
                    var reply = reply(query, Rcode.NOERROR, "www.example.com. A 192.0.2.1", "");
                    reply.getHeader().setFlag(Flags.AD);
                    return one(reply, tcp);
                };
        try (var server = LoopbackDns.start(vouches)) {
            for (var dnssec : List.of(new Dnssec.Off(), new Dnssec.TrustAd(_ -> false))) {
                var resolver =
                        new DnsResolver(
                                List.of(server.address()), DEADLINE, dnssec, new SecureRandom());
                var answer = assertInstanceOf(Answer.Records.class, a(resolver));
                assertFalse(answer.authentic(), dnssec.toString());
            }
        }
    }

    @Test
    @DisplayName("an interrupted thread stops waiting and stays interrupted")
    void interrupted() throws Exception {
        var asked = new CountDownLatch(1);
        LoopbackDns.Script silent =
                (query, tcp) -> {
                    asked.countDown();
                    return List.of();
                };
        try (var server = LoopbackDns.start(silent)) {
            var resolver = new DnsResolver(List.of(server.address()), Duration.ofMinutes(5));
            var result = new CompletableFuture<String>();
            var thread =
                    Thread.startVirtualThread(() -> {
                        var answer = Answers.text(a(resolver));
                        result.complete(answer + Thread.currentThread().isInterrupted());
                    });
            asked.await();
            thread.interrupt();
            assertEquals("failuretrue", result.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    @DisplayName("random octets behind the id never throw")
    void random() throws IOException {
        var random = new Random(5);
        LoopbackDns.Script noise =
                (query, tcp) -> {
                    var good =
                            says("www.example.com. CNAME b.\nb. A 192.0.2.1").replies(query, tcp);
                    var octets = good.getFirst().clone();
                    int question = 12 + query.getQuestion().getName().length() + 4;
                    for (int n = random.nextInt(6); n > 0; n--) {
                        int at = 3 + random.nextInt(octets.length - 3);
                        // With another question it is no reply, and would be waited past.
                        if (at == 3 || (at > 5 && at < 12) || at >= question) {
                            octets[at] = (byte) random.nextInt(256);
                        }
                    }
                    return List.of(octets);
                };
        try (var server = LoopbackDns.start(noise)) {
            var resolver = new DnsResolver(List.of(server.address()), Duration.ofSeconds(2));
            for (int i = 0; i < 1000; i++) {
                assertFalse(Answers.text(a(resolver)).isEmpty());
                assertFalse(Answers.text(txt(resolver)).isEmpty());
            }
        }
    }

    record Text(String text, String want) {
        @Override
        public String toString() {
            return text;
        }
    }

    static Stream<Text> servers() {
        return Stream.of(
                new Text("192.0.2.53", "192.0.2.53 53"),
                new Text("192.0.2.53:5353", "192.0.2.53 5353"),
                new Text("2001:db8::53", "2001:db8:0:0:0:0:0:53 53"),
                new Text("[2001:db8::53]", "2001:db8:0:0:0:0:0:53 53"),
                new Text("[2001:db8::53]:5353", "2001:db8:0:0:0:0:0:53 5353"),
                new Text("[2001:db8::53]5353", "none"),
                new Text("192.0.2.53:0", "none"),
                new Text("192.0.2.53:65536", "none"),
                new Text("192.0.2.53:", "none"),
                new Text("dns.example.com", "none"),
                new Text("", "none"));
    }

    @ParameterizedTest(name = "server: {0}")
    @MethodSource("servers")
    void servers(Text c) {
        assertEquals(
                c.want(),
                DnsResolver.server(c.text())
                        .map(s -> s.getAddress().getHostAddress() + " " + s.getPort())
                        .orElse("none"));
    }

    @Test
    @DisplayName("the machine's own servers: at least one, each with an address")
    void system() {
        var servers = DnsResolver.systemServers();
        assertFalse(servers.isEmpty());
        assertFalse(servers.stream().anyMatch(InetSocketAddress::isUnresolved));
    }
}
