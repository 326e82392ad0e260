package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.ZoneServer;
import io.postern.testkit.ZoneServer.Manner;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RFC 2136, RFC 8945 changing a TXT record at the primary")
class ZoneUpdateTest {
    private static final String SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=";
    private static final String OTHER = "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC1vdGhlci0=";
    private static final String NAME = "s._domainkey.example.com";
    private static final Duration TTL = Duration.ofMinutes(5);

    /// Long enough for a busy machine; tests that run into it are given a short one.
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final String ZONE =
            """
            example.com. 600 SOA ns.example.com. root. 1 2 3 4 300
            s._domainkey.example.com. 60 TXT "one"
            s._domainkey.example.com. 60 TXT "two"
            t._domainkey.example.com. 60 TXT "other"
            alias._domainkey.example.com. CNAME elsewhere.example.
            """;

    private final ZoneServer server =
            ZoneServer.start(ZONE).takesUpdates("key.example.com", "hmac-sha256", SECRET);

    @AfterEach
    void close() {
        server.close();
    }

    private static TsigKey key(String name, String algorithm, String secret) {
        return assertInstanceOf(TsigKey.Parsed.Ok.class, TsigKey.of(name, algorithm, secret)).key();
    }

    private ZoneUpdate update(TsigKey key, Clock clock) {
        return new ZoneUpdate(server.address(), key, DEADLINE, clock, new SecureRandom());
    }

    private ZoneUpdate update() {
        return update(key("key.example.com", "hmac-sha256", SECRET), Clock.systemUTC());
    }

    private static String text(ZoneUpdate.Outcome outcome) {
        return switch (outcome) {
            case ZoneUpdate.Outcome.Done() -> "done";
            case ZoneUpdate.Outcome.Refused(var why) -> "refused: " + why;
            case ZoneUpdate.Outcome.Unreachable(var why) -> "unreachable: " + why;
        };
    }

    private String replace(ZoneUpdate update) {
        return text(update.replaceTxt("example.com", NAME, "v=DKIM1; p=new", TTL));
    }

    private List<String> at(String name) {
        return server.records().stream()
                .filter(r -> r.startsWith(name + "."))
                .map(r -> r.replaceAll("\\s+", " "))
                .toList();
    }

    @Test
    @DisplayName("RFC 2136 §2.5: the record is the one of its name afterwards; others stay")
    void replaced() {
        assertEquals("done", replace(update()));
        assertEquals(List.of(NAME + ". 300 IN TXT \"v=DKIM1; p=new\""), at(NAME));
        assertEquals(1, at("t._domainkey.example.com").size());
        assertEquals("done", replace(update()));
        assertEquals(1, at(NAME).size());
        assertEquals("done", text(update().removeTxt("example.com.", NAME)));
        assertEquals(List.of(), at(NAME));
        assertEquals("done", text(update().removeTxt("example.com", NAME)));
    }

    @ParameterizedTest(name = "{0} octets: strings of {1}")
    @CsvSource({"0,0", "1,1", "255,255", "256,255 1", "800,255 255 255 35"})
    @DisplayName("RFC 1035 §3.3.14: a long text is cut into strings of 255 octets")
    void strings(int length, String want) {
        var text = "\u00e4".repeat(length);
        assertEquals("done", text(update().replaceTxt("example.com", NAME, text, Duration.ZERO)));
        var start = NAME + ". 0 IN TXT ";
        var record = at(NAME).getFirst();
        assertTrue(record.startsWith(start), record);
        var lengths = new ArrayList<String>();
        for (var string : record.substring(start.length()).replace("\"", "").split(" ", -1)) {
            lengths.add(String.valueOf(string.length() / "\\228".length()));
        }
        assertEquals(want, String.join(" ", lengths));
    }

    @Test
    @DisplayName("RFC 8945 §5.2: a wrong key is refused, and named with what to look at")
    void keys() {
        var unknown =
                replace(update(key("nokey.example", "hmac-sha256", SECRET), Clock.systemUTC()));
        assertTrue(
                unknown.startsWith(
                        "refused: BADKEY: the server does not know the key nokey.example with hmac-sha256"),
                unknown);
        var algorithm =
                replace(update(key("key.example.com", "hmac-sha512", SECRET), Clock.systemUTC()));
        assertTrue(algorithm.startsWith("refused: BADKEY"), algorithm);
        var secret =
                replace(update(key("key.example.com", "hmac-sha256", OTHER), Clock.systemUTC()));
        assertTrue(
                secret.startsWith("refused: BADSIG: the signature is wrong; compare the secret"),
                secret);
        assertEquals(2, at(NAME).size());
    }

    @Test
    @DisplayName("RFC 8945 §5.2.3: clocks that differ too much are named")
    void clocks() {
        var late = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
        var why = replace(update(key("key.example.com", "hmac-sha256", SECRET), late));
        assertTrue(why.startsWith("refused: BADTIME: the clocks differ too much: here"), why);
        assertEquals(2, at(NAME).size());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    SIGNS_NOTHING | unreachable: the reply is not signed and can't be believed
                    SIGNS_WRONGLY | unreachable: the reply's signature is wrong (BADSIG) and can't be believed
                    REFUSES       | refused: REFUSED (the reply was not signed): the server lets no one, or not the key key.example.com, change this name, or is not the primary; look at its allow-update or update-policy for the zone example.com
                    FAILS         | unreachable: SERVFAIL: the server could not do it now
                    """)
    @DisplayName("RFC 8945 §5.3: success is believed only when it is signed")
    void manners(Manner manner, String want) {
        server.manner(manner);
        assertEquals(want, replace(update()));
    }

    @Test
    @DisplayName("RFC 2136 §3.4.2.2: where a CNAME is no TXT record goes")
    void alias() {
        var name = "alias._domainkey.example.com";
        var why = text(update().replaceTxt("example.com", name, "x", TTL));
        assertTrue(why.startsWith("refused: YXRRSET: the name has a CNAME"), why);
        assertEquals(1, at(name).size());
    }

    @Test
    @DisplayName("RFC 2136 §3.1: a zone that the server is not the primary of")
    void notPrimary() {
        var why = text(update().replaceTxt("other.example", "s.other.example", "x", TTL));
        assertTrue(why.startsWith("refused: NOTAUTH: the server is not the primary of"), why);
    }

    @Test
    @DisplayName("what can't be asked for is refused without asking")
    void nonsense() {
        var update = update();
        for (var outcome :
                List.of(
                        update.replaceTxt("example.com", "s.example.org", "x", TTL),
                        update.replaceTxt("example.com", "a..example.com", "x", TTL),
                        update.replaceTxt("", NAME, "x", TTL),
                        update.replaceTxt("example.com", NAME, "\u0100", TTL),
                        update.replaceTxt("example.com", NAME, "x".repeat(16_385), TTL),
                        update.replaceTxt("example.com", NAME, "x", Duration.ofSeconds(-1)),
                        update.replaceTxt("example.com", NAME, "x", Duration.ofDays(40_000)),
                        update.removeTxt("example.com", "example.org"))) {
            assertInstanceOf(ZoneUpdate.Outcome.Refused.class, outcome);
        }
        assertEquals(List.of(), server.asked());
    }

    @Test
    @DisplayName("a silent server is unreachable at the deadline, one that is not there at once")
    void unreachable() {
        server.manner(Manner.SILENT);
        var key = key("key.example.com", "hmac-sha256", SECRET);
        var hurried =
                new ZoneUpdate(
                        server.address(),
                        key,
                        Duration.ofMillis(300),
                        Clock.systemUTC(),
                        new SecureRandom());
        long start = System.nanoTime();
        assertTrue(replace(hurried).startsWith("unreachable: "));
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 10);
        var update = update();
        server.close();
        assertTrue(replace(update).startsWith("unreachable: "));
        var nameless =
                new ZoneUpdate(
                        InetSocketAddress.createUnresolved("ns.example.com", 53),
                        key,
                        DEADLINE,
                        Clock.systemUTC(),
                        new SecureRandom());
        assertTrue(replace(nameless).endsWith("no address"));
    }
}
