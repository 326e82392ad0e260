package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("rotation: by age, by command, and when a key was stolen")
class RotationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Scene scene = new Scene();

    @Test
    @DisplayName("by age: the next key is made in time, once, and takes over when it is known")
    void byAge() {
        scene.rules = Scene.rotating(Duration.ofDays(60));
        var first = scene.active(KeyType.ED25519);
        var due = scene.rules.successorDue(first).orElseThrow();
        scene.live(Duration.between(scene.clock.instant(), due).minusSeconds(1));
        assertEquals(1, scene.keys.list().size());
        scene.publisher = Publisher.BY_HAND;
        scene.after(SECOND);
        assertEquals(2, scene.keys.list().size());
        scene.live(Duration.ofDays(30));
        assertEquals(2, scene.keys.list().size(), "not another while this one waits for its hand");
        assertEquals(first.selector(), scene.signing());
        var second = scene.keys.list().getLast();
        scene.appear(second);
        scene.live(Duration.ofHours(4));
        assertEquals(second.selector(), scene.signing());
    }

    @Test
    @DisplayName("domains rotate at times of their own, early by less than a sixth")
    void spread() {
        var after = Duration.ofDays(180);
        var rules = Scene.rotating(after);
        var key = scene.active(KeyType.ED25519);
        var first = key.firstActive().orElseThrow();
        var buckets = new int[30];
        for (int i = 0; i < 3_000; i++) {
            var other =
                    new DkimKey(
                            Domain.of("d" + i + ".example"),
                            "s",
                            1,
                            key.type(),
                            key.bits(),
                            key.publicKey(),
                            key.createdAt(),
                            key.history(),
                            false,
                            false,
                            key.sight());
            var early =
                    Duration.between(rules.successorDue(other).orElseThrow(), first.plus(after));
            assertFalse(early.isNegative());
            buckets[Math.toIntExact(early.toDays())]++;
        }
        for (var bucket : buckets) {
            assertTrue(bucket > 40 && bucket < 200, List.of(bucket).toString());
        }
    }

    @Test
    @DisplayName("each type for itself")
    void typesApart() {
        var rsa = scene.active(KeyType.RSA);
        scene.active(KeyType.ED25519);
        scene.after(DAY);
        var next = scene.rotate(Scene.ED25519);
        assertEquals(List.of(KeyType.ED25519), next.stream().map(DkimKey::type).toList());
        scene.live(DAY);
        assertEquals(rsa.selector() + " " + next.getFirst().selector(), scene.signing());
        assertEquals("created published active", scene.path(rsa));
    }

    @Test
    @DisplayName("under way already: refused, with the key that is on its way")
    void underWay() {
        scene.active(KeyType.RSA);
        var next = scene.rotate(Scene.RSA).getFirst();
        var why = Scene.refused(scene.life.rotate(Scene.EXAMPLE, Scene.BOTH, false, "another"));
        assertTrue(
                why.contains("under way already: " + next.selector() + " is created since"), why);
        assertEquals(2, scene.keys.list().size(), "nothing of it was done");
    }

    @Test
    @DisplayName("two operators at once: one of them rotates")
    void twoOperators() throws Exception {
        scene.active(KeyType.RSA);
        scene.active(KeyType.ED25519);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Boolean> operator =
                    () ->
                            scene.life.rotate(Scene.EXAMPLE, Scene.BOTH, false, "operator")
                                    instanceof Outcome.Done;
            var both = threads.invokeAll(List.of(operator, operator, operator, operator));
            int won = 0;
            for (var one : both) {
                won += one.get() ? 1 : 0;
            }
            assertEquals(1, won);
        }
        for (var type : KeyType.values()) {
            assertEquals(
                    1,
                    scene.keys.list().stream()
                            .filter(key -> key.type() == type && key.state() == State.CREATED)
                            .count());
        }
    }

    @Test
    @DisplayName("a publisher that hangs keeps nobody from a stolen key")
    void publisherHangs() throws Exception {
        var first = scene.active(KeyType.RSA);
        var hangs = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        scene.publisher =
                change -> {
                    hangs.countDown();
                    awaitUninterruptibly(goOn);
                    return scene.show(change);
                };
        scene.begin(KeyType.ED25519);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var round = threads.submit(() -> scene.life.tend(Scene.EXAMPLE));
            hangs.await();
            var next = threads.submit(() -> scene.stolen(Scene.RSA));
            assertEquals(1, next.get(10, TimeUnit.SECONDS).size());
            assertTrue(scene.now(first).compromised());
            var other = threads.submit(() -> scene.life.tend(Scene.EXAMPLE));
            other.get(10, TimeUnit.SECONDS);
            assertEquals(
                    1,
                    scene.changes.stream().filter(c -> c.key().type() == KeyType.ED25519).count());
            goOn.countDown();
            round.get(10, TimeUnit.SECONDS);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("before a key is void, mail that is held with its signature is signed anew")
    void heldForLonger() {
        var first = scene.active(KeyType.RSA);
        scene.rotate(Scene.RSA);
        scene.resigns = false;
        scene.live(Duration.ofDays(1).plus(Scene.RETIRE));
        assertEquals(State.RETIRING, scene.now(first).state());
        scene.resigns = true;
        scene.live(Duration.ofHours(6));
        assertEquals(State.REVOKED, scene.now(first).state());
    }

    @Test
    @DisplayName("held mail that can't be signed anew keeps a key for seven days more")
    void heldAndStuck() {
        var first = scene.active(KeyType.RSA);
        scene.rotate(Scene.RSA);
        scene.resigns = false;
        scene.live(Duration.ofDays(8).plus(Scene.RETIRE));
        assertEquals(State.REVOKED, scene.now(first).state());
    }

    @Test
    @DisplayName("stolen: the successor signs when it is known, then the old key is void")
    void stolen() {
        var first = scene.active(KeyType.RSA);
        scene.after(DAY);
        var second = scene.stolen(Scene.RSA).getFirst();
        scene.live(StillZone.NEGATIVE_TTL);
        assertEquals(first.selector(), scene.signing(), "until then it signs on");
        scene.live(Duration.ofMinutes(1));
        assertEquals(second.selector(), scene.signing());
        scene.live(Duration.ofMinutes(5));
        assertEquals(State.REVOKED, scene.now(first).state());
        assertTrue(scene.zone.shows(first.recordName(), "v=DKIM1; k=rsa; p="));
        assertEquals(
                "compromised; queued mail is signed anew",
                scene.now(first).history().getLast().cause());
    }

    @Test
    @DisplayName("stolen, and queued mail can't be signed anew: void after an hour")
    void stolenAndStuck() {
        var first = scene.active(KeyType.RSA);
        scene.resigns = false;
        scene.stolen(Scene.RSA);
        scene.live(StillZone.NEGATIVE_TTL.plusMinutes(1));
        assertEquals(State.RETIRING, scene.now(first).state());
        var since = scene.now(first).since();
        scene.live(Duration.between(scene.clock.instant(), since.plus(HOUR)).minusSeconds(1));
        assertEquals(State.RETIRING, scene.now(first).state());
        scene.live(Duration.ofMinutes(6));
        assertEquals(State.REVOKED, scene.now(first).state());
    }

    @Test
    @DisplayName("stolen before it signed: void at once, never signs, and is no way back")
    void stolenEarly() {
        var first = scene.active(KeyType.RSA);
        var second = scene.rotate(Scene.RSA).getFirst();
        scene.tend();
        var third = scene.stolen(Scene.RSA).getFirst();
        scene.tend();
        assertEquals("created retiring revoked", scene.path(second));
        scene.live(DAY);
        assertEquals(third.selector(), scene.signing());
        scene.vanish(third);
        scene.publisher = _ -> new Publisher.Published.Failed("the provider is down");
        scene.tend();
        assertEquals("", scene.signing());
        assertEquals(State.REVOKED, scene.now(first).state());
    }

    @Test
    @DisplayName("stolen, said twice: the successor that waits is not the stolen one")
    void stolenTwice() {
        var first = scene.active(KeyType.RSA);
        var second = scene.stolen(Scene.RSA).getFirst();
        scene.tend();
        assertEquals(second.selector(), scene.stolen(Scene.RSA).getFirst().selector());
        assertEquals(2, scene.keys.list().size(), "no third");
        scene.live(DAY);
        assertEquals(State.REVOKED, scene.now(first).state());
        assertEquals(second.selector(), scene.signing());
        var third = scene.stolen(Scene.RSA).getFirst();
        assertTrue(scene.now(second).compromised(), "it signed: this time it is the stolen one");
        scene.live(DAY);
        assertEquals(third.selector(), scene.signing());
    }

    @Test
    @DisplayName("stolen while it is gone from the DNS: it does not sign when it is back there")
    void stolenWhileVanished() {
        var first = scene.active(KeyType.RSA);
        scene.publisher = Publisher.BY_HAND;
        scene.vanish(first);
        scene.tend();
        assertEquals(State.CREATED, scene.now(first).state());
        var second = scene.stolen(Scene.RSA).getFirst();
        scene.appear(first);
        scene.appear(second);
        scene.live(DAY);
        assertEquals(second.selector(), scene.signing());
        assertTrue(scene.now(first).compromised());
    }

    @Test
    @DisplayName("a stolen key is not put to use without the DNS either")
    void stolenWithoutDns() {
        scene.active(KeyType.RSA);
        var second = scene.rotate(Scene.RSA).getFirst();
        scene.stolen(Scene.RSA);
        var why =
                Scene.refused(
                        scene.keys.activateWithoutDns(
                                Scene.EXAMPLE, second.selector(), "operator"));
        assertTrue(why.contains("compromised"), why);
    }

    @Test
    @DisplayName("stolen, and the process dies before there is a successor: it is made then")
    void stolenAndDied() {
        var first = scene.active(KeyType.RSA);
        int[] writes = {0};
        scene.disk.around(
                () -> {
                    if (++writes[0] == 2) {
                        throw new Scene.Died();
                    }
                },
                () -> {});
        assertThrows(
                Scene.Died.class,
                () -> scene.life.rotate(Scene.EXAMPLE, Scene.RSA, true, "operator"));
        scene.restart();
        assertTrue(scene.now(first).compromised());
        scene.live(DAY);
        assertEquals(State.REVOKED, scene.now(first).state());
        assertEquals(2, scene.keys.list().size());
        assertEquals(scene.keys.list().getLast().selector(), scene.signing());
    }

    @Test
    @DisplayName("stolen, vanished from the DNS: it goes, and is said to have signed")
    void stolenAndVanished() {
        var first = scene.active(KeyType.RSA);
        scene.publisher = _ -> new Publisher.Published.Failed("the provider is down");
        scene.stolen(Scene.RSA);
        scene.vanish(first);
        scene.tend();
        assertEquals("", scene.signing());
        assertEquals("created published active created retiring", scene.path(first));
        assertEquals("compromised", scene.now(first).history().getLast().cause());
    }
}
