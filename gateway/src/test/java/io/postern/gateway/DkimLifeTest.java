package io.postern.gateway;

import static io.postern.gateway.KeyHouse.until;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Survey;
import io.postern.gateway.config.ConfigReader;
import io.postern.keys.DkimKey;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.mail.Domain;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("DKIM keys in a gateway that runs")
class DkimLifeTest {
    private static final Domain EXAMPLE = Domain.of("example.com");

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    private final ConcurrentHashMap<String, String> zone = new ConcurrentHashMap<>();

    @TempDir Path folder;

    private Gateway open(String dkim) throws IOException {
        var config =
                ConfigReader.parse(
                        """
                        hostname = "gw.example.com"
                        data = "data"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:0"
                        [[domain]]
                        name = "example.com"
                        %s
                        [outbound]
                        smart_host = "127.0.0.1:1"
                        """
                                .formatted(dkim),
                        "test",
                        folder);
        var gateway = Gateway.open(config, clock, FakeDns.zone(""), this::survey);
        gateway.start();
        return gateway;
    }

    private Survey survey(String name) {
        var text = zone.get(name);
        Survey.Word word =
                text == null
                        ? new Survey.Word.Nothing(false, Duration.ofMinutes(10))
                        : new Survey.Word.Texts(List.of(text), Duration.ofMinutes(10));
        return new Survey.Asked(
                "example.com",
                List.of(new Survey.Said("ns1.example.com", Optional.empty(), word)),
                0,
                Duration.ofMinutes(10));
    }

    private static void create(Gateway gateway) {
        var _ =
                gateway.keys()
                        .create(
                                new DkimKeys.Wish(
                                        "example.com",
                                        Set.of(KeyType.ED25519),
                                        Optional.empty(),
                                        0,
                                        "test"));
    }

    private static DkimKey key(Gateway gateway) {
        return gateway.keys().list(EXAMPLE).getFirst();
    }

    @Test
    @DisplayName("check = off: a key that retires is void when its time is over, by itself")
    void laboratoryRounds() throws Exception {
        try (var gateway = open("dkim = { check = \"off\" }")) {
            create(gateway);
            gateway.keeping().attend(EXAMPLE);
            var first = key(gateway);
            var _ =
                    gateway.keeping()
                            .life()
                            .rotate(EXAMPLE, Set.of(KeyType.ED25519), false, "for a test");
            gateway.keeping().attend(EXAMPLE);
            assertEquals(DkimKey.State.RETIRING, again(gateway, first));
            clock.advance(Duration.ofDays(13));
            // The rounds see the new time when another domain wakes them.
            gateway.keeping().attend(Domain.of("example.net"));
            until("it is void", () -> again(gateway, first) == DkimKey.State.REVOKED);
        }
    }

    @Test
    @DisplayName("a program that publishes does not outlive the gateway")
    void programEnds() throws Exception {
        var file = folder.resolve("pid");
        var hook =
                """
                [[publisher]]
                name = "program"
                command = ["/bin/sh", "-c", "echo $$ > %s.new; mv %s.new %s; sleep 600"]
                deadline = "5m"
                """
                        .formatted(file, file, file);
        long pid;
        try (var gateway = open("dkim = { publish = \"program\" }\n" + hook)) {
            create(gateway);
            gateway.keeping().attend(EXAMPLE);
            until("it runs", () -> Files.exists(file));
            pid = Long.parseLong(Files.readString(file).strip());
            assertTrue(ProcessHandle.of(pid).isPresent());
        }
        until("it has ended", () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    @DisplayName(
            "a key that does not open: its domain's mail is answered 451, and the start says why")
    void unopenable() throws Exception {
        try (var house = new KeyHouse(folder, "", "");
                var errors = new Warnings("io.postern.gateway.signing")) {
            house.house.makeKeys();
            var store = house.gateway().store();
            var changed = new TreeMap<String, byte[]>();
            store.values(DkimKeys.KIND)
                    .forEach((name, value) ->
                            changed.put(
                                    name,
                                    new String(value, ISO_8859_1)
                                            .replaceFirst("(private=.{90})..", "$1zz")
                                            .getBytes(ISO_8859_1)));
            store.putValues(DkimKeys.KIND, changed).get();
            house.house.restart();
            var reply = house.submit("figures");
            assertEquals(451, reply.code(), reply.toString());
            until(
                    "it is told",
                    () ->
                            errors.messages().stream()
                                    .anyMatch(line ->
                                            line.contains("it was changed after it was written")));
        }
    }

    private static DkimKey.State again(Gateway gateway, DkimKey key) {
        return gateway.keys().find(EXAMPLE, key.selector()).orElseThrow().state();
    }

    @Test
    @DisplayName("a key signs when the DNS shows it and older answers have expired, by itself")
    void becomesActive() throws IOException {
        try (var gateway = open("")) {
            create(gateway);
            var life = gateway.keeping().life();
            var _ = life.tend(EXAMPLE);
            assertEquals(DkimKey.State.CREATED, key(gateway).state());
            zone.put(key(gateway).recordName(), key(gateway).recordText());
            var due = life.tend(EXAMPLE);
            assertEquals(DkimKey.State.CREATED, key(gateway).state(), "older answers");
            assertTrue(!due.isAfter(clock.instant().plus(Duration.ofMinutes(10))), "due " + due);
            clock.advance(Duration.ofMinutes(10));
            var _ = life.tend(EXAMPLE);
            assertEquals(DkimKey.State.ACTIVE, key(gateway).state());
            assertEquals(1, gateway.keys().signingKeys(EXAMPLE).size());
            assertTrue(
                    gateway.figures().scrape().contains("postern_dkim_keys{state=\"active\"} 1"),
                    gateway.figures().scrape());
        }
    }

    @Test
    @DisplayName("a record that vanishes: nothing signs, and that is loud")
    void vanishes() throws IOException {
        try (var gateway = open("");
                var errors = new Warnings("io.postern.gateway.signing")) {
            create(gateway);
            zone.put(key(gateway).recordName(), key(gateway).recordText());
            var life = gateway.keeping().life();
            var _ = life.tend(EXAMPLE);
            clock.advance(Duration.ofMinutes(10));
            var _ = life.tend(EXAMPLE);
            zone.clear();
            var _ = life.tend(EXAMPLE);
            assertEquals(List.of(), gateway.keys().signingKeys(EXAMPLE));
            assertTrue(
                    errors.messages().stream()
                            .anyMatch(text -> text.contains("no key of the domain is in the DNS")),
                    errors.messages().toString());
            assertTrue(gateway.figures().scrape().contains("postern_dkim_domains_silent 1"));
        }
    }

    @Test
    @DisplayName("check = off: a key signs at once, and each start says that nobody looked")
    void laboratory() throws IOException {
        try (var gateway = open("dkim = { check = \"off\" }")) {
            create(gateway);
            gateway.keeping().attend(EXAMPLE);
            assertEquals(DkimKey.State.ACTIVE, key(gateway).state());
            assertTrue(key(gateway).withoutDns());
        }
        try (var warnings = new Warnings("io.postern.gateway.signing");
                var again = open("dkim = { check = \"off\" }")) {
            assertEquals(1, again.keys().signingKeys(EXAMPLE).size());
            assertTrue(
                    warnings.messages().stream()
                            .anyMatch(text -> text.contains("never seen in the DNS")),
                    warnings.messages().toString());
        }
    }
}
