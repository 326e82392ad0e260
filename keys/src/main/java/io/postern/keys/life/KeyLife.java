package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Leads the keys of all domains through their lives: looks at the DNS, publishes, moves keys on,
/// makes their successors. Safe for many threads; one domain is worked on by one at a time.
///
/// Nothing is remembered but in the keys themselves: a process that ends between any two steps
/// takes up again where they are.
public final class KeyLife {
    /// Signs queued mail anew that a key signed which is stolen, or will be void.
    @FunctionalInterface
    public interface Resigning {
        /// Whether no queued message has a signature by that key any more. Blocks; called again
        /// later when it is false.
        boolean withoutSignaturesOf(DkimKey key);
    }

    /// What is around the keys.
    ///
    /// @param rules of a domain; empty when it is not ours, or not any more: its keys stay as they
    ///   are
    /// @param publisher of a domain
    /// @param events told after the keys are on stable storage; must not throw
    public record Means(
            Function<Domain, Optional<LifeRules>> rules,
            Function<Domain, Publisher> publisher,
            Look look,
            Resigning resigning,
            Consumer<LifeEvent> events,
            InstantSource clock) {}

    private static final int LOCKS = 256;

    private final DkimKeys keys;
    private final Means means;
    private final List<Lock> locks = new ArrayList<>();
    private final Set<String> resigned = ConcurrentHashMap.newKeySet();
    private final Set<Domain> publishes = ConcurrentHashMap.newKeySet();
    private final Telling telling;
    private final Publishing publishing;

    public KeyLife(DkimKeys keys, Means means) {
        this.keys = keys;
        this.means = means;
        telling = new Telling(means.events());
        publishing = new Publishing(telling, means.clock());
        for (int i = 0; i < LOCKS; i++) {
            locks.add(new ReentrantLock());
        }
    }

    /// Does for a domain what is due, and looks at all of its records. Blocks while the DNS is
    /// asked and publishers are at work, within their bounds.
    ///
    /// @return when to come back, at the latest
    /// @throws io.postern.store.StoreException when a change can't be kept: then it was not made
    public Instant tend(Domain domain) {
        var rules = means.rules().apply(domain);
        if (rules.isEmpty()) {
            return now().plus(Timetable.IDLE);
        }
        var turn = locked(domain, () -> turn(domain, rules.get()));
        // Not under the lock: a program that hangs must not keep operators from a stolen key.
        boolean published = rules.get().look() && publish(domain, rules.get(), turn);
        return Timetable.next(turn.after(), rules.get(), turn.looks(), published, turn.at());
    }

    /// What a look led to.
    private record Turn(List<DkimKey> after, Looks looks, Instant at) {}

    /// Hands over what is due, unless another thread is at it: then the next round does.
    private boolean publish(Domain domain, LifeRules rules, Turn turn) {
        if (!publishes.add(domain)) {
            return false;
        }
        try {
            return publishing.publish(
                    means.publisher().apply(domain),
                    rules,
                    turn.looks(),
                    turn.after(),
                    key -> keys.list(domain).contains(key));
        } finally {
            publishes.remove(domain);
        }
    }

    private Turn turn(Domain domain, LifeRules rules) {
        makeSuccessors(domain, rules);
        keys.list(domain).forEach(key -> resign(key, rules));
        var looks = rules.look() ? look(domain, rules) : new Looks(List.of());
        var now = now();
        var steps = new Steps(rules, now, looks, key -> resigned.contains(Telling.id(key)));
        var before = new ArrayList<DkimKey>();
        var after = new ArrayList<DkimKey>();
        keys.change(
                domain,
                all -> {
                    before.addAll(all);
                    after.addAll(steps.next(all));
                    return List.copyOf(after);
                });
        telling.round(domain, rules, before, after, looks, now);
        after.stream().filter(key -> key.state() == State.REMOVED).forEach(this::forget);
        return new Turn(List.copyOf(after), looks, now);
    }

    private void forget(DkimKey gone) {
        resigned.remove(Telling.id(gone));
        publishing.forget(gone);
    }

    /// Looks at a domain's records without any consequence.
    public Map<DkimKey, Looked> examine(Domain domain) {
        var rules = means.rules().apply(domain);
        var found = new HashMap<DkimKey, Looked>();
        rules.ifPresent(
                its -> look(domain, its).all().forEach(one -> found.put(one.key(), one.looked())));
        return found;
    }

    private Looks look(Domain domain, LifeRules rules) {
        var all = keys.list(domain);
        var now = now();
        var found = new ArrayList<Looks.One>();
        for (var key : all) {
            if (key.state() != State.REMOVED) {
                var wanted = wanted(key, all, rules, now);
                var looked = means.look().at(key, wanted, rules, all);
                if (key.state() == State.ACTIVE && looked instanceof Looked.Wrong) {
                    // Twice, for what follows is grave; a server may have been in the middle of a
                    // reload.
                    looked = means.look().at(key, wanted, rules, all);
                }
                found.add(new Looks.One(key, wanted, looked));
            }
        }
        return new Looks(found);
    }

    private static DkimKey.Shown wanted(
            DkimKey key, List<DkimKey> all, LifeRules rules, Instant now) {
        boolean over =
                key.state() == State.REVOKED
                        && (!key.since().plus(rules.revoked()).isAfter(now)
                                || isInTheWay(key, all, rules));
        return over ? DkimKey.Shown.NOTHING : key.state().record();
    }

    /// Whether the slot of a void key is needed for the successor of a stolen one.
    private static boolean isInTheWay(DkimKey key, List<DkimKey> all, LifeRules rules) {
        return rules.slots().isPresent()
                && all.stream()
                        .filter(one -> one.type() == key.type() && one.compromised())
                        .anyMatch(one -> one.state() == State.ACTIVE && !hasHeir(one, all));
    }

    /// Makes the next key of each type whose key has signed for long enough.
    private void makeSuccessors(Domain domain, LifeRules rules) {
        var now = now();
        var all = keys.list(domain);
        for (var key : all.stream().sorted(Comparator.comparing(DkimKey::type)).toList()) {
            boolean old = rules.successorDue(key).map(at -> !at.isAfter(now)).orElse(false);
            boolean due = key.state() == State.ACTIVE && (key.compromised() || old);
            if (due && !hasHeir(key, all)) {
                // A slot that is not free yet will be at one of the next rounds.
                make(
                        domain,
                        key.type(),
                        rules,
                        key.compromised()
                                ? key.selector() + " is compromised"
                                : "rotation: %s signs since %s"
                                        .formatted(
                                                key.selector(), key.firstActive().orElseThrow()));
            }
        }
    }

    /// Whether there is one to sign after that key: made, or on its way back into the DNS.
    private static boolean hasHeir(DkimKey key, List<DkimKey> all) {
        return all.stream()
                .filter(one -> one.type() == key.type() && !one.compromised())
                .filter(one -> one.state() == State.CREATED || one.state() == State.PUBLISHED)
                .anyMatch(one ->
                        one.firstActive().isEmpty() || one.createdAt().isAfter(key.createdAt()));
    }

    private Outcome<DkimKey> make(Domain domain, KeyType type, LifeRules rules, String cause) {
        Outcome<DkimKey> made =
                rules.slots().isPresent()
                        ? makeInSlot(domain, type, rules, cause)
                        : first(
                                keys.create(
                                        new DkimKeys.Wish(
                                                domain.name(),
                                                EnumSet.of(type),
                                                Optional.empty(),
                                                rules.bits(),
                                                cause)));
        if (made instanceof Outcome.Done<DkimKey>(var key)) {
            telling.made(key, cause);
        }
        return made;
    }

    private Outcome<DkimKey> makeInSlot(
            Domain domain, KeyType type, LifeRules rules, String cause) {
        var free = freeSlot(domain, type);
        return free.isEmpty()
                ? new Outcome.Refused<>(noSlot(domain, type))
                : keys.createInSlot(domain, type, free.get(), rules.bits(), cause);
    }

    private Optional<String> freeSlot(Domain domain, KeyType type) {
        return LifeRules.slotsOf(type).stream()
                .filter(slot ->
                        keys.find(domain, slot)
                                .map(key -> key.state() == State.REMOVED)
                                .orElse(true))
                .findFirst();
    }

    private String noSlot(Domain domain, KeyType type) {
        return "no slot for a key of type %s is free: %s"
                .formatted(type.tag(), states(domain, type));
    }

    /// Why keys of these types can't be made now; empty when they can.
    private Optional<String> obstacle(Domain domain, Set<KeyType> types, LifeRules rules) {
        return types.stream()
                .sorted()
                .filter(type -> rules.slots().isPresent() && freeSlot(domain, type).isEmpty())
                .map(type -> noSlot(domain, type))
                .findFirst();
    }

    private String states(Domain domain, KeyType type) {
        return String.join(
                ", ",
                keys.list(domain).stream()
                        .filter(key -> key.type() == type && key.state() != State.REMOVED)
                        .map(key -> key.selector() + " is " + key.state().word())
                        .toList());
    }

    private static Outcome<DkimKey> first(Outcome<List<DkimKey>> made) {
        return switch (made) {
            case Outcome.Done<List<DkimKey>>(var all) -> new Outcome.Done<>(all.getFirst());
            case Outcome.Refused<List<DkimKey>>(var why) -> new Outcome.Refused<>(why);
        };
    }

    /// The key of that type that is on its way to sign.
    private Optional<DkimKey> candidate(Domain domain, KeyType type) {
        return keys.list(domain).stream()
                .filter(key -> key.type() == type && !key.compromised())
                .filter(key -> key.state() == State.CREATED || key.state() == State.PUBLISHED)
                .filter(key -> key.lastSigned(now()).isEmpty())
                .findFirst();
    }

    /// Makes new keys; without selectors of their own, in a slot where the domain has slots.
    ///
    /// @param types at least one
    /// @param by who wants it, in words
    public Outcome<List<DkimKey>> begin(Domain domain, Set<KeyType> types, int bits, String by) {
        var rules = means.rules().apply(domain);
        if (rules.isEmpty()) {
            return notOurs(domain);
        }
        return locked(
                domain,
                () ->
                        obstacle(domain, types, rules.get())
                                .<Outcome<List<DkimKey>>>map(Outcome.Refused::new)
                                .orElseGet(() ->
                                        makeAll(domain, types, rules.get().withBits(bits), by)));
    }

    private Outcome<List<DkimKey>> makeAll(
            Domain domain, Set<KeyType> types, LifeRules rules, String by) {
        var made = new ArrayList<DkimKey>();
        for (var type : types.stream().sorted().toList()) {
            switch (make(domain, type, rules, by)) {
                case Outcome.Done<DkimKey>(var key) -> made.add(key);
                case Outcome.Refused<DkimKey>(var why) -> {
                    return new Outcome.Refused<>(why);
                }
            }
        }
        return new Outcome.Done<>(made);
    }

    /// Makes the successors of a domain's keys now.
    ///
    /// @param types those to rotate
    /// @param compromised whether somebody else may have the keys of these types: then none of them
    ///   is kept for longer than its successor needs to be visible
    /// @param by who wants it, in words
    /// @return the new keys, also those that were made before for the same reason; refused is also
    ///   when compromised keys were marked as such, but not all successors could be made: they are,
    ///   as soon as that is possible
    public Outcome<List<DkimKey>> rotate(
            Domain domain, Set<KeyType> types, boolean compromised, String by) {
        var rules = means.rules().apply(domain);
        if (rules.isEmpty()) {
            return notOurs(domain);
        }
        return locked(domain, () -> rotate(domain, types, compromised, by, rules.get()));
    }

    private Outcome<List<DkimKey>> rotate(
            Domain domain, Set<KeyType> types, boolean compromised, String by, LifeRules rules) {
        for (var type : types) {
            var under = candidate(domain, type);
            if (!compromised && under.isPresent()) {
                return new Outcome.Refused<>(
                        "a rotation of the %s key of %s is under way already: %s is %s since %s"
                                .formatted(
                                        type.tag(),
                                        domain.name(),
                                        under.get().selector(),
                                        under.get().state().word(),
                                        under.get().since()));
            }
        }
        return compromised
                ? replaceStolen(domain, types, by, rules)
                : obstacle(domain, types, rules)
                        .<Outcome<List<DkimKey>>>map(Outcome.Refused::new)
                        .orElseGet(() -> makeAll(domain, types, rules, by));
    }

    private Outcome<List<DkimKey>> replaceStolen(
            Domain domain, Set<KeyType> types, String by, LifeRules rules) {
        // First, so that nothing that happens later can leave a stolen key unmarked. Whoever tends
        // a marked key makes what it lacks.
        keys.change(
                domain,
                all ->
                        all.stream()
                                .map(key -> isStolen(key, types, all) ? key.asCompromised() : key)
                                .toList());
        var lacking = EnumSet.copyOf(types);
        lacking.removeIf(type -> candidate(domain, type).isPresent());
        var obstacle = obstacle(domain, lacking, rules);
        var possible = EnumSet.copyOf(lacking);
        possible.removeIf(type -> obstacle(domain, Set.of(type), rules).isPresent());
        return switch (makeAll(domain, possible, rules, by)) {
            case Outcome.Done<List<DkimKey>> _ when obstacle.isEmpty() ->
                    new Outcome.Done<>(candidates(domain, types));
            case Outcome.Done<List<DkimKey>> _ ->
                    new Outcome.Refused<>(
                            "the keys are marked as compromised, and the next are made as soon as that is possible: "
                                    + obstacle.get());
            case Outcome.Refused<List<DkimKey>> refused -> refused;
        };
    }

    private List<DkimKey> candidates(Domain domain, Set<KeyType> types) {
        return types.stream().sorted().flatMap(type -> candidate(domain, type).stream()).toList();
    }

    private static boolean isStolen(DkimKey key, Set<KeyType> types, List<DkimKey> all) {
        return types.contains(key.type()) && isInUse(key) && !isHeirOfStolen(key, all);
    }

    /// Whether it was made to follow a stolen key and waits for that: the thief can't have it, and
    /// whoever says a second time that the old one is stolen does not mean it.
    private static boolean isHeirOfStolen(DkimKey key, List<DkimKey> all) {
        boolean waits = key.state() == State.CREATED || key.state() == State.PUBLISHED;
        return waits
                && !key.compromised()
                && key.firstActive().isEmpty()
                && all.stream()
                        .filter(one -> one.type() == key.type() && isInUse(one))
                        .anyMatch(DkimKey::compromised);
    }

    private static boolean isInUse(DkimKey key) {
        return key.state().record() == DkimKey.Shown.KEY;
    }

    /// Takes a key out of use: one that never signed is void at once, one that did stays in the DNS
    /// for the mail on its way.
    ///
    /// @param by who wants it, in words
    public Outcome<DkimKey> retire(Domain domain, String selector, String by) {
        return locked(
                domain,
                () -> {
                    var found = keys.find(domain, selector);
                    if (found.isEmpty()) {
                        return new Outcome.Refused<>(
                                "there is no key " + selector + " of " + domain.name());
                    }
                    var key = found.get();
                    if (isLast(key)) {
                        return new Outcome.Refused<>(
                                "%s is the only key that signs for %s: make its successor with `postern dkim rotate %s`"
                                        .formatted(selector, domain.name(), domain.name()));
                    }
                    return switch (key.state()) {
                        case RETIRING, REVOKED, REMOVED ->
                                new Outcome.Refused<>(
                                        "%s is %s already".formatted(selector, key.state().word()));
                        case CREATED, PUBLISHED, ACTIVE -> {
                            var retired = keys.change(domain, all -> retired(all, key, now(), by));
                            yield retired.isEmpty()
                                    ? new Outcome.Refused<>(
                                            selector + " was moved in this very moment: try again")
                                    : new Outcome.Done<>(retired.getFirst());
                        }
                    };
                });
    }

    /// Whether it signs, and no other key does. One of a type that mail is not signed with is no
    /// other.
    private boolean isLast(DkimKey key) {
        var usable =
                means.rules()
                        .apply(key.domain())
                        .map(LifeRules::types)
                        .orElse(EnumSet.allOf(KeyType.class));
        return key.state() == State.ACTIVE
                && usable.contains(key.type())
                && keys.signingKeys(key.domain()).stream()
                                .filter(ready -> usable.contains(ready.key().type()))
                                .count()
                        == 1;
    }

    /// Nobody else can have moved it while the domain is locked but whoever put it to use.
    private static List<DkimKey> retired(
            List<DkimKey> all, DkimKey key, Instant now, String cause) {
        return all.stream()
                .map(one ->
                        one.isSame(key) && one.state() == key.state()
                                ? one.with(State.RETIRING, now, cause)
                                : one)
                .toList();
    }

    private static <T> Outcome<T> notOurs(Domain domain) {
        return new Outcome.Refused<>(
                domain.name()
                        + " is not a domain of this gateway: add a [[domain]] with that name to the configuration");
    }

    private void resign(DkimKey key, LifeRules rules) {
        // Mail may be held for longer than any key is kept; what leaves must verify.
        boolean due =
                key.state() == State.RETIRING
                        && key.lastSigned(now()).isPresent()
                        && (key.compromised() || rules.isOver(key, now()))
                        && !resigned.contains(Telling.id(key));
        if (due && means.resigning().withoutSignaturesOf(key)) {
            resigned.add(Telling.id(key));
        }
    }

    private <T> T locked(Domain domain, Supplier<T> work) {
        var lock = locks.get(Math.floorMod(domain.hashCode(), LOCKS));
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /// Milliseconds, as they are kept.
    private Instant now() {
        return means.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
