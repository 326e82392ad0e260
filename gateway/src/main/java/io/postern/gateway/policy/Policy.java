package io.postern.gateway.policy;

import io.postern.store.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The checks in their order. Immutable; a reload makes a new one, which sessions take up at their
/// next command.
public record Policy(List<Check> checks) {
    public static final Policy NONE = new Policy(List.of());

    public Policy {
        checks = List.copyOf(checks);
    }

    /// What the checks make of a situation together.
    ///
    /// @param refusal the first refusal; null when nobody refuses
    /// @param decisions for the decision record, in order
    /// @param delay how long the reply waits, whatever it is: the longest that a check asked for
    public record Outcome(
            Opinion.@Nullable Refuse refusal,
            List<Decision> decisions,
            List<Opinion.Remark> remarks,
            Duration delay) {
        private static final Outcome NOTHING =
                new Outcome(null, List.of(), List.of(), Duration.ZERO);
    }

    /// Asks the checks until one refuses or allows.
    public Outcome ask(Situation situation) {
        var gathered = new Gathered();
        for (var check : checks) {
            if (!gathered.add(check.ask(situation))) {
                break;
            }
        }
        return gathered.outcome();
    }

    /// What was said so far. Most situations leave it empty, so it makes its lists late.
    private static final class Gathered {
        private Opinion.@Nullable Refuse refusal;
        private @Nullable List<Decision> decisions;
        private @Nullable List<Opinion.Remark> remarks;
        private Duration wait = Duration.ZERO;

        /// @return whether the next one is asked
        boolean add(Opinion opinion) {
            return switch (opinion) {
                case Opinion.Pass() -> true;
                case Opinion.Note(var why, var more) -> {
                    decided(why);
                    if (!more.isEmpty()) {
                        remarks = remarks == null ? new ArrayList<>() : remarks;
                        remarks.addAll(more);
                    }
                    yield true;
                }
                case Opinion.Wait(var why, var before) -> {
                    decided(why);
                    wait = lengthened(before);
                    yield true;
                }
                case Opinion.Several(var opinions) -> {
                    for (var one : opinions) {
                        if (!add(one)) {
                            yield false;
                        }
                    }
                    yield true;
                }
                case Opinion.Allow(var why) -> {
                    decided(why);
                    yield false;
                }
                case Opinion.Refuse refuse -> {
                    decided(refuse.why());
                    wait = lengthened(refuse.after());
                    refusal = refuse;
                    yield false;
                }
            };
        }

        private void decided(Decision why) {
            decisions = decisions == null ? new ArrayList<>() : decisions;
            decisions.add(why);
        }

        private Duration lengthened(Duration other) {
            return other.compareTo(wait) > 0 ? other : wait;
        }

        Outcome outcome() {
            return decisions == null && refusal == null
                    ? Outcome.NOTHING
                    : new Outcome(
                            refusal,
                            decisions == null ? List.of() : decisions,
                            remarks == null ? List.of() : remarks,
                            wait);
        }
    }

    /// Tells all checks how a situation ended.
    public void settled(Situation situation, boolean refused) {
        checks.forEach(check -> check.settled(situation, refused));
    }

    /// Tells all checks that a session is over.
    public void closed(Situation situation) {
        checks.forEach(check -> check.closed(situation));
    }
}
