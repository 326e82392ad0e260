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

@DisplayName("how records are handed to a publisher")
class PublishingTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final String FOREIGN =
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    private final Scene scene = new Scene();

    @Test
    @DisplayName("by hand: what is to be done is said once")
    void byHand() {
        scene.publisher = Publisher.BY_HAND;
        var key = scene.begin(KeyType.ED25519);
        scene.live(DAY);
        assertEquals(
                List.of(
                        "publish at %s the TXT record %s"
                                .formatted(key.recordName(), key.recordText())),
                scene.said(LifeEvent.Kind.BY_HAND));
        assertEquals(
                State.CREATED, scene.now(key).state(), "a by-hand domain waits for its operator");
        scene.appear(key);
        scene.live(DAY);
        assertEquals(key.selector(), scene.signing());
        scene.begin(KeyType.RSA);
        Scene.done(scene.life.rotate(Scene.EXAMPLE, Scene.ED25519, true, "stolen"));
        assertEquals(1, scene.said(LifeEvent.Kind.BY_HAND).size());
    }

    @Test
    @DisplayName("a publisher that fails is asked again, and its words are said once")
    void failing() {
        scene.publisher = _ -> new Publisher.Published.Failed("the provider is down");
        var key = scene.begin(KeyType.ED25519);
        scene.live(Duration.ofMinutes(10));
        var asked = scene.changes.size();
        assertTrue(asked > 5, asked + " times");
        assertEquals(
                List.of(key.recordName() + " could not be published: the provider is down"),
                scene.said(LifeEvent.Kind.NOT_PUBLISHED));
        scene.publisher = scene::show;
        scene.live(Duration.ofHours(4));
        assertEquals(asked + 1, scene.changes.size());
        assertEquals(key.selector(), scene.signing());
    }

    @Test
    @DisplayName("servers that lag are waited for: asked once an hour")
    void lag() {
        scene.publisher =
                change -> {
                    scene.zone.put("ns1", change.name(), change.text());
                    return new Publisher.Published.Done();
                };
        scene.begin(KeyType.ED25519);
        scene.live(Duration.ofMinutes(59));
        assertEquals(1, scene.changes.size());
        scene.live(Duration.ofMinutes(2));
        assertEquals(2, scene.changes.size());
    }

    @Test
    @DisplayName("a record that was seen and is gone is handed over at once")
    void vanished() {
        var key = scene.begin(KeyType.ED25519);
        scene.live(Duration.ofMinutes(5));
        assertEquals(1, scene.changes.size());
        scene.vanish(key);
        scene.tend();
        assertEquals(2, scene.changes.size());
        assertTrue(scene.zone.shows(key.recordName(), key.recordText()));
    }

    @Test
    @DisplayName("a foreign record is never overwritten, not by a key, nor when that is given up")
    void foreign() {
        var signs = scene.active(KeyType.RSA);
        var key = scene.begin(KeyType.ED25519);
        scene.zone.put(key.recordName(), Optional.of(FOREIGN));
        var asked = scene.changes.size();
        scene.live(DAY);
        assertEquals(State.CREATED, scene.now(key).state());
        assertTrue(scene.now(key).sight().words().contains("not overwritten"));
        Scene.done(scene.life.retire(Scene.EXAMPLE, key.selector(), "operator"));
        scene.live(Scene.REVOKED.plus(DAY).plus(DAY));
        assertEquals(State.REMOVED, scene.now(key).state());
        assertEquals(asked, scene.changes.size());
        assertTrue(scene.zone.shows(key.recordName(), FOREIGN));
        assertEquals(signs.selector(), scene.signing());
    }

    @Test
    @DisplayName("a foreign record that came while the last hour of a void one passed stays")
    void foreignAtTheEnd() {
        var key = scene.active(KeyType.ED25519);
        scene.rotate(Scene.ED25519);
        scene.live(Scene.RETIRE.plus(DAY));
        assertEquals(State.REVOKED, scene.now(key).state());
        scene.zone.put(key.recordName(), Optional.of(FOREIGN));
        // Time passes while the servers are asked.
        var over = scene.now(key).since().plus(Scene.REVOKED);
        scene.clock.advance(Duration.between(scene.clock.instant(), over).minusSeconds(1));
        var slow =
                new KeyLife(
                        scene.keys,
                        new KeyLife.Means(
                                _ -> Optional.of(scene.rules),
                                _ -> scene.publisher,
                                (one, wanted, rules, ours) -> {
                                    scene.clock.advance(Duration.ofSeconds(1));
                                    return new DnsLook(scene.zone::survey)
                                            .at(one, wanted, rules, ours);
                                },
                                _ -> true,
                                scene.events::add,
                                scene.clock));
        slow.tend(Scene.EXAMPLE);
        slow.tend(Scene.EXAMPLE);
        assertTrue(scene.zone.shows(key.recordName(), FOREIGN));
        assertEquals(State.REMOVED, scene.now(key).state());
    }

    @Test
    @DisplayName("a record on its way to the servers is not forgotten when its key is given up")
    void onItsWay() {
        scene.active(KeyType.RSA);
        scene.publisher = _ -> new Publisher.Published.Done();
        var key = scene.begin(KeyType.ED25519);
        scene.tend();
        Scene.done(scene.life.retire(Scene.EXAMPLE, key.selector(), "operator"));
        scene.live(Duration.ofMinutes(10));
        assertEquals(State.REVOKED, scene.now(key).state());
        scene.zone.put(key.recordName(), Optional.of(key.recordText()));
        scene.publisher = scene::show;
        scene.live(DAY);
        assertTrue(scene.zone.shows(key.recordName(), "v=DKIM1; k=ed25519; p="));
        scene.live(Scene.REVOKED.plus(DAY));
        assertEquals(State.REMOVED, scene.now(key).state());
        assertEquals(Optional.empty(), scene.zone.text(key.recordName()));
    }

    @Test
    @DisplayName("a zone of which no server answers is left alone")
    void silent() {
        scene.zone.silence("ns1");
        scene.zone.silence("ns2");
        scene.begin(KeyType.ED25519);
        scene.live(DAY);
        assertEquals(List.of(), scene.changes);
    }
}
