package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.keys.KeyType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("slots: two selectors of a type that keys take turns under")
class SlotsTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final Scene scene = new Scene();

    SlotsTest() {
        scene.rules = Scene.slots();
        scene.aliases();
    }

    @Test
    @DisplayName("keys take turns: s1, s2, s1 and s2 again, each with a key of its own")
    void turns() {
        scene.active(KeyType.RSA);
        var signed = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            signed.add(scene.signing());
            scene.rotate(Scene.RSA);
            scene.live(DAY);
            scene.live(Scene.RETIRE.plus(Scene.REVOKED).plus(DAY));
        }
        assertEquals(List.of("s1", "s2", "s1"), signed);
        assertEquals("s1 removed, s2 removed, s1#2 removed, s2#2 active", scene.states());
        assertEquals(4, scene.keys.list().stream().map(DkimKey::publicKey).distinct().count());
        var last = scene.keys.signingKeys(Scene.EXAMPLE).getFirst().key();
        assertTrue(scene.zone.shows("s2.example.com.dkim.example.net", last.recordText()));
    }

    @Test
    @DisplayName("no slot is free: refused with what is in them, and nothing is half done")
    void busy() {
        scene.active(KeyType.RSA);
        scene.rotate(Scene.RSA);
        scene.live(DAY);
        var why = Scene.refused(scene.life.rotate(Scene.EXAMPLE, Scene.RSA, false, "operator"));
        assertEquals("no slot for a key of type rsa is free: s1 is retiring, s2 is active", why);
        scene.active(KeyType.ED25519);
        scene.rotate(Scene.ED25519);
        scene.live(DAY);
        scene.live(Scene.RETIRE.plus(Scene.REVOKED));
        assertEquals(
                "s1 removed, s2 active, e1 removed, e2 active",
                scene.states().replace("revoked", "removed"));
        scene.live(DAY);
        scene.begin(KeyType.ED25519);
        var before = scene.keys.list();
        assertTrue(
                Scene.refused(scene.life.begin(Scene.EXAMPLE, Scene.BOTH, 2048, "operator"))
                        .contains("no slot for a key of type ed25519 is free"));
        assertEquals(before, scene.keys.list(), "no RSA key was made either");
    }

    @Test
    @DisplayName("RFC 8301 §3.2: no short RSA key in a slot either")
    void bits() {
        var why = Scene.refused(scene.life.begin(Scene.EXAMPLE, Scene.RSA, 1024, "operator"));
        assertTrue(why.contains("2048 to 4096"), why);
        assertEquals(List.of(), scene.keys.list());
    }

    @Test
    @DisplayName("the next key of a slot waits until what the last one showed has expired")
    void oldAnswers() {
        scene.publisher =
                change -> {
                    change.text()
                            .ifPresentOrElse(
                                    text ->
                                            scene.zone.texts(
                                                    change.name(), Duration.ofDays(2), text),
                                    () -> scene.zone.put(change.name(), Optional.empty()));
                    return new Publisher.Published.Done();
                };
        scene.active(KeyType.RSA);
        scene.rotate(Scene.RSA);
        scene.live(DAY);
        scene.live(Scene.RETIRE.plus(Scene.REVOKED).plus(DAY));
        assertEquals("s1 removed, s2 active", scene.states());
        scene.rotate(Scene.RSA);
        scene.live(DAY);
        assertEquals("s2", scene.signing());
        scene.live(DAY.plusMinutes(2));
        assertEquals("s1", scene.signing());
    }

    @Test
    @DisplayName("stolen while no slot is free: marked, one is cleared at once, the next is made")
    void stolen() {
        var first = scene.active(KeyType.RSA);
        var second = scene.rotate(Scene.RSA).getFirst();
        scene.live(DAY);
        var why = Scene.refused(scene.life.rotate(Scene.EXAMPLE, Scene.RSA, true, "operator"));
        assertTrue(why.contains("marked as compromised") && why.contains("as soon as"), why);
        assertTrue(scene.now(second).compromised());
        scene.live(DAY);
        assertEquals("s1 removed, s2 revoked, s1#2 active", scene.states());
        assertEquals(State.REMOVED, scene.now(first).state());
    }

    @Test
    @DisplayName("an alias that is lacking holds the key back until it is there")
    void noAlias() {
        scene.zone.put("s1._domainkey.example.com", Optional.empty());
        var key = scene.begin(KeyType.RSA);
        scene.live(DAY);
        assertEquals("created", scene.path(key));
        assertTrue(
                scene.now(key).sight().words().contains("no CNAME s1._domainkey.example.com"),
                scene.now(key).sight().words());
        scene.aliases();
        scene.live(DAY);
        assertEquals("s1", scene.signing());
    }

    @Test
    @DisplayName("a slot that is pointed elsewhere is a key that vanished")
    void pointedElsewhere() {
        scene.active(KeyType.RSA);
        scene.zone.alias("s1._domainkey.example.com", "s1.example.com.other.example");
        scene.tend();
        assertEquals("", scene.signing());
        assertEquals(1, scene.said(LifeEvent.Kind.NO_KEY).size());
    }
}
