package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.KeyType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("a process that ends between any two steps takes up again where it was")
class CrashTest {
    private static final Duration DAY = Duration.ofDays(1);

    /// Lives without a death.
    private static final Map<Boolean, Life> WHOLE = new HashMap<>();

    /// One life, with a death at one of the points that it comes through.
    private static final class Life {
        private final Scene scene = new Scene();
        private final int deadly;
        private int points;
        private final Set<String> vanished = new HashSet<>();
        private final Map<String, List<String>> texts = new TreeMap<>();

        Life(int deadly, boolean slots) {
            this.deadly = deadly;
            scene.rules =
                    new LifeRules(
                            true,
                            slots ? Optional.of(Scene.SLOTS) : Optional.empty(),
                            2048,
                            Duration.ZERO,
                            Scene.RETIRE,
                            Scene.REVOKED,
                            Duration.ofHours(18),
                            Scene.BOTH);
            if (slots) {
                scene.aliases();
            }
            scene.publisher = this::publish;
            scene.disk.around(this::point, this::point);
        }

        private void point() {
            check();
            if (points++ == deadly) {
                throw new Scene.Died();
            }
        }

        private Publisher.Published publish(Publisher.Change change) {
            point();
            var key = change.key();
            var its =
                    texts.computeIfAbsent(
                            key.recordName() + "#" + key.generation(), _ -> new ArrayList<>());
            var text = change.text().orElse("nothing");
            if (its.isEmpty() || !its.getLast().equals(text)) {
                its.add(text);
            }
            var came = scene.show(change);
            point();
            return came;
        }

        /// What has to hold at every time.
        private void check() {
            var types = new ArrayList<KeyType>();
            for (var ready : scene.keys.signingKeys(Scene.EXAMPLE)) {
                var key = ready.key();
                assertFalse(types.contains(key.type()), "two sign: " + scene.states());
                types.add(key.type());
                assertTrue(
                        vanished.contains(key.publicKey())
                                || scene.zone.shows(key.recordName(), key.recordText()),
                        () -> key + " signs and is not in the DNS");
            }
        }

        /// What an operator does, and does again when it was not done.
        private void operator(Runnable command) {
            var before = visible();
            try {
                command.run();
            } catch (Scene.Died e) {
                scene.restart();
                if (visible().equals(before)) {
                    command.run();
                }
            }
        }

        /// What an operator sees of the keys.
        private List<String> visible() {
            return scene.keys.list().stream()
                    .map(key -> key.recordName() + key.state() + key.compromised())
                    .toList();
        }

        private void live(Duration time) {
            scene.live(time);
            check();
        }

        Life run() {
            operator(() -> scene.begin(KeyType.RSA));
            live(DAY);
            operator(() -> scene.begin(KeyType.ED25519));
            live(DAY);
            operator(() -> scene.rotate(Scene.RSA));
            live(Scene.RETIRE.plus(DAY));
            live(Scene.REVOKED.plus(DAY));
            operator(() -> scene.stolen(Scene.BOTH));
            live(DAY);
            for (var ready : scene.keys.signingKeys(Scene.EXAMPLE)) {
                scene.vanish(ready.key());
                vanished.add(ready.key().publicKey());
            }
            scene.tend();
            vanished.clear();
            live(DAY);
            live(Scene.REVOKED.plus(DAY));
            return this;
        }
    }

    private static int points(boolean slots) {
        var whole = new Life(-1, slots).run();
        assertEquals(
                slots
                        ? "s1 removed, e1 removed, s2 removed, e2 active, s1#2 active"
                        : "r20261122a removed, e20261123a removed, r20261124a removed, e20270107b active, r20270107a active",
                whole.scene.states());
        return whole.points;
    }

    static Stream<Arguments> deaths() {
        return Stream.of(false, true)
                .flatMap(slots ->
                        IntStream.range(0, points(slots)).mapToObj(i -> Arguments.of(slots, i)));
    }

    @ParameterizedTest(name = "with slots {0}: dead at point {1}")
    @MethodSource("deaths")
    void resumes(boolean slots, int deadly) {
        var whole = WHOLE.computeIfAbsent(slots, its -> new Life(-1, its).run());
        var life = new Life(deadly, slots).run();
        assertTrue(life.points > deadly, "it died");
        assertEquals(whole.scene.states(), life.scene.states());
        assertEquals(whole.scene.signing(), life.scene.signing());
        assertEquals(whole.texts.keySet(), life.texts.keySet());
        for (var its : life.texts.entrySet()) {
            var kinds = its.getValue().stream().map(CrashTest::kind).toList();
            assertEquals(
                    whole.texts.getOrDefault(its.getKey(), List.of()).stream()
                            .map(CrashTest::kind)
                            .toList(),
                    kinds,
                    its.getKey());
            assertEquals(kinds.size(), its.getValue().stream().distinct().count(), its.getKey());
        }
        life.scene.disk.around(() -> {}, () -> {});
        assertEquals(
                life.scene.keys.list().size(),
                life.scene.disk.open(life.scene.clock).list().size());
    }

    private static String kind(String text) {
        return text.equals("nothing") ? text : text.endsWith("p=") ? "void" : "key";
    }
}
