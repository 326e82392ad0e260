package io.postern.gateway.authentication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.lookups.Lookups;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("the DNS as one message sees it")
@Timeout(30)
class MessageResolverTest {
    private static MessageResolver over(Resolver resolver, Duration deadline) {
        return new MessageResolver(resolver, new Lookups(), deadline);
    }

    @Test
    @DisplayName("a name is asked for once, whatever its case and final dot")
    void once() {
        var dns = FakeDns.zone("a.example. TXT \"x\"");
        var message = over(dns, Duration.ofSeconds(10));
        message.prefetchTxt("a.example");
        assertEquals(List.of("x"), records(message.txt("A.Example.")));
        assertEquals(List.of("x"), records(message.txt("a.example")));
        assertInstanceOf(Answer.NoData.class, message.mx("a.example"));
        assertEquals(List.of("TXT a.example", "MX a.example"), dns.asked());
        assertEquals(
                List.of("TXT a.example: \"x\" (ttl 0 s)", "MX a.example: no such record"),
                Questions.words(message.asked()).stream()
                        .map(words -> words.replaceAll("ttl [0-9]+", "ttl 0"))
                        .toList());
    }

    private static List<String> records(Answer<String> answer) {
        return answer instanceof Answer.Records<String>(var records, _, _) ? records : List.of();
    }

    @Test
    @DisplayName("a dead resolver costs one deadline for all questions, and no answer is a failure")
    void dead() {
        var never = new CountDownLatch(1);
        var message =
                over(
                        new Silent(() -> {
                            try {
                                never.await();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        }),
                        Duration.ofMillis(300));
        long began = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertInstanceOf(Answer.TemporaryFailure.class, message.txt("n" + i + ".example"));
        }
        long took = System.nanoTime() - began;
        never.countDown();
        assertTrue(took >= Duration.ofMillis(300).toNanos(), "the first waits for it");
        assertTrue(took < Duration.ofSeconds(6).toNanos(), "twenty deadlines: " + took);
    }

    @Test
    @DisplayName("after a hundred questions nothing more is asked for one message")
    void bounded() {
        var asked = new AtomicInteger();
        var message = over(new Silent(asked::incrementAndGet), Duration.ofSeconds(10));
        for (int i = 0; i < 150; i++) {
            message.txt("n" + i + ".example");
        }
        assertEquals(100, asked.get());
    }

    /// Does something at each question and has no answer.
    private record Silent(Runnable first) implements Resolver {
        private <T> Answer<T> nothing() {
            first.run();
            return new Answer.TemporaryFailure<>("silent");
        }

        @Override
        public Answer<String> txt(String name) {
            return nothing();
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            return nothing();
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return nothing();
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return nothing();
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            return nothing();
        }
    }
}
