package io.postern.gateway;

import static io.postern.gateway.KeyHouse.DOMAIN;
import static io.postern.gateway.KeyHouse.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.smtp.Reply;
import io.postern.store.KeptMessage;
import io.postern.store.QueueFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("mail in the queue is signed anew")
@Timeout(60)
class ResigningTest {
    @TempDir private Path folder;

    @SuppressWarnings("NullAway.Init") // each test opens its own
    private KeyHouse house;

    private void open(String own, String more) throws IOException {
        house = new KeyHouse(folder, own, more);
        house.house.makeKeys();
        house.seen();
        house.publish();
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void nextHopIsBusy() {
        house.sink.atEnd(_ -> Reply.of(451, "4.3.2", "busy"));
    }

    private void nextHopTakes() {
        house.sink.atEnd(_ -> Reply.of(250, "2.0.0", "taken"));
        house.clock.advance(Duration.ofMinutes(10));
        house.gateway().afterQueueChange();
    }

    private void waitsInStore(KeptMessage message) {
        until(
                "deferred",
                () ->
                        house.again(message).events().stream()
                                .anyMatch(event -> event.kind().equals("deferred")));
    }

    /// The RSA key is stolen and another signs in its place.
    private DkimKey steal() {
        var stolen = house.signing().getFirst();
        house.gateway()
                .keys()
                .change(
                        DOMAIN,
                        all ->
                                all.stream()
                                        .map(key -> key.isSame(stolen) ? key.asCompromised() : key)
                                        .toList());
        var made =
                house.gateway()
                        .keys()
                        .create(
                                new DkimKeys.Wish(
                                        "example.com",
                                        Set.of(KeyType.RSA),
                                        Optional.of("next"),
                                        2048,
                                        "for a test"));
        assertTrue(made instanceof Outcome.Done<?>, made.toString());
        var _ = house.gateway().keys().activateWithoutDns(DOMAIN, "next", "for a test");
        house.seen();
        house.clock.advance(Duration.ofMinutes(2));
        house.publish();
        return house.gateway().keys().find(DOMAIN, stolen.selector()).orElseThrow();
    }

    @Test
    @DisplayName("a stolen key: what waits leaves with the new signatures alone, and they verify")
    void stolen() throws Exception {
        open("", "");
        nextHopIsBusy();
        var waits = house.kept(house.submit("small"));
        var large = house.kept(house.submit("large", "0123456789abcdef\n".repeat(60_000)));
        waitsInStore(waits);
        waitsInStore(large);
        house.gateway().store().hold(QueueFilter.of(large.id()), house.clock.instant(), "for me");
        var ed25519 = house.signing().getLast().selector();
        var stolen = steal();

        assertTrue(house.gateway().resigner().withoutSignaturesOf(stolen));

        assertEquals("held", house.state(large));
        assertEquals(
                "signed anew with next, %s because %s is compromised"
                        .formatted(ed25519, stolen.selector()),
                house.again(waits).events().getLast().detail());
        assertEquals("resigned", house.again(waits).events().getLast().kind());
        assertTrue(
                house.decided(waits, "dkim-sign").getLast().endsWith("is compromised"),
                house.again(waits).decisions().toString());
        house.gateway().store().release(QueueFilter.ALL, house.clock.instant());
        nextHopTakes();
        for (int i = 0; i < 2; i++) {
            var arrived = house.sink.next();
            assertEquals(List.of("next", ed25519), KeyHouse.selectors(arrived));
            house.verified(arrived)
                    .forEach(result -> assertTrue(result.passed(), result.toString()));
        }
    }

    @Test
    @DisplayName("a stolen key is void as soon as what it signed is signed anew")
    void wholeLifeOfStolen() throws Exception {
        open("", "");
        nextHopIsBusy();
        waitsInStore(house.kept(house.submit("figures")));
        house.serversAnswer();
        var stolen = house.signing().getFirst();
        var keeping = house.gateway().keeping();
        var made = keeping.life().rotate(DOMAIN, Set.of(KeyType.RSA), true, "for a test");
        assertTrue(made instanceof Outcome.Done<?>, made.toString());
        house.publish();
        keeping.attend(DOMAIN);
        until("its successor signs", () -> !house.signing().getFirst().isSame(stolen));
        house.clock.advance(Duration.ofMinutes(2));
        keeping.attend(DOMAIN);
        until(
                "the stolen key is void",
                () ->
                        house.gateway()
                                .keys()
                                .find(DOMAIN, stolen.selector())
                                .filter(key -> key.state() == DkimKey.State.REVOKED)
                                .isPresent());
        house.publish();
        nextHopTakes();
        var arrived = house.sink.next();
        assertEquals(
                house.signing().stream().map(DkimKey::selector).toList(),
                KeyHouse.selectors(arrived));
        house.verified(arrived).forEach(result -> assertTrue(result.passed(), result.toString()));
    }

    @Test
    @DisplayName("one under delivery is not touched; one that waits in memory behind it is")
    void underDelivery() throws Exception {
        open("", "");
        var go = new CountDownLatch(1);
        var there = new CountDownLatch(1);
        house.sink.atEnd(_ -> {
            there.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Reply.of(250, "2.0.0", "taken");
        });
        assertTrue(house.submit("under way").positive());
        there.await();
        assertTrue(house.submit("behind it").positive());
        var old = house.signing().stream().map(DkimKey::selector).toList();
        var stolen = steal();

        assertFalse(house.gateway().resigner().withoutSignaturesOf(stolen));

        go.countDown();
        assertEquals(old, KeyHouse.selectors(house.sink.next()));
        assertEquals(List.of("next", old.getLast()), KeyHouse.selectors(house.sink.next()));
        until("nothing of it left", () -> house.gateway().resigner().withoutSignaturesOf(stolen));
    }

    @Test
    @DisplayName("not while the stolen key is the one that signs")
    void stillSigns() throws Exception {
        open("", "");
        assertFalse(house.gateway().resigner().withoutSignaturesOf(house.signing().getFirst()));
    }

    @Test
    @DisplayName("a session that took its keys before may still keep its message: not at once")
    void notAtOnce() throws Exception {
        open("", "");
        var stolen = steal();
        var now = stolen.with(DkimKey.State.REVOKED, house.clock.instant(), "a moment ago");
        assertFalse(house.gateway().resigner().withoutSignaturesOf(now));
        house.clock.advance(Duration.ofMinutes(2));
        assertTrue(house.gateway().resigner().withoutSignaturesOf(now));
    }

    @Test
    @DisplayName("held for a mismatch: signed anew and let go when a key verifies, not before")
    void mismatch() throws Exception {
        open("", "");
        house.dns.set("");
        var kept = house.kept(house.submit("figures"));
        assertEquals("held", house.state(kept));
        house.gateway().resigner().round();
        assertEquals("held", house.state(kept));
        house.publish();
        house.gateway().resigner().round();
        var arrived = house.sink.next();
        assertEquals(2, KeyHouse.selectors(arrived).size());
        house.verified(arrived).forEach(result -> assertTrue(result.passed(), result.toString()));
        assertEquals(
                List.of("received", "held", "released"),
                house.again(kept).events().stream().limit(3).map(e -> e.kind()).toList());
    }

    @Test
    @DisplayName("also after a restart")
    void afterRestart() throws Exception {
        open("", "");
        house.dns.set("");
        assertEquals("held", house.state(house.kept(house.submit("figures"))));
        house.publish();
        house.house.restart();
        house.verified(house.sink.next())
                .forEach(result -> assertTrue(result.passed(), result.toString()));
    }

    @Test
    @DisplayName(
            "missing = \"hold\": taken unsigned and held, signed and sent when a key signs again")
    void missingHold() throws Exception {
        open("", "");
        house.vanish();
        var all = new ArrayList<KeptMessage>();
        for (int i = 0; i < 3; i++) {
            all.add(house.kept(house.submit("letter " + i)));
        }
        for (var kept : all) {
            assertEquals("held", house.state(kept));
            assertEquals("dkim: no key of example.com is in the DNS", kept.facts().get("held"));
        }
        house.gateway().resigner().round();
        assertEquals("held", house.state(all.getFirst()));
        house.clock.advance(Duration.ofDays(9));
        house.activateAll();
        house.gateway().resigner().round();
        for (var _ : all) {
            house.verified(house.sink.next())
                    .forEach(result -> assertTrue(result.passed(), result.toString()));
        }
    }

    @Test
    @DisplayName("missing = \"hold\": the life of the keys wakes what is held by itself")
    void wokenByTheLifeOfKeys() throws Exception {
        open("", "");
        house.vanish();
        var kept = house.kept(house.submit("figures"));
        assertEquals("held", house.state(kept));
        house.serversAnswer();
        house.gateway().keeping().attend(DOMAIN);
        house.verified(house.sink.next())
                .forEach(result -> assertTrue(result.passed(), result.toString()));
    }

    @Test
    @DisplayName("what somebody holds for another reason is signed, but not let go")
    void otherReason() throws Exception {
        open("", "");
        house.vanish();
        var kept = house.kept(house.submit("figures"));
        var id = QueueFilter.of(kept.id());
        nextHopIsBusy();
        house.gateway().store().release(id, house.clock.instant());
        house.gateway().store().hold(id, house.clock.instant(), "ask the author");
        house.activateAll();
        house.gateway().resigner().round();
        assertEquals("held", house.state(kept));
        assertTrue(house.decided(kept, "dkim-sign").getLast().startsWith("signed with "));
    }

    @Test
    @DisplayName("missing = \"unsigned\": it goes without, and its record says so")
    void missingUnsigned() throws Exception {
        open("dkim = { missing = \"unsigned\" }", "");
        house.vanish();
        var kept = house.kept(house.submit("figures"));
        assertEquals(List.of(), KeyHouse.selectors(house.sink.next()));
        assertEquals(
                "no active key; missing = \"unsigned\"",
                house.decided(kept, "dkim-sign").getFirst());
    }

    @Test
    @DisplayName(
            "RFC 3463 §3.8: missing = \"defer\" is 451 4.7.5, and so is a domain that never had a key")
    void missingDefer() throws Exception {
        open("", "[dkim]\nmissing = \"defer\"");
        house.vanish();
        var reply = house.submit("figures");
        assertEquals(451, reply.code());
        assertTrue(reply.toString().contains("4.7.5"), reply.toString());
        house.close();
        house = new KeyHouse(folder.resolve("another"), "", "");
        assertEquals(451, house.submit("figures").code());
    }
}
