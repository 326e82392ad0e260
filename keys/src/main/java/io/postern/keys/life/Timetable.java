package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// When a domain's keys are to be tended next.
final class Timetable {
    /// For domains that have nothing to wait for.
    static final Duration IDLE = Duration.ofDays(1);

    private static final Duration AFTER_PUBLISHING = Duration.ofSeconds(15);
    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(5);

    /// While a record is everywhere, and older answers expire: seldom, for it may still vanish.
    private static final Duration WHILE_IT_SPREADS = Duration.ofMinutes(30);

    private static final Duration YOUNG = Duration.ofHours(1);

    private Timetable() {}

    /// @param published whether a new key's record was handed to the publisher just now
    static Instant next(
            List<DkimKey> keys, LifeRules rules, Looks looks, boolean published, Instant now) {
        var next = now.plus(IDLE);
        if (published) {
            next = now.plus(AFTER_PUBLISHING);
        }
        for (var key : keys) {
            if (key.state() == State.REMOVED) {
                continue;
            }
            next = earlier(next, next(key, rules, looks, now));
            if (key.compromised() && isInUse(key)) {
                next = earlier(next, now.plus(shorter(AFTER_TROUBLE, rules.watch())));
            }
        }
        // Never at once: what could be done now has been done.
        return later(next, now.plusSeconds(1));
    }

    private static boolean isInUse(DkimKey key) {
        return key.state() == State.ACTIVE || key.state() == State.RETIRING;
    }

    private static Instant next(DkimKey key, LifeRules rules, Looks looks, Instant now) {
        var look = rules.look() ? now.plus(interval(key, rules, looks, now)) : now.plus(IDLE);
        return switch (key.state()) {
            case CREATED -> sooner(look, key.sight().knownToAll(), now);
            case PUBLISHED -> look;
            case ACTIVE -> sooner(look, rules.successorDue(key), now);
            case RETIRING ->
                    sooner(look, key.lastSigned(now).map(at -> at.plus(rules.retire())), now);
            case REVOKED -> sooner(look, Optional.of(key.since().plus(rules.revoked())), now);
            case REMOVED -> now.plus(IDLE);
        };
    }

    /// What was due before was done, or could not be: then the next look is soon enough.
    private static Instant sooner(Instant look, Optional<Instant> due, Instant now) {
        return due.filter(at -> at.isAfter(now)).map(at -> earlier(look, at)).orElse(look);
    }

    private static Duration interval(DkimKey key, LifeRules rules, Looks looks, Instant now) {
        boolean trouble = looks.of(key).filter(Looked.Unknown.class::isInstance).isPresent();
        return switch (key.state()) {
            case CREATED ->
                    looks.isRight(key)
                            ? shorter(WHILE_IT_SPREADS, rules.watch())
                            : waiting(Duration.between(key.since(), now), rules);
            case PUBLISHED, ACTIVE, RETIRING, REVOKED ->
                    trouble ? shorter(AFTER_TROUBLE, rules.watch()) : rules.watch();
            case REMOVED -> IDLE;
        };
    }

    /// Whoever made a key waits for it at first, and forgets it later.
    private static Duration waiting(Duration age, LifeRules rules) {
        var fitting =
                age.compareTo(YOUNG) < 0
                        ? Duration.ofMinutes(1)
                        : age.compareTo(IDLE) < 0 ? AFTER_TROUBLE : WHILE_IT_SPREADS;
        return shorter(fitting, rules.watch());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
