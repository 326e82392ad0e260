package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.LightKeys;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import io.postern.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/// One domain, its keys, its zone, and a clock that is moved by hand.
final class Scene {
    static final Domain EXAMPLE = Domain.of("example.com");
    static final Domain SLOTS = Domain.of("dkim.example.net");
    static final Set<KeyType> RSA = EnumSet.of(KeyType.RSA);
    static final Set<KeyType> ED25519 = EnumSet.of(KeyType.ED25519);
    static final Set<KeyType> BOTH = EnumSet.allOf(KeyType.class);

    /// A queue of five days, and seven more.
    static final Duration RETIRE = Duration.ofDays(12);

    static final Duration REVOKED = Duration.ofDays(30);
    static final LifeRules RULES =
            new LifeRules(
                    true,
                    Optional.empty(),
                    2048,
                    Duration.ZERO,
                    RETIRE,
                    REVOKED,
                    Duration.ofHours(6),
                    BOTH);

    /// The process ends here.
    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    final LightKeys disk = new LightKeys(new Random(20261122));
    final StillZone zone = new StillZone("ns1", "ns2");
    final List<LifeEvent> events = new ArrayList<>();
    final List<Publisher.Change> changes = new ArrayList<>();

    /// How records come into the zone; by way of it at once, unless a test says otherwise.
    Publisher publisher = this::show;

    LifeRules rules = RULES;

    /// Whether queued mail can be signed anew.
    boolean resigns = true;

    DkimKeys keys = disk.open(clock);
    KeyLife life = life();

    KeyLife life() {
        return new KeyLife(
                keys,
                new KeyLife.Means(
                        domain -> domain.equals(EXAMPLE) ? Optional.of(rules) : Optional.empty(),
                        _ ->
                                change -> {
                                    changes.add(change);
                                    return publisher.publish(change);
                                },
                        (key, wanted, its, ours) ->
                                new DnsLook(zone::survey).at(key, wanted, its, ours),
                        _ -> resigns,
                        events::add,
                        clock));
    }

    /// What a restart does.
    void restart() {
        keys = disk.open(clock);
        life = life();
    }

    Publisher.Published show(Publisher.Change change) {
        zone.put(change.name(), change.text());
        return new Publisher.Published.Done();
    }

    static LifeRules slots() {
        return with(RULES.rotateAfter(), Optional.of(SLOTS), true);
    }

    static LifeRules rotating(Duration after) {
        return with(after, Optional.empty(), true);
    }

    static LifeRules with(Duration rotateAfter, Optional<Domain> slots, boolean look) {
        return new LifeRules(look, slots, 2048, rotateAfter, RETIRE, REVOKED, RULES.watch(), BOTH);
    }

    /// The aliases that an operator puts into the zone once.
    void aliases() {
        for (var type : KeyType.values()) {
            for (var slot : LifeRules.slotsOf(type)) {
                zone.alias(slot + "._domainkey.example.com", slot + ".example.com." + SLOTS.name());
            }
        }
    }

    static <T> T done(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var why) -> throw new AssertionError(why);
        };
    }

    static String refused(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Done<?>(var value) -> throw new AssertionError("done: " + value);
            case Outcome.Refused<?>(var why) -> why;
        };
    }

    DkimKey begin(KeyType type) {
        return done(life.begin(EXAMPLE, EnumSet.of(type), 2048, "test")).getFirst();
    }

    List<DkimKey> rotate(Set<KeyType> types) {
        return done(life.rotate(EXAMPLE, types, false, "operator"));
    }

    List<DkimKey> stolen(Set<KeyType> types) {
        return done(life.rotate(EXAMPLE, types, true, "stolen"));
    }

    /// Tends; when the process dies at it, what a restart does, and tends.
    Instant tend() {
        while (true) {
            try {
                return life.tend(EXAMPLE);
            } catch (Died e) {
                restart();
            }
        }
    }

    /// Moves the clock, then tends.
    Instant after(Duration time) {
        clock.advance(time);
        return tend();
    }

    /// Tends whenever it is due, for as long.
    void live(Duration time) {
        var end = clock.instant().plus(time);
        for (var next = tend(); !next.isAfter(end); next = tend()) {
            clock.advance(Duration.between(clock.instant(), next));
        }
        clock.advance(Duration.between(clock.instant(), end));
        tend();
    }

    /// Moves the clock to that time, which must be to come, then tends.
    Instant at(Instant time) {
        return after(Duration.between(clock.instant(), time));
    }

    /// A key that signs, seen in the DNS and waited for.
    DkimKey active(KeyType type) {
        var key = begin(type);
        live(Duration.ofHours(4));
        return now(key);
    }

    /// The same key as it is now.
    DkimKey now(DkimKey key) {
        return keys.list(EXAMPLE).stream().filter(key::isSame).findFirst().orElseThrow();
    }

    void vanish(DkimKey key) {
        zone.put(rules.place(key), Optional.empty());
    }

    void appear(DkimKey key) {
        zone.put(rules.place(key), Optional.of(key.recordText()));
    }

    /// Such as `r20261122a active, r20261122b created`, the older first.
    String states() {
        return keys.list(EXAMPLE).stream()
                .sorted(Comparator.comparing(DkimKey::createdAt))
                .map(key ->
                        key.selector()
                                + (key.generation() > 1 ? "#" + key.generation() : "")
                                + " "
                                + key.state().word())
                .collect(Collectors.joining(", "));
    }

    /// The states that a key went through.
    String path(DkimKey key) {
        return now(key).history().stream()
                .map(change -> change.state().word())
                .collect(Collectors.joining(" "));
    }

    /// The selectors that sign.
    String signing() {
        return keys.signingKeys(EXAMPLE).stream()
                .map(ready -> ready.key().selector())
                .collect(Collectors.joining(" "));
    }

    List<String> said(LifeEvent.Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).map(LifeEvent::words).toList();
    }
}
