package io.postern.gateway.dnsbl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.identities.Situations;
import io.postern.gateway.lookups.Lookups;
import io.postern.gateway.policy.Opinion;
import io.postern.testkit.FakeDns;
import io.postern.testkit.Warnings;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5782 lists in the DNS")
@Timeout(60)
class DnsListsTest {
    private static final String ZONE =
            """
            2.0.0.127.bl.example. A 127.0.0.2
            25.2.0.192.bl.example. A 127.0.0.4
            25.2.0.192.bl.example. TXT "see\\009https://bl.example/?192.0.2.25 \\010\\027[31m\\255"
            26.2.0.192.bl.example. A 127.0.0.10
            27.2.0.192.bl.example. A 127.255.255.254
            28.2.0.192.bl.example. A 198.51.100.80
            29.2.0.192.bl.example. A 127.0.1.2
            1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example. A 127.0.0.2
            2.0.0.127.soft.example. A 127.0.0.2
            25.2.0.192.soft.example. A 127.0.0.2
            2.0.0.127.good.example. A 127.0.0.2
            25.2.0.192.good.example. A 127.0.5.3
            test.names.example. A 127.0.0.2
            spam.example.names.example. A 127.0.0.2
            helo.spam.example.names.example. A 127.0.0.2
            pool.isp.example.names.example. A 127.0.0.2
            30.2.0.192.in-addr.arpa. PTR pool.isp.example.
            pool.isp.example. A 192.0.2.30
            """;
    private static final String TO = "info@example.com";

    private static DnsLists lists(Config config, Resolver dns) {
        var lists =
                new DnsLists(
                        config.dnsbl(),
                        dns,
                        new Lookups(),
                        new ReverseNames(dns, Duration.ofSeconds(20)),
                        new Postmaster(config));
        lists.test();
        return lists;
    }

    private static String zone(String name, String more) {
        return "[[dnsbl.zone]]\nname = \"" + name + "\"\n" + more + "\n";
    }

    record Case(String rule, String toml, String client, String helo, String from, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        var bl = zone("bl.example", "");
        var refused = "rcpt 550 5.7.1 refused, listed by ";
        var names = refused + "names.example: ";
        return Stream.of(
                new Case(
                        "§2.1 a listed client is refused with the zone's reason, cleaned",
                        bl,
                        "192.0.2.25",
                        "a.example",
                        "a@b.example",
                        refused
                                + "bl.example: 192.0.2.25 (see https://bl.example/?192.0.2.25 ??[31m?)"),
                new Case("§2.1 an unlisted one passes", bl, "192.0.2.99", "a.b", "a@b.c", "pass"),
                new Case(
                        "§2.4 IPv6 by nibbles",
                        bl,
                        "2001:db8::1",
                        "a.b",
                        "a@b.c",
                        refused + "bl.example: 2001:db8:0:0:0:0:0:1"),
                new Case(
                        "only the codes asked for count",
                        zone("bl.example", "codes = ['127.0.0.2-127.0.0.9']"),
                        "192.0.2.26",
                        "a.b",
                        "a@b.c",
                        "pass"),
                new Case(
                        "an operator's error code is no listing, though a range may have it",
                        zone("bl.example", "codes = ['127.0.0.0-127.255.255.255']"),
                        "192.0.2.27",
                        "a.b",
                        "a@b.c",
                        "pass"),
                new Case(
                        "an address outside 127/8 is no listing, though a range may have it",
                        zone("bl.example", "codes = ['0.0.0.0-255.255.255.255']"),
                        "192.0.2.28",
                        "a.b",
                        "a@b.c",
                        "pass"),
                new Case("an unknown code is no listing", bl, "192.0.2.29", "a.b", "a@b.c", "pass"),
                new Case(
                        "one light zone is not enough",
                        zone("soft.example", "weight = 4"),
                        "192.0.2.25",
                        "a.b",
                        "a@b.c",
                        "pass"),
                new Case(
                        "weights add up",
                        zone("soft.example", "weight = 4") + zone("bl.example", "weight = 6"),
                        "192.0.2.25",
                        "a.b",
                        "a@b.c",
                        refused
                                + "soft.example: 192.0.2.25; bl.example: 192.0.2.25"
                                + " (see https://bl.example/?192.0.2.25 ??[31m?)"),
                new Case(
                        "a list of good clients takes weight away",
                        bl
                                + zone(
                                        "good.example",
                                        "weight = -5\ncodes = ['127.0.0.0-127.0.255.254']"),
                        "192.0.2.25",
                        "a.b",
                        "a@b.c",
                        "pass"),
                new Case(
                        "exempt networks are not looked up",
                        "[dnsbl]\nexempt = ['192.0.2.0/24']\n" + bl,
                        "192.0.2.25",
                        "a.b",
                        "a@b.c",
                        "pass"),
                new Case(
                        "at MAIL when so asked",
                        "[dnsbl]\nat = 'mail'\n" + zone("soft.example", ""),
                        "192.0.2.25",
                        "a.b",
                        "a@b.c",
                        "mail 550 5.7.1 refused, listed by soft.example: 192.0.2.25"),
                new Case(
                        "§3 the domain of MAIL FROM",
                        zone("names.example", "of = 'reverse-path'"),
                        "192.0.2.25",
                        "a.b",
                        "joe@Spam.Example",
                        names + "spam.example"),
                new Case(
                        "§3 the name in HELO",
                        zone("names.example", "of = 'helo'"),
                        "192.0.2.25",
                        "helo.spam.example.",
                        "a@b.c",
                        names + "helo.spam.example"),
                new Case(
                        "§3 the client's name",
                        zone("names.example", "of = 'reverse-name'"),
                        "192.0.2.30",
                        "a.b",
                        "a@b.c",
                        names + "pool.isp.example"),
                new Case(
                        "RFC 2505 §2.6.1 the null reverse-path is not looked up",
                        zone("names.example", "of = 'reverse-path'"),
                        "192.0.2.25",
                        "a.b",
                        "",
                        "pass"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void listed(Case c) {
        var config = Situations.config(c.toml());
        var play = Situations.of(config, c.client(), c.helo());
        try (var _ = new Warnings("io.postern.gateway")) {
            assertEquals(c.want(), play.play(lists(config, FakeDns.zone(ZONE)), c.from(), TO));
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.1: mail to postmaster passes at RCPT")
    void postmaster() {
        var config = Situations.config(zone("bl.example", ""));
        var lists = lists(config, FakeDns.zone(ZONE));
        var play = Situations.of(config, "192.0.2.25", "a.b");
        assertEquals("pass", play.play(lists, "a@b.c", "postmaster@example.com"));
    }

    @Test
    @DisplayName("loopback, private and other networks that no zone can know are never asked about")
    void notPublic() {
        var config = Situations.config(zone("bl.example", ""));
        var dns = FakeDns.zone(ZONE);
        var lists = lists(config, dns);
        int before = dns.lookups();
        for (var client :
                new String[] {
                    "127.0.0.2",
                    "10.1.2.3",
                    "172.16.0.1",
                    "192.168.1.1",
                    "169.254.0.1",
                    "100.64.0.1",
                    "0.1.2.3",
                    "::1",
                    "fe80::1",
                    "fd00::1"
                }) {
            assertEquals("pass", Situations.of(config, client, "a.b").play(lists, "a@b.c", TO));
        }
        assertEquals(before, dns.lookups());
    }

    @Test
    @DisplayName("a zone that fails or times out is as if it had not been asked")
    void failures() {
        var config = Situations.config(zone("bl.example", "") + zone("soft.example", ""));
        var dns = FakeDns.zone(ZONE);
        var lists = lists(config, dns);
        dns.fail("25.2.0.192.bl.example");
        dns.timeout("25.2.0.192.soft.example");
        var play = Situations.of(config, "192.0.2.25", "a.b");
        assertEquals("pass", play.play(lists, "a@b.c", TO));
        dns.recover("25.2.0.192.soft.example");
        assertEquals(
                "rcpt 550 5.7.1 refused, listed by soft.example: 192.0.2.25",
                play.play(lists, "a@b.c", TO));
    }

    @Test
    @DisplayName("a zone that never answers is waited for to the deadline, and soon not at all")
    void deadline() {
        var release = new CountDownLatch(1);
        var config =
                Situations.config(
                        "[dnsbl]\ndeadline = '1s'\n" + zone("bl.example", "self_check = false"));
        var lists = lists(config, new Stuck(release));
        for (int i = 0; i < 4; i++) {
            // All at once: each waits for the same second.
            start(config, lists, "S" + i);
        }
        for (int i = 0; i < 4; i++) {
            assertPasses(config, lists, "S" + i);
        }
        start(config, lists, "S4");
        assertPasses(config, lists, "S4");
        // Now the zone is known to be silent: 1,000 more sessions would take a quarter of an hour.
        for (int i = 5; i < 1000; i++) {
            start(config, lists, "S" + i);
            assertPasses(config, lists, "S" + i);
        }
        release.countDown();
    }

    private static void start(Config config, DnsLists lists, String session) {
        var play = Situations.of(config, "192.0.2.25", "a.b").session(session);
        var _ = lists.ask(play.connect());
    }

    private static void assertPasses(Config config, DnsLists lists, String session) {
        var play = Situations.of(config, "192.0.2.25", "a.b").session(session);
        assertEquals(Opinion.PASS, lists.ask(play.rcpt("a@b.c", TO)));
        lists.closed(play.connect());
    }

    /// A DNS that says nothing until it is released.
    private record Stuck(CountDownLatch release) implements Resolver {
        private <T> Answer<T> wait(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Answer.TemporaryFailure<>("released");
        }

        @Override
        public Answer<String> txt(String name) {
            return wait(release);
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            return wait(release);
        }

        @Override
        public Answer<InetAddress> a(String name) {
            return wait(release);
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            return wait(release);
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            return wait(release);
        }
    }

    @Test
    @DisplayName("client zones are asked before the greeting, and each once a session")
    void early() {
        var config = Situations.config(zone("bl.example", ""));
        var dns = FakeDns.zone(ZONE);
        var lists = lists(config, dns);
        var play = Situations.of(config, "192.0.2.99", "a.b");
        var _ = lists.ask(play.connect());
        for (int i = 0; i < 20; i++) {
            var _ = lists.ask(play.rcpt("a@b.c", TO));
        }
        assertEquals(1, dns.lookups("99.2.0.192.bl.example"));
    }

    @Test
    @DisplayName("a session that was open when the lists came into force is asked about too, once")
    void late() {
        var config = Situations.config(zone("bl.example", ""));
        var dns = FakeDns.zone(ZONE);
        var lists = lists(config, dns);
        var play = Situations.of(config, "192.0.2.26", "a.b");
        assertInstanceOf(Opinion.Refuse.class, lists.ask(play.rcpt("a@b.c", TO)));
        int asked = dns.lookups();
        assertInstanceOf(Opinion.Refuse.class, lists.ask(play.rcpt("a@b.c", TO)));
        assertEquals(asked, dns.lookups());
    }

    @Test
    @DisplayName("with other settings a tested zone stays in use, and a new one waits for its test")
    void others() {
        var dns = FakeDns.zone(ZONE);
        var lists = lists(Situations.config(zone("bl.example", "")), dns);
        dns.fail("2.0.0.127.bl.example");
        var both = Situations.config(zone("bl.example", "") + zone("soft.example", ""));
        var others = lists.with(both.dnsbl());
        var play = Situations.of(both, "192.0.2.25", "a.b");
        assertFalse(play.play(others, "a@b.c", TO).contains("soft.example"));
        assertTrue(play.play(others, "a@b.c", TO).contains("bl.example"));
        others.test();
        assertTrue(play.play(others, "a@b.c", TO).contains("soft.example"));
    }

    @Test
    @DisplayName("HELO again and again is not looked up again and again")
    void helos() {
        var config = Situations.config(zone("names.example", "of = 'helo'"));
        var dns = FakeDns.zone(ZONE);
        var lists = lists(config, dns);
        int before = dns.lookups();
        for (int i = 0; i < 50; i++) {
            var play = Situations.of(config, "192.0.2.25", "h" + i + ".example");
            var _ = lists.ask(play.helo());
            var _ = lists.ask(play.rcpt("a@b.c", TO));
        }
        assertEquals(before + 3, dns.lookups());
    }

    @Test
    @DisplayName("whatever let HELO and MAIL pass unasked: at RCPT the names of now are judged")
    void letPass() {
        var config =
                Situations.config(
                        zone("names.example", "of = 'helo'")
                                + zone("names.example", "of = 'reverse-path'"));
        var lists = lists(config, FakeDns.zone(ZONE));
        var good = Situations.of(config, "192.0.2.99", "a.example");
        var bad = Situations.of(config, "192.0.2.99", "helo.spam.example");
        lists.ask(good.helo());
        lists.ask(good.mail("a@b.example"));
        assertInstanceOf(Opinion.Pass.class, lists.ask(good.rcpt("a@b.example", TO)));
        assertInstanceOf(Opinion.Refuse.class, lists.ask(good.rcpt("a@spam.example", TO)));
        assertInstanceOf(Opinion.Pass.class, lists.ask(good.rcpt("a@b.example", TO)));
        assertInstanceOf(Opinion.Refuse.class, lists.ask(bad.rcpt("a@b.example", TO)));
    }

    @Test
    @DisplayName(
            "§5 a zone that lists the world is warned about once and not used until it is well")
    void listsTheWorld() {
        var config = Situations.config(zone("parked.example", ""));
        var parked = FakeDns.zone("*.parked.example. A 127.0.0.2");
        try (var warnings = new Warnings("io.postern.gateway")) {
            var lists = lists(config, parked);
            lists.test();
            assertTrue(warnings.only().contains("parked.example is not used: it lists 127.0.0.1"));
            var play = Situations.of(config, "192.0.2.25", "a.b");
            assertEquals("pass", play.play(lists, "a@b.c", TO));
        }
    }

    @Test
    @DisplayName("§5 a zone that answers with a web server for all there is, is not used")
    void parked() {
        var config = Situations.config(zone("parked.example", ""));
        try (var warnings = new Warnings("io.postern.gateway")) {
            var lists = lists(config, FakeDns.zone("*.parked.example. A 198.51.100.80"));
            assertTrue(warnings.only().contains("outside 127.0.0.0/8"), warnings.only());
            var play = Situations.of(config, "192.0.2.25", "a.b");
            assertEquals("pass", play.play(lists, "a@b.c", TO));
        }
    }

    @Test
    @DisplayName("§5 a zone that does not list its test entry is gone, and is not used")
    void gone() {
        var config = Situations.config(zone("bl.example", ""));
        try (var warnings = new Warnings("io.postern.gateway")) {
            var lists = lists(config, FakeDns.zone("25.2.0.192.bl.example. A 127.0.0.2"));
            assertTrue(warnings.only().contains("does not list 127.0.0.2"), warnings.only());
            var play = Situations.of(config, "192.0.2.25", "a.b");
            assertEquals("pass", play.play(lists, "a@b.c", TO));
        }
    }

    @Test
    @DisplayName("§5 while the DNS is silent a tested zone stays in use, an untested one out of it")
    void testAndTrouble() {
        var config = Situations.config(zone("bl.example", ""));
        var dns = FakeDns.zone(ZONE).fail("1.0.0.127.bl.example");
        var lists = lists(config, dns);
        var play = Situations.of(config, "192.0.2.26", "a.b");
        assertEquals("pass", play.play(lists, "a@b.c", TO));
        dns.recover("1.0.0.127.bl.example");
        lists.test();
        var refused = "rcpt 550 5.7.1 refused, listed by bl.example: 192.0.2.26";
        assertEquals(refused, play.play(lists, "a@b.c", TO));
        dns.fail("1.0.0.127.bl.example").timeout("2.0.0.127.bl.example");
        lists.test();
        assertEquals(refused, play.play(lists, "a@b.c", TO));
    }

    @Test
    @DisplayName("an operator that refuses to answer is warned about once")
    void quota() {
        var config = Situations.config(zone("bl.example", ""));
        var lists = lists(config, FakeDns.zone(ZONE));
        var play = Situations.of(config, "192.0.2.27", "a.b");
        try (var warnings = new Warnings("io.postern.gateway")) {
            assertEquals("pass", play.play(lists, "a@b.c", TO));
            assertEquals("pass", play.play(lists, "a@b.c", TO));
            assertTrue(warnings.only().contains("127.255.255.254"), warnings.only());
        }
    }

    @Test
    @DisplayName("the weight below 0 of a list of good clients is there for others to see")
    void goodClients() {
        var config =
                Situations.config(
                        zone("good.example", "weight = -5\ncodes = ['127.0.0.0-127.0.255.254']"));
        var lists = lists(config, FakeDns.zone(ZONE));
        var play = Situations.of(config, "192.0.2.25", "a.b");
        var _ = lists.ask(play.connect());
        assertEquals(-5, lists.weight(play.rcpt("a@b.c", TO)));
    }

    @Test
    @DisplayName("what contradicts itself stops start-up")
    void wrong() {
        var many = new StringBuilder();
        for (int i = 0; i < 33; i++) {
            many.append(zone("z" + i + ".example", ""));
        }
        for (var toml : new String[] {many.toString(), "[dnsbl]\nat = 'helo'\n"}) {
            var config = Situations.config(toml);
            assertThrows(ConfigException.class, () -> lists(config, FakeDns.empty()));
        }
    }
}
