package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.keys.KeyType;
import io.postern.keys.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What follows for a domain's keys from what the DNS showed and the time that passed. Pure.
final class Steps {
    /// Mail signed with a stolen key is signed anew before the key is void, but the thief does not
    /// wait for longer than that.
    static final Duration RESIGN_BOUND = Duration.ofHours(1);

    /// Held mail that an old key signed is signed anew before the key is void, but a queue that
    /// can't be read keeps no key for longer than that.
    static final Duration HELD_BOUND = Duration.ofDays(7);

    /// How long the servers of a zone may take to be of one mind.
    static final Duration LAG = Duration.ofHours(1);

    private static final Comparator<DkimKey> NEWER =
            Comparator.comparing(DkimKey::createdAt).thenComparing(DkimKey::selector);

    private final LifeRules rules;
    private final Instant now;
    private final Looks looks;
    private final Predicate<DkimKey> resigned;

    /// @param resigned whether queued mail that a stolen key signed is signed anew
    Steps(LifeRules rules, Instant now, Looks looks, Predicate<DkimKey> resigned) {
        this.rules = rules;
        this.now = now;
        this.looks = looks;
        this.resigned = resigned;
    }

    /// The keys of one domain, in the same order.
    List<DkimKey> next(List<DkimKey> keys) {
        var after = new ArrayList<>(keys);
        after.replaceAll(this::seen);
        after.replaceAll(this::published);
        withdraw(after);
        for (var type : KeyType.values()) {
            fallBack(after, type);
            after = new ArrayList<>(activate(after, type));
        }
        after.replaceAll(this::going);
        return after;
    }

    private DkimKey seen(DkimKey key) {
        if (key.state() == State.REMOVED) {
            return key;
        }
        var looked = looks.of(key);
        if (looked.isEmpty()) {
            return key;
        }
        return switch (looked.get()) {
            case Looked.Right(var earlier, _) ->
                    key.withSight(key.sight().right(now, earlier))
                            .withoutDns(key.withoutDns() && !showsKey(key));
            case Looked.Wrong wrong ->
                    key.withSight(key.sight().wrong(now, wrong.earlier(), wrong.words()));
            case Looked.Unknown(var why) -> key.withSight(key.sight().unknown(why));
        };
    }

    private static boolean showsKey(DkimKey key) {
        return key.state().record() == DkimKey.Shown.KEY;
    }

    private DkimKey published(DkimKey key) {
        if (key.state() != State.CREATED || key.compromised()) {
            return key;
        }
        if (!rules.look()) {
            return key.withoutDns(true)
                    .with(State.PUBLISHED, now, "the DNS is not looked at: check = \"off\"");
        }
        return isKnown(key)
                ? key.with(
                        State.PUBLISHED,
                        now,
                        "seen on every server, and older answers have expired")
                : key;
    }

    /// Also after the wait it must be there at this very look.
    private boolean isKnown(DkimKey key) {
        return looks.isRight(key)
                && key.sight().knownToAll().map(at -> !at.isAfter(now)).orElse(false);
    }

    /// A key that is not in the DNS any more signs no longer.
    private void withdraw(List<DkimKey> keys) {
        for (int i = 0; i < keys.size(); i++) {
            var key = keys.get(i);
            boolean usable = key.state() == State.ACTIVE || key.state() == State.PUBLISHED;
            if (usable && rules.look() && !key.withoutDns() && looks.isWrong(key)) {
                var gone = key.sight().words();
                keys.set(i, key.with(State.CREATED, now, "not in the DNS any more: " + gone));
            }
        }
    }

    /// While a key that signed has to come back into the DNS, the last one before it signs that
    /// nobody misses there: at once, or when that is so.
    private void fallBack(List<DkimKey> keys, KeyType type) {
        var its = keys.stream().filter(key -> key.type() == type).toList();
        if (its.stream().noneMatch(key -> key.state() == State.ACTIVE)) {
            its.stream()
                    .filter(key -> key.state() == State.CREATED && key.firstActive().isPresent())
                    .max(Comparator.comparing(DkimKey::since))
                    .ifPresent(gone -> fallBack(keys, gone));
        }
    }

    private void fallBack(List<DkimKey> keys, DkimKey gone) {
        keys.stream()
                .filter(key -> key.type() == gone.type() && key.state() == State.RETIRING)
                .filter(key -> !key.compromised() && key.lastSigned(now).isPresent())
                // One that was taken out of use after that stays so.
                .filter(key -> !key.since().isAfter(gone.since()))
                .filter(this::isKnown)
                .max(Comparator.comparing(key -> key.lastSigned(now).orElseThrow()))
                .ifPresent(key ->
                        keys.set(
                                keys.indexOf(key),
                                key.with(
                                        State.ACTIVE,
                                        now,
                                        "signs again, because %s is not in the DNS any more"
                                                .formatted(gone.selector()))));
    }

    private List<DkimKey> activate(List<DkimKey> keys, KeyType type) {
        var newest =
                keys.stream()
                        .filter(key -> key.type() == type && key.state() == State.PUBLISHED)
                        .filter(key -> !key.compromised())
                        .max(NEWER);
        if (newest.isEmpty()) {
            return keys;
        }
        boolean outrun =
                keys.stream()
                        .filter(key -> key.type() == type && key.state() == State.ACTIVE)
                        .filter(key -> !key.compromised())
                        .anyMatch(key -> NEWER.compare(key, newest.get()) > 0);
        if (outrun) {
            var after = new ArrayList<>(keys);
            after.replaceAll(key ->
                    key.equals(newest.get())
                            ? key.with(State.RETIRING, now, "a newer key signs already")
                            : key);
            return after;
        }
        return Transitions.activate(
                keys, newest.get(), now, newest.get().history().getLast().cause());
    }

    /// The way out: retiring, void, gone.
    private DkimKey going(DkimKey key) {
        return switch (key.state()) {
            case CREATED, PUBLISHED ->
                    key.compromised()
                            ? going(
                                    key.with(
                                            State.RETIRING,
                                            now,
                                            key.firstActive().isEmpty()
                                                    ? "compromised before it signed"
                                                    : "compromised"))
                            : key;
            case ACTIVE, REMOVED -> key;
            case RETIRING ->
                    revocation(key).map(cause -> key.with(State.REVOKED, now, cause)).orElse(key);
            case REVOKED -> isGone(key) ? key.with(State.REMOVED, now, "gone from the DNS") : key;
        };
    }

    /// Why a retiring key may be declared void now; empty when it may not.
    private Optional<String> revocation(DkimKey key) {
        var signed = key.lastSigned(now);
        if (signed.isEmpty()) {
            return Optional.of("it never signed");
        }
        if (key.compromised()) {
            if (resigned.test(key)) {
                return Optional.of("compromised; queued mail is signed anew");
            }
            return key.since().plus(RESIGN_BOUND).isAfter(now)
                    ? Optional.empty()
                    : Optional.of("compromised; queued mail could not be signed anew in time");
        }
        boolean may =
                rules.isOver(key, now)
                        && (resigned.test(key) || rules.isOver(key, now.minus(HELD_BOUND)));
        return may
                ? Optional.of("all mail that it signed has arrived or expired")
                : Optional.empty();
    }

    private boolean isGone(DkimKey key) {
        if (!rules.look()) {
            return !key.since().plus(rules.revoked()).isAfter(now);
        }
        // A record that was handed over shortly before may still be on its way to the servers.
        return looks.isAbsent(key) && !key.since().plus(LAG).isAfter(now);
    }
}
