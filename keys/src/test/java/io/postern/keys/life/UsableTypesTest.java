package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey.State;
import io.postern.keys.KeyType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a domain whose mail is signed with RSA only, and has an active Ed25519 key as well")
class UsableTypesTest {
    private final Scene scene = new Scene();

    private static LifeRules only(Set<KeyType> types, LifeRules rules) {
        return new LifeRules(
                rules.look(),
                rules.slots(),
                rules.bits(),
                rules.rotateAfter(),
                rules.retire(),
                rules.revoked(),
                rules.watch(),
                types);
    }

    @Test
    @DisplayName("the RSA key is the only one that signs: it is not retired, the other may be")
    void retire() {
        var rsa = scene.active(KeyType.RSA);
        var other = scene.active(KeyType.ED25519);
        scene.rules = only(Scene.RSA, scene.rules);
        var why = Scene.refused(scene.life.retire(Scene.EXAMPLE, rsa.selector(), "operator"));
        assertTrue(why.contains("is the only key that signs for example.com"), why);
        Scene.done(scene.life.retire(Scene.EXAMPLE, other.selector(), "operator"));
        assertEquals(rsa.selector(), scene.signing());
    }

    @Test
    @DisplayName("the RSA key vanishes: that is told, for the other key signs nothing")
    void vanishes() {
        var rsa = scene.active(KeyType.RSA);
        var other = scene.active(KeyType.ED25519);
        scene.rules = only(Scene.RSA, scene.rules);
        scene.publisher = Publisher.BY_HAND;
        scene.vanish(rsa);
        scene.tend();
        assertEquals(State.ACTIVE, scene.now(other).state());
        assertEquals(
                List.of(
                        "no key of the types in its `algorithms` is in the DNS any more, so none signs"),
                scene.said(LifeEvent.Kind.NO_KEY));
    }

    @Test
    @DisplayName("the other key vanishes: nothing is lost")
    void otherVanishes() {
        scene.active(KeyType.RSA);
        var other = scene.active(KeyType.ED25519);
        scene.rules = only(Scene.RSA, scene.rules);
        scene.publisher = Publisher.BY_HAND;
        scene.vanish(other);
        scene.tend();
        assertEquals(State.CREATED, scene.now(other).state());
        assertEquals(List.of(), scene.said(LifeEvent.Kind.NO_KEY));
    }

    @Test
    @DisplayName("only the RSA key gets successors by itself")
    void rotation() {
        scene.active(KeyType.RSA);
        scene.active(KeyType.ED25519);
        scene.rules = only(Scene.RSA, Scene.rotating(Duration.ofDays(60)));
        scene.live(Duration.ofDays(61));
        assertEquals(
                2, scene.keys.list().stream().filter(key -> key.type() == KeyType.RSA).count());
        assertEquals(
                1, scene.keys.list().stream().filter(key -> key.type() == KeyType.ED25519).count());
    }
}
