package io.postern.keys.life;

import io.postern.keys.DkimKey;
import java.util.List;
import java.util.Optional;

/// What one round of looks at a domain's keys found. A look counts only for a key that is as it was
/// then.
///
/// @param all one for each key looked at
record Looks(List<One> all) {
    /// @param key as it was
    /// @param wanted what should have been there
    record One(DkimKey key, DkimKey.Shown wanted, Looked looked) {}

    Looks {
        all = List.copyOf(all);
    }

    /// The look at that key; empty when it was not looked at, or became another since.
    Optional<Looked> of(DkimKey key) {
        return one(key).map(One::looked);
    }

    Optional<One> one(DkimKey key) {
        return all.stream()
                .filter(one -> one.key().isSame(key))
                .filter(one -> startsWith(key.history(), one.key().history()))
                .findFirst();
    }

    private static boolean startsWith(
            List<DkimKey.StateChange> history, List<DkimKey.StateChange> then) {
        return history.size() >= then.size() && history.subList(0, then.size()).equals(then);
    }

    boolean isRight(DkimKey key) {
        return of(key).filter(Looked.Right.class::isInstance).isPresent();
    }

    boolean isWrong(DkimKey key) {
        return of(key).filter(Looked.Wrong.class::isInstance).isPresent();
    }

    /// Whether no server has any record under the key's name.
    boolean isAbsent(DkimKey key) {
        return one(key).filter(one ->
                        switch (one.looked()) {
                            case Looked.Right _ -> one.wanted() == DkimKey.Shown.NOTHING;
                            case Looked.Wrong wrong -> wrong.absent();
                            case Looked.Unknown _ -> false;
                        })
                .isPresent();
    }
}
