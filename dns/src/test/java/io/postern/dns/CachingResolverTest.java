package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Rcode;

@DisplayName("RFC 2308, RFC 9520 cache of answers")
class CachingResolverTest {
    private static final CachingResolver.Limits LIMITS =
            new CachingResolver.Limits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(100),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(5),
                    1 << 20,
                    Duration.ofSeconds(30));

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    /// Asks the one below every time, counts, and says the same whatever the question.
    private final class Below implements Resolver {
        private final Supplier<Answer<String>> text;

        Below(Supplier<Answer<String>> text) {
            this.text = text;
        }

        @Override
        public Answer<String> txt(String name) {
            asked.incrementAndGet();
            return text.get();
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            asked.incrementAndGet();
            return new Answer.NoData<>();
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return new Answer.NoData<>();
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return new Answer.NoData<>();
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            asked.incrementAndGet();
            return text.get();
        }
    }

    private CachingResolver over(Supplier<Answer<String>> text) {
        return new CachingResolver(new Below(text), LIMITS, nanos::get);
    }

    private static Answer<String> records(int seconds) {
        return new Answer.Records<>(List.of("text"), Duration.ofSeconds(seconds), false);
    }

    record Case(String rule, Answer<String> answer, int seconds) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("its TTL", records(50), 50),
                new Case("no less than the minimum", records(0), 10),
                new Case("no more than the maximum", records(Integer.MAX_VALUE), 100),
                new Case("no such name", new Answer.NoSuchName<>(), 20),
                new Case("no data", new Answer.NoData<>(), 20),
                new Case("failure", new Answer.TemporaryFailure<>("SERVFAIL"), 5));
    }

    @ParameterizedTest(name = "kept for: {0}")
    @MethodSource("cases")
    void kept(Case c) {
        var cache = over(c::answer);
        assertEquals(c.answer(), cache.txt("example.com"));
        nanos.addAndGet(Duration.ofSeconds(c.seconds()).toNanos() - 1);
        assertEquals(c.answer(), cache.txt("EXAMPLE.com."));
        assertEquals(1, asked.get(), "kept until then");
        nanos.addAndGet(1);
        assertEquals(c.answer(), cache.txt("example.com"));
        assertEquals(2, asked.get(), "and not after");
    }

    record Negative(String rule, String soa, int seconds) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Negative> negatives() {
        return Stream.of(
                new Negative("the SOA's MINIMUM", "example. 600 SOA a. b. 1 2 3 4 15", 15),
                new Negative("the SOA's TTL", "example. 12 SOA a. b. 1 2 3 4 600", 12),
                new Negative("no more than the limit", "example. 600 SOA a. b. 1 2 3 4 600", 20),
                new Negative("no less than the minimum", "example. 600 SOA a. b. 1 2 3 4 0", 10),
                new Negative("without SOA the minimum", "", 10));
    }

    @ParameterizedTest(name = "RFC 2308 §5 \"no\" is kept for: {0}")
    @MethodSource("negatives")
    void negative(Negative c) throws Exception {
        for (int code : new int[] {Rcode.NXDOMAIN, Rcode.NOERROR}) {
            nanos.set(0);
            try (var server = LoopbackDns.start(DnsResolverTest.says(code, "", c.soa()))) {
                var servers = new DnsResolver(List.of(server.address()), Duration.ofSeconds(20));
                var cache = new CachingResolver(servers, LIMITS, nanos::get);
                var answer = cache.txt("example.com");
                nanos.addAndGet(Duration.ofSeconds(c.seconds()).toNanos() - 1);
                assertEquals(answer, cache.txt("EXAMPLE.com."));
                assertEquals(1, server.asked.size(), "kept until then");
                nanos.addAndGet(1);
                assertEquals(answer, cache.txt("example.com"));
                assertEquals(2, server.asked.size(), "and not after");
            }
        }
    }

    @Test
    @DisplayName("types and names are kept apart")
    void apart() throws Exception {
        var cache = over(() -> records(50));
        cache.txt("a.example");
        cache.txt("b.example");
        cache.mx("a.example");
        cache.ptr(InetAddress.ofLiteral("192.0.2.1"));
        cache.ptr(InetAddress.ofLiteral("192.0.2.2"));
        assertEquals(5, asked.get());
        assertEquals(new Answer.NoData<>(), cache.mx("a.example"));
        assertEquals(5, asked.get());
    }

    @Test
    @DisplayName("what is kept is told without asking; what has expired or is not kept is not")
    void kept() {
        var cache = over(() -> records(50));
        assertEquals(Optional.empty(), cache.keptTxt("example.com"));
        assertEquals(0, asked.get());
        cache.txt("example.com");
        assertEquals(Optional.of(records(50)), cache.keptTxt("EXAMPLE.com."));
        nanos.addAndGet(Duration.ofSeconds(50).toNanos());
        assertEquals(Optional.empty(), cache.keptTxt("example.com"));
        assertEquals(1, asked.get());
    }

    @Test
    @DisplayName("a herd asks once")
    void herd() throws Exception {
        int herd = 50;
        var go = new CountDownLatch(1);
        var cache =
                over(() -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return records(50);
                });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<Answer<String>>>();
            for (int i = 0; i < herd; i++) {
                answers.add(threads.submit(() -> cache.txt("example.com")));
            }
            go.countDown();
            for (var answer : answers) {
                assertEquals(records(50), answer.get());
            }
        }
        assertEquals(1, asked.get());
    }

    @Test
    @DisplayName("a look-up that throws leaves nothing behind")
    void bug() {
        var first = new AtomicInteger();
        var cache =
                over(() -> {
                    if (first.getAndIncrement() == 0) {
                        throw new IllegalStateException("a bug");
                    }
                    return records(50);
                });
        assertThrows(IllegalStateException.class, () -> cache.txt("example.com"));
        assertEquals(records(50), cache.txt("example.com"));
    }

    @Test
    @DisplayName("memory is bounded")
    void bounded() {
        var cache =
                over(() ->
                        new Answer.Records<>(
                                List.of("x".repeat(10_000)), Duration.ofSeconds(50), false));
        for (int i = 0; i < 1000; i++) {
            cache.txt(i + ".example.com");
        }
        asked.set(0);
        for (int i = 0; i < 1000; i++) {
            cache.txt(i + ".example.com");
        }
        // 1 MiB holds a hundred of them.
        assertEquals(true, asked.get() > 880, () -> "asked again " + asked.get() + " of 1000");
    }
}
