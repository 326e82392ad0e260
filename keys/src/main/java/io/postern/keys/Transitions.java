package io.postern.keys;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// The rules that every change of keys is held against, and the one change that several ways lead
/// to.
public final class Transitions {
    private Transitions() {}

    /// @param before the keys of a domain
    /// @param after the same ones later
    /// @throws IllegalStateException when a rule is broken: a bug of ours, nothing was changed
    static void check(List<DkimKey> before, List<DkimKey> after) {
        if (before.size() != after.size()) {
            throw new IllegalStateException("keys were lost or added in a change");
        }
        for (int i = 0; i < before.size(); i++) {
            checkSteps(before.get(i), after.get(i));
        }
        var active = EnumSet.noneOf(KeyType.class);
        for (var key : after) {
            if (key.state() == DkimKey.State.ACTIVE && !active.add(key.type())) {
                throw new IllegalStateException(
                        "two active keys of type " + key.type().tag() + " of " + key.domain());
            }
        }
    }

    private static void checkSteps(DkimKey before, DkimKey after) {
        int known = before.history().size();
        if (!after.isSame(before)
                || after.history().size() < known
                || !after.history().subList(0, known).equals(before.history())) {
            throw new IllegalStateException("the history of " + before.recordName() + " changed");
        }
        for (int i = known; i < after.history().size(); i++) {
            var from = after.history().get(i - 1).state();
            var to = after.history().get(i).state();
            if (!from.next().contains(to)) {
                throw new IllegalStateException(
                        "%s can't go from %s to %s"
                                .formatted(before.recordName(), from.word(), to.word()));
            }
        }
    }

    /// Lets a key sign. What signed until then retires, and so does an older one of its type that
    /// never came so far.
    ///
    /// @param chosen the key in the state that it has to have then
    public static List<DkimKey> activate(
            List<DkimKey> keys, DkimKey chosen, Instant now, String cause) {
        var after = new ArrayList<DkimKey>();
        for (var key : keys) {
            if (key.isSame(chosen)) {
                after.add(active(chosen, now, cause));
            } else if (key.type() == chosen.type() && isSuperseded(key, chosen)) {
                after.add(
                        key.with(
                                DkimKey.State.RETIRING,
                                now,
                                chosen.selector() + " signs from now on"));
            } else {
                after.add(key);
            }
        }
        return after;
    }

    private static DkimKey active(DkimKey chosen, Instant now, String cause) {
        var published =
                chosen.state() == DkimKey.State.CREATED
                        ? chosen.with(DkimKey.State.PUBLISHED, now, cause)
                        : chosen;
        return published.with(DkimKey.State.ACTIVE, now, cause);
    }

    private static boolean isSuperseded(DkimKey key, DkimKey chosen) {
        return switch (key.state()) {
            case ACTIVE -> true;
            case CREATED, PUBLISHED -> key.createdAt().isBefore(chosen.createdAt());
            case RETIRING, REVOKED, REMOVED -> false;
        };
    }
}
