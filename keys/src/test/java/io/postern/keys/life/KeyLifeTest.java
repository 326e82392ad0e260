package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey.State;
import io.postern.keys.KeyType;
import io.postern.mail.Domain;
import io.postern.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the life of a key, step by step")
class KeyLifeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Scene scene = new Scene();

    @Test
    @DisplayName("created, published, active, retiring, revoked, removed: each at its time")
    void wholeLife() {
        var start = scene.clock.instant();
        var key = scene.begin(KeyType.RSA);
        assertEquals("r20261122a", key.selector());
        assertEquals(start.plusSeconds(15), scene.tend(), "its record was handed over just now");
        assertTrue(scene.zone.shows(key.recordName(), key.recordText()));
        var next = scene.after(Duration.ofSeconds(15));
        assertEquals("r20261122a created", scene.states());
        assertEquals(scene.clock.instant().plus(Duration.ofMinutes(30)), next, "it spreads");
        var known = start.plusSeconds(15).plus(StillZone.NEGATIVE_TTL);
        assertEquals(Optional.of(known), scene.now(key).sight().knownToAll());
        assertEquals(known, scene.at(known.minusSeconds(1)), "who waits comes back to the second");
        assertEquals("", scene.signing());
        scene.at(known);
        assertEquals("r20261122a", scene.signing());
        assertEquals("created published active", scene.path(key));
        scene.after(DAY);

        var second = scene.rotate(Scene.RSA).getFirst();
        scene.live(StillZone.NEGATIVE_TTL);
        assertEquals("r20261122a", scene.signing());
        scene.after(Duration.ofMinutes(1));
        assertEquals(second.selector(), scene.signing());
        assertEquals("r20261122a retiring, r20261123a active", scene.states());

        var lastSigned = scene.now(key).lastSigned(scene.clock.instant()).orElseThrow();
        assertEquals(scene.now(second).firstActive().orElseThrow(), lastSigned);
        scene.live(Duration.ofDays(11));
        scene.at(lastSigned.plus(Scene.RETIRE).minus(SECOND));
        assertEquals("r20261122a retiring, r20261123a active", scene.states());
        assertTrue(scene.zone.shows(key.recordName(), key.recordText()));
        scene.after(SECOND);
        assertEquals("r20261122a revoked, r20261123a active", scene.states());
        assertTrue(scene.zone.shows(key.recordName(), "v=DKIM1; k=rsa; p="));

        var revoked = scene.now(key).since();
        scene.at(revoked.plus(Scene.REVOKED).minus(SECOND));
        assertTrue(scene.zone.shows(key.recordName(), "v=DKIM1; k=rsa; p="));
        scene.after(SECOND);
        assertEquals(Optional.empty(), scene.zone.text(key.recordName()));
        scene.after(SECOND);
        assertEquals("r20261122a removed, r20261123a active", scene.states());
        scene.live(Duration.ofDays(100));
        assertEquals("r20261122a removed, r20261123a active", scene.states());
        assertEquals(4, scene.changes.size(), "nothing was published twice");
        assertEquals(7, scene.said(LifeEvent.Kind.MOVED).size());
        assertTrue(scene.events.stream().noneMatch(event -> event.kind().isGrave()));
    }

    @Test
    @DisplayName("RFC 2308 §5: lost while it is waited for, the wait starts anew")
    void waitStartsAnew() {
        var key = scene.begin(KeyType.ED25519);
        scene.live(Duration.ofHours(2));
        scene.publisher = _ -> new Publisher.Published.Failed("the provider is down");
        scene.vanish(key);
        scene.after(SECOND);
        assertEquals(Optional.empty(), scene.now(key).sight().knownToAll());
        scene.appear(key);
        var seen = scene.clock.instant().plusSeconds(60);
        scene.at(seen);
        scene.at(seen.plus(StillZone.NEGATIVE_TTL).minus(SECOND));
        assertEquals("", scene.signing());
        scene.after(SECOND);
        assertEquals(key.selector(), scene.signing());
    }

    @Test
    @DisplayName("a longer TTL that was seen of anything else is waited for")
    void longestTtl() {
        scene.publisher = Publisher.BY_HAND;
        var key = scene.begin(KeyType.ED25519);
        scene.zone.texts(key.recordName(), DAY, "v=spf1 -all");
        scene.tend();
        scene.appear(key);
        scene.live(DAY.minus(SECOND));
        assertEquals("", scene.signing());
        scene.live(SECOND);
        assertEquals(key.selector(), scene.signing());
    }

    @Test
    @DisplayName("a silent server holds a key back, and takes none out of use")
    void silentServer() {
        var first = scene.active(KeyType.ED25519);
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.after(SECOND);
        scene.after(SECOND);
        scene.zone.silence("ns2");
        scene.live(DAY);
        assertEquals(first.selector(), scene.signing());
        assertEquals("created", scene.path(second));
        assertTrue(scene.now(second).sight().words().contains("ns2 gives no answer"));
        scene.zone.speak("ns2");
        scene.live(Duration.ofMinutes(6));
        assertEquals(second.selector(), scene.signing(), "it was not seen to go");
    }

    @Test
    @DisplayName("one server that lags holds a key back")
    void lagging() {
        scene.publisher =
                change -> {
                    scene.zone.put("ns1", change.name(), change.text());
                    return new Publisher.Published.Done();
                };
        var key = scene.begin(KeyType.ED25519);
        scene.live(DAY);
        assertEquals("created", scene.path(key));
        scene.appear(key);
        scene.live(Duration.ofHours(4));
        assertEquals("created published active", scene.path(key));
    }

    @Test
    @DisplayName("check = \"off\": a key signs at once, is known to, and nothing rotates by itself")
    void withoutLooking() {
        scene.rules = Scene.with(Duration.ofDays(10), Optional.empty(), false);
        var key = scene.begin(KeyType.ED25519);
        scene.tend();
        assertEquals("created published active", scene.path(key));
        assertTrue(scene.now(key).withoutDns());
        assertTrue(scene.now(key).history().getLast().cause().contains("check = \"off\""));
        scene.live(Duration.ofDays(100));
        assertEquals(key.selector() + " active", scene.states());
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.tend();
        assertEquals(second.selector(), scene.signing());
        scene.live(Scene.RETIRE.minus(SECOND));
        assertEquals(State.RETIRING, scene.now(key).state());
        scene.after(SECOND);
        assertEquals(State.REVOKED, scene.now(key).state());
        scene.live(Scene.REVOKED);
        assertEquals(State.REMOVED, scene.now(key).state());
        assertEquals(0, scene.zone.questions());
        assertEquals(List.of(), scene.changes);
    }

    @Test
    @DisplayName("a key put to use without the DNS signs on; once seen it is watched as any other")
    void withoutDns() {
        scene.publisher = Publisher.BY_HAND;
        var key = scene.begin(KeyType.ED25519);
        Scene.done(scene.keys.activateWithoutDns(Scene.EXAMPLE, key.selector(), "laboratory"));
        scene.live(Duration.ofDays(2));
        assertEquals(key.selector(), scene.signing());
        assertTrue(scene.now(key).withoutDns());
        scene.appear(key);
        scene.live(DAY);
        assertFalse(scene.now(key).withoutDns());
        scene.vanish(key);
        scene.live(DAY);
        assertEquals("", scene.signing());
    }

    @Test
    @DisplayName("retire: void at once when it never signed, kept for its mail when it did")
    void retire() {
        var key = scene.active(KeyType.RSA);
        assertTrue(
                Scene.refused(scene.life.retire(Scene.EXAMPLE, key.selector(), "x"))
                        .contains("is the only key that signs for example.com"));
        assertTrue(
                Scene.refused(scene.life.retire(Scene.EXAMPLE, "none", "x"))
                        .contains("there is no key none"));
        var other = scene.begin(KeyType.ED25519);
        scene.tend();
        Scene.done(scene.life.retire(Scene.EXAMPLE, other.selector(), "operator"));
        assertTrue(
                Scene.refused(scene.life.retire(Scene.EXAMPLE, other.selector(), "operator"))
                        .contains("is retiring already"));
        scene.after(SECOND);
        assertEquals("created retiring revoked", scene.path(other));
        assertEquals("it never signed", scene.now(other).history().getLast().cause());
        scene.active(KeyType.ED25519);
        Scene.done(scene.life.retire(Scene.EXAMPLE, key.selector(), "operator"));
        scene.live(Scene.RETIRE.minus(SECOND));
        assertEquals(State.RETIRING, scene.now(key).state());
        scene.after(SECOND);
        assertEquals(State.REVOKED, scene.now(key).state());
    }

    @Test
    @DisplayName("a domain that is not ours is refused, and its keys stay as they are")
    void notOurs() {
        var other = Domain.of("example.net");
        assertTrue(
                Scene.refused(scene.life.begin(other, Scene.RSA, 2048, "x"))
                        .contains("is not a domain of this gateway"));
        assertTrue(
                Scene.refused(scene.life.rotate(other, Scene.RSA, false, "x"))
                        .contains("is not a domain of this gateway"));
        assertEquals(scene.clock.instant().plus(DAY), scene.life.tend(other));
        assertEquals(0, scene.life.examine(other).size());
    }

    @Test
    @DisplayName("examine: a look without any consequence")
    void examine() {
        var key = scene.active(KeyType.RSA);
        scene.vanish(key);
        var before = scene.keys.list();
        var found = scene.life.examine(Scene.EXAMPLE);
        assertInstanceOf(Looked.Wrong.class, found.get(key));
        assertEquals(before, scene.keys.list());
    }

    @Test
    @DisplayName("what the store does not keep does not happen, in memory as on the disk")
    void storeFails() {
        var key = scene.begin(KeyType.RSA);
        scene.live(Duration.ofHours(3));
        var full = new ArrayList<>(List.of(true));
        scene.disk.around(
                () -> {
                    if (!full.isEmpty()) {
                        throw new StoreException("the disk is full");
                    }
                },
                () -> {});
        var before = scene.keys.list();
        scene.clock.advance(Duration.ofHours(1));
        assertThrows(StoreException.class, scene::tend);
        assertEquals(before, scene.keys.list());
        assertThrows(
                StoreException.class, () -> scene.life.begin(Scene.EXAMPLE, Scene.RSA, 2048, "x"));
        assertEquals("", scene.signing());
        assertEquals(List.of(), scene.said(LifeEvent.Kind.MOVED));
        full.clear();
        scene.tend();
        assertEquals(key.selector(), scene.signing());
    }

    @Test
    @DisplayName("a key made by somebody else while another moves does no harm")
    void madeInBetween() {
        var key = scene.begin(KeyType.RSA);
        scene.live(Duration.ofHours(3));
        var once = new AtomicInteger();
        scene.disk.around(
                () -> {
                    if (once.getAndIncrement() == 0) {
                        var seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
                        Scene.done(scene.keys.importKey("example.com", "a-first", seed));
                    }
                },
                () -> {});
        scene.after(Duration.ofHours(1));
        assertEquals(key.selector(), scene.signing());
        assertEquals(
                List.of(key.selector()),
                scene.events.stream()
                        .filter(event -> event.kind() == LifeEvent.Kind.MOVED)
                        .map(event -> event.key().orElseThrow().selector())
                        .distinct()
                        .toList());
    }

    @Test
    @DisplayName("a clock that went back lets nothing sign early, and the newer key still wins")
    void clockGoesBack() {
        var first = scene.active(KeyType.ED25519);
        scene.clock.advance(Duration.ofHours(-2));
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.live(StillZone.NEGATIVE_TTL);
        assertEquals(first.selector(), scene.signing());
        scene.live(Duration.ofMinutes(1));
        assertEquals(second.selector(), scene.signing());
        assertEquals(State.RETIRING, scene.now(first).state());
    }

    @Test
    @DisplayName("a clock that went back shortens no key's way out")
    void clockGoesBackAtTheEnd() {
        var first = scene.active(KeyType.ED25519);
        scene.live(Duration.ofHours(6));
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.live(Duration.ofHours(2));
        var signed = scene.now(first).since();
        scene.clock.advance(Duration.ofDays(-5));
        Scene.done(scene.keys.activateWithoutDns(Scene.EXAMPLE, second.selector(), "operator"));
        var retired = scene.now(first);
        assertEquals(signed, retired.lastSigned(scene.clock.instant()).orElseThrow());
    }
}
