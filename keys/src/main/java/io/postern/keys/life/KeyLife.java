package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    /// Signs queued mail of a stolen key anew.
    @FunctionalInterface
    public interface Resigning {
        /// Whether no queued message has a signature by that key any more. Blocks; called again
        /// later when it is false.
        boolean withoutSignaturesOf(DkimKey stolen);
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

    /// How long the servers of a zone may take to be of one mind before a record is handed to the
    /// publisher again.
    private static final Duration LAG = Duration.ofHours(1);

    private final DkimKeys keys;
    private final Means means;
    private final List<Lock> locks = new ArrayList<>();
    private final Set<String> resigned = ConcurrentHashMap.newKeySet();
    private final Map<String, String> told = new ConcurrentHashMap<>();
    private final Map<String, Handed> handed = new ConcurrentHashMap<>();

    private record Handed(Optional<String> text, Instant at) {}

    public KeyLife(DkimKeys keys, Means means) {
        this.keys = keys;
        this.means = means;
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
        return locked(domain, () -> tend(domain, rules.get()));
    }

    private Instant tend(Domain domain, LifeRules rules) {
        makeSuccessors(domain, rules);
        keys.list(domain).forEach(this::resign);
        var looks = rules.look() ? look(domain, rules) : new Looks(List.of());
        var now = now();
        var before = keys.list(domain);
        var steps = new Steps(rules, now, looks, key -> resigned.contains(id(key)));
        keys.change(domain, steps::next);
        var after = keys.list(domain);
        tell(domain, before, after, looks);
        boolean published = rules.look() && publish(domain, rules, looks, after);
        return Timetable.next(after, rules, looks, published, now);
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
                var wanted = wanted(key, rules, now);
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

    private static DkimKey.Shown wanted(DkimKey key, LifeRules rules, Instant now) {
        boolean over =
                key.state() == State.REVOKED && !key.since().plus(rules.revoked()).isAfter(now);
        return over ? DkimKey.Shown.NOTHING : key.state().record();
    }

    /// Whether a new key's record was handed to the domain's publisher.
    private boolean publish(Domain domain, LifeRules rules, Looks looks, List<DkimKey> all) {
        var now = now();
        boolean any = false;
        for (var key : all) {
            var one = looks.one(key);
            if (key.state() == State.REMOVED || one.isEmpty()) {
                continue;
            }
            var wanted = wanted(key, rules, now);
            boolean another = one.get().wanted() != wanted;
            if (another
                    || (one.get().looked() instanceof Looked.Wrong wrong && !isForeign(wrong))) {
                any |= publish(domain, rules, key, wanted) && key.state() == State.CREATED;
            }
        }
        return any;
    }

    /// Whether that was handed over a short time ago: servers that lag are waited for, not asked
    /// again. When it has been seen since, it vanished.
    private boolean isUnderWay(DkimKey key, Optional<String> text) {
        var last = handed.get(id(key));
        return last != null
                && last.text().equals(text)
                && last.at().plus(LAG).isAfter(now())
                && key.sight().seenAt().map(seen -> !seen.isAfter(last.at())).orElse(true);
    }

    private static boolean isForeign(Looked.Wrong wrong) {
        return wrong.findings().stream()
                .anyMatch(finding -> finding.kind() == Finding.Kind.FOREIGN_KEY);
    }

    private boolean publish(Domain domain, LifeRules rules, DkimKey key, DkimKey.Shown wanted) {
        var name = rules.place(key);
        var text =
                wanted == DkimKey.Shown.NOTHING
                        ? Optional.<String>empty()
                        : Optional.of(key.recordText());
        if (isUnderWay(key, text)) {
            return false;
        }
        var came = means.publisher().apply(domain).publish(new Publisher.Change(key, name, text));
        switch (came) {
            case Publisher.Published.Done() -> {
                handed.put(id(key), new Handed(text, now()));
                told.remove(id(key));
            }
            case Publisher.Published.ByHand() ->
                    tellOnce(LifeEvent.Kind.BY_HAND, key, byHand(name, text));
            case Publisher.Published.Failed(var why) ->
                    tellOnce(
                            LifeEvent.Kind.NOT_PUBLISHED,
                            key,
                            name + " could not be published: " + why);
        }
        return came instanceof Publisher.Published.Done;
    }

    private static String byHand(String name, Optional<String> text) {
        return text.map(record -> "publish at %s the TXT record %s".formatted(name, record))
                .orElseGet(() -> "remove the TXT record at " + name);
    }

    /// Makes the next key of each type whose key has signed for long enough.
    private void makeSuccessors(Domain domain, LifeRules rules) {
        var now = now();
        for (var key : keys.list(domain)) {
            boolean due =
                    key.state() == State.ACTIVE
                            && !key.compromised()
                            && rules.successorDue(key).map(at -> !at.isAfter(now)).orElse(false);
            if (due && candidate(domain, key.type()).isEmpty()) {
                // A slot that is not free yet will be at one of the next rounds.
                make(
                        domain,
                        key.type(),
                        rules,
                        "rotation: %s signs since %s"
                                .formatted(key.selector(), key.firstActive().orElseThrow()));
            }
        }
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
            means.events()
                    .accept(new LifeEvent(LifeEvent.Kind.MADE, domain, Optional.of(key), cause));
        }
        return made;
    }

    private Outcome<DkimKey> makeInSlot(
            Domain domain, KeyType type, LifeRules rules, String cause) {
        var free =
                LifeRules.slotsOf(type).stream()
                        .filter(slot ->
                                keys.find(domain, slot)
                                        .map(key -> key.state() == State.REMOVED)
                                        .orElse(true))
                        .findFirst();
        return free.isEmpty()
                ? new Outcome.Refused<>(
                        "no slot for a key of type %s is free: %s"
                                .formatted(type.tag(), states(domain, type)))
                : keys.createInSlot(domain, type, free.get(), rules.bits(), cause);
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
                () -> {
                    var made = new ArrayList<DkimKey>();
                    for (var type : types.stream().sorted().toList()) {
                        switch (make(domain, type, rules.get().withBits(bits), by)) {
                            case Outcome.Done<DkimKey>(var key) -> made.add(key);
                            case Outcome.Refused<DkimKey>(var why) -> {
                                return new Outcome.Refused<>(why);
                            }
                        }
                    }
                    return new Outcome.Done<>(made);
                });
    }

    /// Makes the successors of a domain's keys now.
    ///
    /// @param types those to rotate
    /// @param compromised whether somebody else may have the keys of these types: then none of them
    ///   is kept for longer than its successor needs to be visible
    /// @param by who wants it, in words
    /// @return the new keys
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
        if (compromised) {
            // First, so that nothing that happens later can leave a stolen key unmarked.
            keys.change(
                    domain,
                    all ->
                            all.stream()
                                    .map(key -> types.contains(key.type()) ? stolen(key) : key)
                                    .toList());
        }
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

    private static DkimKey stolen(DkimKey key) {
        return switch (key.state()) {
            case CREATED, PUBLISHED, ACTIVE, RETIRING -> key.asCompromised();
            case REVOKED, REMOVED -> key;
        };
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
                    boolean last =
                            key.state() == State.ACTIVE && keys.signingKeys(domain).size() == 1;
                    if (last) {
                        return new Outcome.Refused<>(
                                "%s is the only key that signs for %s: make its successor with `postern dkim rotate %s`"
                                        .formatted(selector, domain.name(), domain.name()));
                    }
                    return switch (key.state()) {
                        case RETIRING, REVOKED, REMOVED ->
                                new Outcome.Refused<>(
                                        "%s is %s already".formatted(selector, key.state().word()));
                        case CREATED, PUBLISHED, ACTIVE -> {
                            var retired = key.with(State.RETIRING, now(), by);
                            keys.change(
                                    domain,
                                    all ->
                                            all.stream()
                                                    .map(one -> one.isSame(key) ? retired : one)
                                                    .toList());
                            yield new Outcome.Done<>(retired);
                        }
                    };
                });
    }

    private static <T> Outcome<T> notOurs(Domain domain) {
        return new Outcome.Refused<>(
                domain.name()
                        + " is not a domain of this gateway: add a [[domain]] with that name to the configuration");
    }

    private void resign(DkimKey key) {
        boolean due =
                key.compromised()
                        && key.state() == State.RETIRING
                        && key.lastSigned(now()).isPresent()
                        && !resigned.contains(id(key));
        if (due && means.resigning().withoutSignaturesOf(key)) {
            resigned.add(id(key));
        }
    }

    private void tell(Domain domain, List<DkimKey> before, List<DkimKey> after, Looks looks) {
        for (int i = 0; i < after.size(); i++) {
            var key = after.get(i);
            var old = before.get(i);
            for (var change : key.history().subList(old.history().size(), key.history().size())) {
                boolean back = change.state() == State.CREATED;
                means.events()
                        .accept(
                                new LifeEvent(
                                        back ? LifeEvent.Kind.VANISHED : LifeEvent.Kind.MOVED,
                                        domain,
                                        Optional.of(key),
                                        change.state().word() + ": " + change.cause()));
            }
            boolean needed = key.state() == State.RETIRING && key.lastSigned(now()).isPresent();
            if (needed && !key.compromised() && looks.isWrong(key)) {
                tellOnce(
                        LifeEvent.Kind.VANISHED,
                        key,
                        "mail on its way that it signed can't be verified: " + key.sight().words());
            }
        }
        boolean signed = before.stream().anyMatch(key -> key.state() == State.ACTIVE);
        boolean signs = after.stream().anyMatch(key -> key.state() == State.ACTIVE);
        if (signed && !signs) {
            means.events()
                    .accept(
                            new LifeEvent(
                                    LifeEvent.Kind.NO_KEY,
                                    domain,
                                    Optional.empty(),
                                    "no key of the domain is in the DNS any more, so none signs"));
        }
    }

    /// The same words about the same key are not said at each round.
    private void tellOnce(LifeEvent.Kind kind, DkimKey key, String words) {
        if (!words.equals(told.put(id(key), words))) {
            means.events().accept(new LifeEvent(kind, key.domain(), Optional.of(key), words));
        }
    }

    private static String id(DkimKey key) {
        return key.recordName() + "/" + key.generation();
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
