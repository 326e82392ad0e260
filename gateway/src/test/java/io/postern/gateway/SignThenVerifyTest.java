package io.postern.gateway;

import static io.postern.gateway.KeyHouse.DOMAIN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("what was signed is verified with the key in the DNS, before the 250")
@Timeout(60)
class SignThenVerifyTest {
    @TempDir private Path folder;

    @SuppressWarnings("NullAway.Init") // each test opens its own
    private KeyHouse house;

    private void open(String own, String more) throws IOException {
        house = new KeyHouse(folder, own, more);
        house.house.makeKeys();
        house.seen();
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static String without(String zone, String selector) {
        return zone.lines()
                .filter(line -> !line.startsWith(selector + "."))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private String rsa() {
        return house.signing().getFirst().selector();
    }

    private String ed25519() {
        return house.signing().getLast().selector();
    }

    @Test
    @DisplayName("one that verifies goes on, and its record says so")
    void passes() throws Exception {
        open("", "");
        house.publish();
        var kept = house.kept(house.submit("figures"));
        assertEquals(2, house.verified(house.sink.next()).size());
        assertEquals(
                List.of("verifies with the keys in the DNS"), house.decided(kept, "dkim-proof"));
        assertEquals(1, house.figure("postern.dkim.verify.passes"));
    }

    record Case(String rule, String dns, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    /// `{rsa}` and `{ed}` stand for the records as they should be (no key has braces in it), `R`
    /// and `E` for their names.
    static Stream<Case> mismatches() {
        var other = "\"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"";
        return Stream.of(
                new Case(
                        "no key at all",
                        "",
                        "RS of example.com does not verify: no key: R does not exist; ES of example.com does not verify: no key: E does not exist"),
                new Case(
                        "RSA is missing",
                        "{ed}",
                        "RS of example.com does not verify: no key: R does not exist"),
                new Case(
                        "Ed25519 is missing",
                        "{rsa}",
                        "ES of example.com does not verify: no key: E does not exist"),
                new Case(
                        "another key",
                        "{rsa}\nE. IN TXT " + other,
                        "ES of example.com does not verify: the key at E is another one"),
                new Case(
                        "revoked (RFC 6376 §3.6.1)",
                        "{rsa}\nE. IN TXT \"v=DKIM1; k=ed25519; p=\"",
                        "ES of example.com does not verify: key revoked"),
                new Case(
                        "something else there",
                        "{rsa}\nE. IN TXT \"v=spf1 -all\"",
                        "ES of example.com does not verify: key record: v= is not first or not DKIM1"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mismatches")
    @DisplayName("one that does not is taken and held, and the operator learns what differs")
    void isHeld(Case c) throws Exception {
        open("", "");
        var zone = house.zone();
        var rsaName = rsa() + "._domainkey.example.com";
        var edName = ed25519() + "._domainkey.example.com";
        var dns =
                c.dns.replace("E. IN", edName + ". IN")
                        .replace("{rsa}", without(zone, ed25519()))
                        .replace("{ed}", without(zone, rsa()));
        house.dns.set(dns);
        var why =
                c.want.replace("RS of", rsa() + " of")
                        .replace("ES of", ed25519() + " of")
                        .replace("R does", rsaName + " does")
                        .replace("E does", edName + " does")
                        .replace("E is", edName + " is");
        try (var events = new MailEvents()) {
            var kept = house.kept(house.submit("figures"));
            assertEquals("held", house.state(kept));
            assertEquals("dkim: " + why, kept.facts().get("held"));
            assertEquals(List.of(why), house.decided(kept, "dkim-proof"));
            assertTrue(events.first("dkim_mismatch").contains("example.com"));
        }
        assertEquals(1, house.figure("postern.dkim.verify.failures"));
        assertTrue(
                house.warnings.messages().stream()
                        .anyMatch(line -> line.contains("is held: " + why)),
                house.warnings.messages().toString());
        assertTrue(house.sink.empty());
    }

    @Test
    @DisplayName("after a failure each is verified until one passes, but the alarm is not repeated")
    void eachUntilOnePasses() throws Exception {
        open("", "[dkim]\nverify = 1000000");
        for (int i = 0; i < 3; i++) {
            assertEquals("held", house.state(house.kept(house.submit("held " + i))));
        }
        house.publish();
        assertTrue(house.submit("passes").positive());
        assertTrue(house.submit("not chosen").positive());
        assertEquals(3, house.figure("postern.dkim.verify.failures"));
        assertEquals(1, house.figure("postern.dkim.verify.passes"));
        assertEquals(
                1,
                house.warnings.messages().stream()
                        .filter(line -> line.contains("is held"))
                        .count());
    }

    @Test
    @DisplayName("DNS trouble lets the mail go, and the proof stays due")
    void trouble() throws Exception {
        open("", "[dkim]\nverify = 1000000");
        var fake = house.dns.set(house.zone());
        fake.fail(rsa() + "._domainkey.example.com");
        var first = house.kept(house.submit("one"));
        assertEquals("one", subject(house.sink.next()));
        assertTrue(
                house.decided(first, "dkim-proof")
                        .getFirst()
                        .startsWith("could not be verified now: " + rsa()));
        assertEquals(1, house.figure("postern.dkim.verify.unknown"));
        fake.recover(rsa() + "._domainkey.example.com");
        assertTrue(house.submit("two").positive());
        assertTrue(house.submit("three").positive());
        assertEquals(1, house.figure("postern.dkim.verify.passes"));
    }

    private static String subject(Sink.Arrived arrived) {
        return House.content(arrived.content())
                .header()
                .first("Subject")
                .orElseThrow()
                .rawBody()
                .strip();
    }

    @ParameterizedTest(name = "verify = {0}")
    @ValueSource(ints = {0, 1, 3})
    @DisplayName("one of so many is verified; all with 1, none with 0")
    void sample(int every) throws Exception {
        open("", "[dkim]\nverify = " + every);
        house.publish();
        for (int i = 0; i < 7; i++) {
            assertTrue(house.submit("letter " + i).positive());
        }
        // With 3: the first, for the start; the third and the sixth.
        int want = every == 0 ? 0 : every == 1 ? 7 : 3;
        assertEquals(want, house.figure("postern.dkim.verify.passes"));
    }

    @Test
    @DisplayName("a domain's own number counts for it")
    void ownNumber() throws Exception {
        open("dkim = { verify = 0 }", "[dkim]\nverify = 1");
        assertEquals(List.of(), house.decided(house.kept(house.submit("one")), "dkim-proof"));
    }

    @Test
    @DisplayName("the first after a change of keys is verified always, also after a restart")
    void firstAfterChange() throws Exception {
        open("", "[dkim]\nverify = 1000000");
        house.publish();
        assertTrue(house.submit("first").positive());
        assertTrue(house.submit("second").positive());
        assertEquals(1, house.figure("postern.dkim.verify.passes"));
        var made =
                house.gateway()
                        .keys()
                        .create(
                                new DkimKeys.Wish(
                                        "example.com",
                                        Set.of(KeyType.ED25519),
                                        Optional.of("next"),
                                        2048,
                                        "for a test"));
        assertTrue(made instanceof Outcome.Done<?>);
        var _ = house.gateway().keys().activateWithoutDns(DOMAIN, "next", "for a test");
        house.seen();
        var kept = house.kept(house.submit("third"));
        assertEquals("held", house.state(kept));
        house.publish();
        house.house.restart();
        assertTrue(house.submit("fourth").positive());
        assertTrue(house.submit("fifth").positive());
        assertEquals(1, house.figure("postern.dkim.verify.passes"));
    }

    @Test
    @DisplayName(
            "with check = \"off\" the DNS is not asked: our own record shows whether the pair fits")
    void off() throws Exception {
        open("dkim = { check = \"off\" }", "[dkim]\nverify = 1");
        var fake = house.dns.set("");
        var kept = house.kept(house.submit("one"));
        assertEquals(
                List.of("verifies with our own records, not with the DNS"),
                house.decided(kept, "dkim-proof"));
        assertEquals(
                List.of(), fake.asked().stream().filter(q -> q.contains("_domainkey")).toList());
    }

    @Test
    @DisplayName("keys put to use without the DNS are not proven by it, and the record says so")
    void withoutDns() throws Exception {
        open("", "[dkim]\nverify = 1");
        var ed25519 = house.signing().getLast();
        house.gateway()
                .keys()
                .change(
                        DOMAIN,
                        all ->
                                all.stream()
                                        .map(key -> key.withoutDns(key.isSame(ed25519)))
                                        .toList());
        house.publish();
        assertEquals(
                List.of("verifies with our own records, not with the DNS"),
                house.decided(house.kept(house.submit("one")), "dkim-proof"));
    }

    @Test
    @DisplayName("large mail is verified from its file")
    void large() throws Exception {
        open("", "");
        house.publish();
        var kept = house.kept(house.submit("large", "0123456789abcdef\n".repeat(60_000)));
        assertEquals(
                List.of("verifies with the keys in the DNS"), house.decided(kept, "dkim-proof"));
        house.verified(house.sink.next()).forEach(result -> assertTrue(result.passed()));
    }
}
