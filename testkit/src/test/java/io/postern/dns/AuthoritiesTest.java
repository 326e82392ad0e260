package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.ZoneServer;
import io.postern.testkit.ZoneServer.Manner;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 1034 §4, RFC 2308 §5 asking all authoritative servers")
class AuthoritiesTest {
    /// Long enough for a busy machine; tests that run into it are given a short one.
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final Duration SHORT = Duration.ofMillis(300);

    private static final String KEY = "s._domainkey.example.com";

    /// What a recursive server knows of it all.
    private static final String WORLD =
            """
            $TTL 600
            . SOA ns.root. root. 1 2 3 4 900
            com. SOA ns.com. root. 1 2 3 4 900
            com. NS ns.com.
            ns.com. A 127.0.0.9
            example.com. SOA ns1.example.net. root. 1 2 3 4 300
            example.com. NS ns1.example.net.
            example.com. NS NS2.example.net.
            ns1.example.net. A 127.0.0.2
            ns2.example.net. A 127.0.0.3
            vendor.example. SOA ns.vendor.example. root. 1 2 3 4 300
            vendor.example. NS ns.vendor.example.
            s.vendor.example. TXT "p=vendor"
            """;

    private static final String APEX =
            """
            example.com. 600 SOA ns1.example.net. root. 1 2 3 4 300
            example.com. 600 NS ns1.example.net.
            example.com. 600 NS ns2.example.net.
            """;

    private static final String PUBLISHED =
            APEX + "s._domainkey.example.com. 120 TXT \"v=DKIM1; \" \"p=abc\"\n";

    private final AtomicLong nanos = new AtomicLong();
    private final ZoneServer world = ZoneServer.start(WORLD);
    private final ZoneServer first = ZoneServer.start("127.0.0.2", world, PUBLISHED);
    private final ZoneServer second = ZoneServer.start("127.0.0.3", world, PUBLISHED);
    private Authorities authorities = authorities(DEADLINE, Map.of());

    @BeforeEach
    void freshly() {
        authorities = authorities(DEADLINE, Map.of());
    }

    @AfterEach
    void close() {
        world.close();
        first.close();
        second.close();
    }

    private Authorities authorities(Duration deadline, Map<String, InetSocketAddress> elsewhere) {
        var resolver = new DnsResolver(List.of(world.address()), deadline);
        return new Authorities(
                resolver,
                resolver,
                new Authorities.Settings(deadline, world.address().getPort(), elsewhere),
                new SecureRandom(),
                nanos::get,
                DnsResolver.SOCKETS);
    }

    private String survey(String name) {
        return text(authorities.survey(name));
    }

    private static String text(Survey survey) {
        return switch (survey) {
            case Survey.NoZone(var why) -> "no zone: " + why;
            case Survey.Unknown(var why) -> "unknown: " + why;
            case Survey.Asked(var zone, var servers, var passedOver, var negativeTtl) ->
                    zone
                            + " -"
                            + negativeTtl.toSeconds()
                            + (passedOver > 0 ? " without " + passedOver : "")
                            + servers.stream()
                                    .map(AuthoritiesTest::text)
                                    .collect(Collectors.joining());
        };
    }

    private static String text(Survey.Said said) {
        var word =
                switch (said.word()) {
                    case Survey.Word.Texts(var texts, var ttl) -> texts + " " + ttl.toSeconds();
                    case Survey.Word.Alias(var target, var ttl) ->
                            "alias " + target + " " + ttl.toSeconds();
                    case Survey.Word.Nothing(var exists, var ttl) ->
                            (exists ? "no data " : "no name ") + ttl.toSeconds();
                    case Survey.Word.Trouble(var why) ->
                            "trouble: " + why.replaceAll("/127[^ ]*: ", "");
                };
        return "; "
                + said.server().replace(".example.net", "")
                + said.address().map(a -> "@" + a.getAddress().getHostAddress()).orElse("")
                + " "
                + word;
    }

    @Test
    @DisplayName("each server is asked itself, and nobody else for the record")
    void all() {
        var published = "[v=DKIM1; p=abc] 120";
        assertEquals(
                "example.com -300; ns1@127.0.0.2 " + published + "; ns2@127.0.0.3 " + published,
                survey("S._domainkey.Example.com."));
        var asked = List.of("udp s._domainkey.example.com. TXT", "udp example.com. SOA");
        assertEquals(asked, first.asked());
        assertEquals(asked, second.asked());
        assertTrue(
                world.asked().stream().noneMatch(q -> q.endsWith("TXT")), world.asked()::toString);
    }

    @Test
    @DisplayName("a server that lags shows, whatever the other has")
    void lags() {
        second.zone(APEX);
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120; ns2@127.0.0.3 no name 300",
                survey(KEY));
        second.zone(APEX + "s._domainkey.example.com. TXT \"v=DKIM1; p=old\"");
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120;"
                        + " ns2@127.0.0.3 [v=DKIM1; p=old] 3600",
                survey(KEY));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    LAME      | trouble: not authoritative: it does not serve the zone
                    REFUSES   | trouble: REFUSED
                    FAILS     | trouble: SERVFAIL
                    SILENT    | trouble: no answer
                    TRUNCATES | [v=DKIM1; p=abc] 120
                    """)
    @DisplayName("a server that does not answer as an authority is trouble; a long answer is not")
    void manners(Manner manner, String want) {
        second.manner(manner);
        authorities =
                authorities(manner == Manner.SILENT ? Duration.ofSeconds(2) : DEADLINE, Map.of());
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120; ns2@127.0.0.3 " + want,
                survey(KEY));
    }

    @Test
    @DisplayName("a server that is not there is trouble at once")
    void absent() {
        second.close();
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120;"
                        + " ns2@127.0.0.3 trouble: no DNS server there",
                survey(KEY));
    }

    @Test
    @DisplayName("a server that does not serve the zone refers to another or is of one above")
    void lame() {
        first.zone("com. SOA ns.com. root. 1 2 3 4 900\nexample.com. NS ns.example.com.");
        second.zone(". SOA parking. root. 1 2 3 4 900\n");
        assertEquals(
                "example.com -10800; ns1@127.0.0.2 trouble: a referral: it does not serve the zone;"
                        + " ns2@127.0.0.3 trouble: it answers for the zone . and not for example.com.",
                survey(KEY));
    }

    @Test
    @DisplayName("RFC 1034 §3.6.2: a CNAME is told and neither followed nor the way to the zone")
    void alias() {
        var alias = "s._domainkey.example.com. 50 CNAME s.Vendor.example.\n";
        world.zone(WORLD + alias);
        first.zone(APEX + alias);
        second.zone(APEX + alias + "s.vendor.example. TXT \"p=vendor\"\n");
        assertEquals(
                "example.com -300; ns1@127.0.0.2 alias s.vendor.example 50;"
                        + " ns2@127.0.0.3 alias s.vendor.example 50",
                survey(KEY));
    }

    @Test
    @DisplayName(
            "a name that the resolver fails for, as for aliases in a circle, is asked of the zone")
    void resolverFails() {
        var alias = KEY + ". 50 CNAME " + KEY + ".\n";
        first.zone(APEX + alias);
        second.zone(APEX + alias);
        var resolver = new DnsResolver(List.of(world.address()), DEADLINE);
        authorities =
                new Authorities(
                        name ->
                                name.equals(KEY)
                                        ? new Answer.TemporaryFailure<>("SERVFAIL")
                                        : resolver.ns(name),
                        resolver,
                        new Authorities.Settings(DEADLINE, world.address().getPort(), Map.of()),
                        new SecureRandom(),
                        nanos::get,
                        DnsResolver.SOCKETS);
        assertEquals(
                "example.com -300; ns1@127.0.0.2 alias s._domainkey.example.com 50;"
                        + " ns2@127.0.0.3 alias s._domainkey.example.com 50",
                survey(KEY));
    }

    @Test
    @DisplayName(
            "RFC 2308 §5: the longest negative TTL, also when the record is there, at most a day")
    void negative() {
        var soa = " SOA ns1.example.net. root. 1 2 3 4 ";
        first.zone("example.com. 70" + soa + "300\n");
        second.zone("example.com. 600" + soa + "80\n_x.s._domainkey.example.com. TXT \"\"");
        assertEquals(
                "example.com -80; ns1@127.0.0.2 no name 70; ns2@127.0.0.3 no data 80", survey(KEY));
        first.zone("example.com. 900000" + soa + "900000\n");
        second.zone("example.com. 90" + soa + "900\ns._domainkey.example.com. TXT \"\"");
        assertEquals(
                "example.com -86400; ns1@127.0.0.2 no name 86400; ns2@127.0.0.3 [] 3600",
                survey(KEY));
        first.zone("example.com. 90" + soa + "900\ns._domainkey.example.com. TXT \"\"");
        assertEquals("example.com -90; ns1@127.0.0.2 [] 3600; ns2@127.0.0.3 [] 3600", survey(KEY));
    }

    @Test
    @DisplayName("a server without an address is trouble, and the others are asked")
    void withoutAddress() {
        world.zone(WORLD.replace("ns1.example.net. A 127.0.0.2", "ns1.example.net. TXT x"));
        assertEquals(
                "example.com -300; ns1 trouble: it has no address;"
                        + " ns2@127.0.0.3 [v=DKIM1; p=abc] 120",
                survey(KEY));
    }

    @Test
    @DisplayName("of a server one address of each family or two of one, none that no way leads to")
    void addresses() {
        var many = "ns1.example.net. A 127.0.0.3\nns1.example.net. A 127.0.0.4\n";
        world.zone(WORLD + many);
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120;"
                        + " ns1@127.0.0.3 [v=DKIM1; p=abc] 120; ns2@127.0.0.3 [v=DKIM1; p=abc] 120",
                survey(KEY));
        // A link-local address is of no use without its link.
        world.zone(WORLD + "ns1.example.net. AAAA fe80::53\n");
        authorities = authorities(DEADLINE, Map.of());
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120;"
                        + " ns2@127.0.0.3 [v=DKIM1; p=abc] 120",
                survey(KEY));
    }

    @Test
    @DisplayName("of a great many servers 32 are asked, and the others counted")
    void bounded() {
        var many =
                IntStream.range(0, 40)
                        .mapToObj(i ->
                                "example.com. NS n%d.example.net.\nn%d.example.net. A 127.0.0.2\n"
                                        .formatted(i, i))
                        .collect(Collectors.joining());
        world.zone(WORLD + many);
        var asked = assertInstanceOf(Survey.Asked.class, authorities.survey(KEY));
        assertEquals(Authorities.MAX_SERVERS, asked.servers().size());
        assertEquals(42 - Authorities.MAX_SERVERS, asked.passedOver());
    }

    @Test
    @DisplayName("RFC 8020: a domain that is not delegated has no zone; trouble is not that")
    void noZone() {
        assertEquals("no zone: gone.com does not exist", survey("s._domainkey.gone.com"));
        assertEquals("no zone: none does not exist", survey("s._domainkey.gone.none"));
        assertEquals("no zone: not a domain name", survey("a..b"));
        world.manner(Manner.FAILS);
        assertEquals(
                "unknown: NS of s._domainkey.other.com: " + world.address() + ": SERVFAIL",
                survey("s._domainkey.other.com"));
    }

    @Test
    @DisplayName("a name that a zone of two labels or more denies is asked of that zone's servers")
    void denied() {
        assertEquals(
                "example.com -300; ns1@127.0.0.2 no name 300; ns2@127.0.0.3 no name 300",
                survey("s._domainkey.sub.example.com"));
    }

    @Test
    @DisplayName("a zone that was divided since it was looked up is looked up again")
    void divided() {
        assertTrue(survey(KEY).startsWith("example.com "));
        var cut = "_domainkey.example.com. NS ns1.example.net.\n";
        var below = "_domainkey.example.com. SOA ns1.example.net. root. 1 2 3 4 40\n" + cut;
        world.zone(WORLD + below);
        first.zone(APEX + below + KEY + ". 120 TXT new\n");
        second.zone(APEX + cut);
        assertEquals(
                "example.com -300; ns1@127.0.0.2 [new] 120;"
                        + " ns2@127.0.0.3 trouble: a referral: it does not serve the zone",
                survey(KEY));
        assertEquals("_domainkey.example.com -40; ns1@127.0.0.2 [new] 120", survey(KEY));
    }

    @Test
    @DisplayName("zone and servers are kept for their TTL, what the servers say is not")
    void kept() {
        survey(KEY);
        int before = world.asked().size();
        first.zone(APEX);
        assertTrue(survey(KEY).contains("ns1@127.0.0.2 no name"));
        assertEquals(before, world.asked().size());
        // Another name of the zone: whether one begins there, but nothing that is on the way.
        survey("t._domainkey.example.com");
        assertEquals(
                List.of("udp t._domainkey.example.com. NS"),
                world.asked().stream().skip(before).toList());
        int after = world.asked().size();
        nanos.addAndGet(Duration.ofSeconds(601).toNanos());
        survey(KEY);
        assertTrue(world.asked().size() > after);
    }

    @Test
    @DisplayName("a server can be asked elsewhere than the DNS says")
    void elsewhere() {
        world.zone(WORLD.replace("ns1.example.net. A 127.0.0.2", "ns1.example.net. TXT x"));
        authorities = authorities(DEADLINE, Map.of("NS1.example.net.", first.address()));
        assertTrue(survey(KEY).startsWith("example.com -300; ns1@127.0.0.2 [v=DKIM1; p=abc] 120"));
        var nameless = Map.of("a..b", first.address());
        assertThrows(IllegalArgumentException.class, () -> authorities(DEADLINE, nameless));
    }

    @Test
    @DisplayName("the deadline holds, however many servers are silent")
    void deadline() {
        world.forgetful();
        survey(KEY);
        first.manner(Manner.SILENT);
        second.manner(Manner.SILENT);
        authorities = authorities(SHORT, Map.of());
        long start = System.nanoTime();
        var said = survey(KEY);
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 10);
        assertFalse(said.contains("DKIM1"), said);
    }

    @Test
    @DisplayName("an interrupted thread learns nothing and stays interrupted")
    void interrupted() {
        survey(KEY);
        // Or their answers may be there before anybody waits for them.
        first.manner(Manner.SILENT);
        second.manner(Manner.SILENT);
        Thread.currentThread().interrupt();
        assertEquals("unknown: interrupted", survey(KEY));
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("two thousand names of two hundred domains, from 64 threads")
    void many() throws Exception {
        int count = 2_000;
        var zones = new StringBuilder(WORLD);
        var keys = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            var soa = "d%d.test. SOA ns1.example.net. root. 1 2 3 4 300\n".formatted(i);
            zones.append(soa);
            zones.append(
                    "d%d.test. NS ns1.example.net.\nd%d.test. NS ns2.example.net.\n"
                            .formatted(i, i));
            keys.append(soa).append("s._domainkey.d%d.test. TXT \"p=%d\"\n".formatted(i, i));
        }
        world.forgetful().zone(zones.toString());
        first.forgetful().zone(keys.toString());
        second.forgetful().zone(keys.toString());
        try (var threads = Executors.newFixedThreadPool(64)) {
            List<Future<String>> all =
                    IntStream.range(0, count)
                            .mapToObj(i ->
                                    threads.submit(() ->
                                            survey("s._domainkey.d%d.test".formatted(i % 200))))
                            .toList();
            for (int i = 0; i < count; i++) {
                int domain = i % 200;
                assertEquals(
                        "d%d.test -300; ns1@127.0.0.2 [p=%d] 3600; ns2@127.0.0.3 [p=%d] 3600"
                                .formatted(domain, domain, domain),
                        all.get(i).get());
            }
        }
    }
}
