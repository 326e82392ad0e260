package io.postern.gateway.identities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The client's name in the DNS")
@Timeout(60)
class ReverseNamesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Situations STRANGER =
            Situations.of(Situations.config(""), "192.0.2.1", "mx.example.net");

    record Case(String rule, String zone, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "a name that leads back is told",
                        """
                        1.2.0.192.in-addr.arpa. IN PTR mx.example.net.
                        mx.example.net. IN A 192.0.2.1
                        """,
                        "mx.example.net"),
                new Case(
                        "a name that leads elsewhere is not",
                        """
                        1.2.0.192.in-addr.arpa. IN PTR mx.bank.example.
                        mx.bank.example. IN A 192.0.2.99
                        """,
                        ""),
                new Case(
                        "a name without an address is not",
                        "1.2.0.192.in-addr.arpa. IN PTR mx.bank.example.",
                        ""),
                new Case(
                        "of several, the first that leads back",
                        """
                        1.2.0.192.in-addr.arpa. IN PTR mx.bank.example.
                        1.2.0.192.in-addr.arpa. IN PTR mx.example.net.
                        mx.example.net. IN A 192.0.2.1
                        """,
                        "mx.example.net"),
                new Case("no name at all", "", ""));
    }

    @ParameterizedTest(name = "RFC 5321 §4.4: {0}")
    @MethodSource("cases")
    void verified(Case c) {
        var names = new ReverseNames(FakeDns.zone("$TTL 60\n" + c.zone() + "\n"), LONG);
        assertEquals(c.want(), names.told(STRANGER.helo()).map(Domain::name).orElse(""));
    }

    @Test
    @DisplayName("is looked up once a session, whoever asks, and again for another")
    void once() {
        var dns =
                FakeDns.zone(
                        """
                        1.2.0.192.in-addr.arpa. IN PTR mx.bank.example.
                        1.2.0.192.in-addr.arpa. IN PTR mx.example.net.
                        mx.example.net. IN A 192.0.2.1
                        """);
        var names = new ReverseNames(dns, LONG);
        var begun = names.begin(STRANGER.connect());
        assertEquals(
                new ClientNames(
                        List.of("mx.bank.example", "mx.example.net"),
                        List.of("mx.example.net"),
                        false),
                names.of(STRANGER.helo()));
        assertEquals(begun.get(), names.of(STRANGER.mail("a@example.net")));
        assertEquals("mx.example.net", names.told(STRANGER.helo()).map(Domain::name).orElse(""));
        assertEquals(1, dns.lookups("192.0.2.1"));

        names.end(STRANGER.helo());
        var _ = names.of(STRANGER.session("another").helo());
        assertEquals(2, dns.lookups("192.0.2.1"));
    }

    @Test
    @DisplayName("is not known, and not none, when the DNS fails at it or at leading back")
    void trouble() {
        var dns =
                FakeDns.zone(
                        """
                        1.2.0.192.in-addr.arpa. IN PTR mx.bank.example.
                        1.2.0.192.in-addr.arpa. IN PTR mx.example.net.
                        mx.example.net. IN A 192.0.2.1
                        """);
        dns.fail("mx.bank.example");
        var names = new ReverseNames(dns, LONG).of(STRANGER.connect());
        assertTrue(names.mayHave("mx.bank.example"::equals));
        assertFalse(names.mayHave("mx.example.net"::equals), "it has it");
        assertFalse(names.mayHave("mx.other.example"::equals), "it does not claim it");
        dns.fail("192.0.2.1");
        assertEquals(ClientNames.UNKNOWN, new ReverseNames(dns, LONG).of(STRANGER.connect()));
        assertTrue(ClientNames.UNKNOWN.mayHave("mx.other.example"::equals));
        assertFalse(ClientNames.NONE.mayHave("mx.other.example"::equals));
    }

    @Test
    @DisplayName("is never looked up for a host inside, which is known by its address")
    void inside() {
        var dns = FakeDns.empty();
        var names = new ReverseNames(dns, LONG);
        assertEquals(ClientNames.NONE, names.of(STRANGER.outbound().connect()));
        assertEquals(Optional.empty(), names.told(STRANGER.outbound().helo()));
        assertEquals(0, dns.lookups());
    }

    @Test
    @DisplayName("with a deadline of zero nothing is asked")
    void off() {
        var dns = FakeDns.empty();
        assertEquals(
                Optional.empty(), new ReverseNames(dns, Duration.ZERO).told(STRANGER.connect()));
        assertEquals(0, dns.lookups());
    }

    /// A DNS that answers nobody until it is told to.
    private static final class Silent implements Resolver {
        private final CountDownLatch speak = new CountDownLatch(1);

        @Override
        public Answer<String> ptr(InetAddress address) {
            try {
                speak.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Answer.NoSuchName<>();
        }

        @Override
        public Answer<String> txt(String name) {
            throw new AssertionError();
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            throw new AssertionError();
        }

        @Override
        public Answer<InetAddress> a(String name) {
            throw new AssertionError();
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            throw new AssertionError();
        }
    }

    @Test
    @DisplayName(
            "after a few names that did not come in time nobody waits, until one has come again")
    void impatience() {
        var dns = new Silent();
        var hurried = new ReverseNames(dns, Duration.ofMillis(1));
        for (int i = 0; i < 3; i++) {
            assertTrue(hurried.waits());
            assertEquals(Optional.empty(), hurried.told(STRANGER.session("S" + i).helo()));
        }
        assertTrue(!hurried.waits());
        assertEquals(Optional.empty(), hurried.told(STRANGER.session("another").helo()));
        dns.speak.countDown();
        while (!hurried.waits()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("failures at once count too: a machine without a DNS waits for nobody")
    void noDns() {
        var dns = FakeDns.empty().fail("192.0.2.1");
        var names = new ReverseNames(dns, LONG);
        for (int i = 0; i < 3; i++) {
            assertEquals(Optional.empty(), names.told(STRANGER.session("S" + i).helo()));
        }
        while (names.waits()) {
            Thread.onSpinWait();
        }
    }
}
