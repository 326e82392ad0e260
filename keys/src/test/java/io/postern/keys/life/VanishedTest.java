package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey.State;
import io.postern.keys.KeyType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a record that vanishes from the DNS")
class VanishedTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Scene scene = new Scene();

    private void nobodyPublishes() {
        scene.publisher = _ -> new Publisher.Published.Failed("the provider is down");
    }

    @Test
    @DisplayName("what was there before the key was published is not waited for again")
    void earlierIsOver() {
        var key = scene.begin(KeyType.RSA);
        scene.publisher = _ -> new Publisher.Published.ByHand();
        scene.zone.texts(key.recordName(), Duration.ofDays(3), "somebody else's words");
        scene.tend();
        scene.appear(key);
        scene.live(Duration.ofDays(4));
        assertEquals(State.ACTIVE, scene.now(key).state());
        scene.vanish(key);
        scene.live(Duration.ofHours(7));
        assertEquals(State.CREATED, scene.now(key).state());
        scene.appear(key);
        scene.live(StillZone.NEGATIVE_TTL.plusHours(1));
        assertEquals(State.ACTIVE, scene.now(key).state());
    }

    @Test
    @DisplayName("the last key that is still visible signs again, until the newer is back")
    void fallback() {
        var first = scene.active(KeyType.ED25519);
        scene.rotate(Scene.ED25519);
        scene.live(DAY);
        var second = scene.now(scene.keys.signingKeys(Scene.EXAMPLE).getFirst().key());
        assertEquals(State.RETIRING, scene.now(first).state());
        nobodyPublishes();
        scene.vanish(second);
        scene.tend();
        assertEquals(first.selector(), scene.signing());
        assertEquals("created published active retiring active", scene.path(first));
        assertTrue(scene.said(LifeEvent.Kind.VANISHED).getFirst().contains("not in the DNS"));
        assertEquals(List.of(), scene.said(LifeEvent.Kind.NO_KEY));
        scene.live(DAY);
        scene.appear(second);
        scene.tend();
        assertEquals(first.selector(), scene.signing(), "what is remembered has to expire");
        scene.live(Duration.ofHours(4));
        assertEquals(second.selector(), scene.signing());
        var lastSigned = scene.now(first).lastSigned(scene.clock.instant()).orElseThrow();
        assertEquals(scene.now(first).since(), lastSigned, "its way out begins anew");
    }

    @Test
    @DisplayName("without another, none signs, and that is said; its record is published again")
    void noneSigns() {
        var key = scene.active(KeyType.ED25519);
        nobodyPublishes();
        scene.vanish(key);
        scene.tend();
        assertEquals("", scene.signing());
        assertEquals(1, scene.said(LifeEvent.Kind.NO_KEY).size());
        scene.publisher = scene::show;
        scene.live(Duration.ofMinutes(2));
        assertTrue(scene.zone.shows(key.recordName(), key.recordText()));
        scene.live(Duration.ofHours(4));
        assertEquals(key.selector(), scene.signing());
        assertEquals(1, scene.said(LifeEvent.Kind.NO_KEY).size());
    }

    @Test
    @DisplayName("a key before that was not visible in that moment signs when it is")
    void lateFallback() {
        var first = scene.active(KeyType.ED25519);
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.live(DAY);
        nobodyPublishes();
        scene.vanish(second);
        scene.vanish(first);
        scene.tend();
        assertEquals("", scene.signing());
        scene.appear(first);
        scene.live(DAY);
        assertEquals(first.selector(), scene.signing());
    }

    @Test
    @DisplayName("a key before is not put to use while somebody may remember that it was gone")
    void fallbackWaits() {
        var first = scene.active(KeyType.ED25519);
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.live(DAY);
        nobodyPublishes();
        scene.vanish(first);
        scene.tend();
        scene.appear(first);
        scene.after(SECOND);
        scene.vanish(second);
        scene.after(SECOND);
        assertEquals("", scene.signing());
        scene.live(Duration.ofHours(4));
        assertEquals(first.selector(), scene.signing());
    }

    @Test
    @DisplayName("a key that an operator took out of use since is no way back")
    void takenOutOfUse() {
        var other = scene.active(KeyType.RSA);
        var first = scene.active(KeyType.ED25519);
        var second = scene.rotate(Scene.ED25519).getFirst();
        scene.live(DAY);
        nobodyPublishes();
        scene.vanish(second);
        scene.tend();
        assertEquals(other.selector() + " " + first.selector(), scene.signing());
        scene.clock.advance(SECOND);
        Scene.done(scene.life.retire(Scene.EXAMPLE, first.selector(), "operator"));
        scene.live(DAY);
        assertEquals(other.selector(), scene.signing());
    }

    @Test
    @DisplayName("one server that lost it is enough; one that is silent is not")
    void oneServer() {
        var key = scene.active(KeyType.ED25519);
        nobodyPublishes();
        scene.zone.silence("ns2");
        scene.tend();
        assertEquals(key.selector(), scene.signing());
        scene.zone.speak("ns2");
        scene.zone.put("ns2", key.recordName(), Optional.empty());
        scene.tend();
        assertEquals("", scene.signing());
    }

    @Test
    @DisplayName("one wrong look is looked at again before a key is withdrawn")
    void twice() {
        var key = scene.active(KeyType.ED25519);
        var name = key.recordName();
        int[] looks = {0};
        var life =
                new KeyLife(
                        scene.keys,
                        new KeyLife.Means(
                                _ -> Optional.of(scene.rules),
                                _ -> Publisher.BY_HAND,
                                (one, wanted, rules, ours) ->
                                        looks[0]++ == 0
                                                ? new Looked.Wrong(
                                                        DAY,
                                                        List.of(
                                                                new Finding(
                                                                        Finding.Kind.MISSING,
                                                                        name)),
                                                        true)
                                                : new Looked.Right(DAY, List.of()),
                                _ -> true,
                                scene.events::add,
                                scene.clock));
        life.tend(Scene.EXAMPLE);
        assertEquals(2, looks[0]);
        assertEquals(key.selector(), scene.signing());
    }

    @Test
    @DisplayName("an RSA key that vanishes does not touch the Ed25519 key")
    void typesApart() {
        var rsa = scene.active(KeyType.RSA);
        var ed25519 = scene.active(KeyType.ED25519);
        assertEquals(rsa.selector() + " " + ed25519.selector(), scene.signing());
        nobodyPublishes();
        scene.vanish(rsa);
        scene.tend();
        assertEquals(ed25519.selector(), scene.signing());
        assertEquals(List.of(), scene.said(LifeEvent.Kind.NO_KEY));
        assertEquals("created published active", scene.path(ed25519));
    }

    @Test
    @DisplayName("no successor by age is made while a newer key is on its way back")
    void noThird() {
        scene.rules = Scene.rotating(Duration.ofDays(10));
        scene.active(KeyType.ED25519);
        scene.live(Duration.ofDays(11));
        var second = scene.keys.signingKeys(Scene.EXAMPLE).getFirst().key();
        assertEquals(2, scene.keys.list().size());
        nobodyPublishes();
        scene.vanish(second);
        scene.live(DAY);
        assertEquals(2, scene.keys.list().size(), scene.states());
        var third = scene.rotate(Scene.ED25519);
        assertEquals(1, third.size(), "an operator may");
    }

    @Test
    @DisplayName("a record that mail on its way needs: said once each time that it is lost")
    void retiringVanishes() {
        var first = scene.active(KeyType.ED25519);
        scene.rotate(Scene.ED25519);
        scene.live(DAY);
        scene.publisher = Publisher.BY_HAND;
        scene.vanish(first);
        scene.live(DAY);
        assertEquals(1, scene.said(LifeEvent.Kind.VANISHED).size());
        assertEquals(1, scene.said(LifeEvent.Kind.BY_HAND).size());
        scene.appear(first);
        scene.live(DAY);
        scene.vanish(first);
        scene.live(DAY);
        assertEquals(2, scene.said(LifeEvent.Kind.VANISHED).size());
        assertEquals(2, scene.said(LifeEvent.Kind.BY_HAND).size());
    }
}
