package io.postern.gateway.policy;

import io.postern.smtp.Reply;
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
            Duration delay) {}

    /// Asks the checks until one refuses. After one that allows, only those are asked that always
    /// are.
    public Outcome ask(Situation situation) {
        var gathered = new Gathered();
        for (var check : checks) {
            if (!gathered.allowed || check.always()) {
                gathered.add(check.ask(situation), check.always());
                if (gathered.refusal != null) {
                    break;
                }
            }
        }
        return new Outcome(gathered.refusal, gathered.decisions, gathered.remarks, gathered.delay);
    }

    /// What was said so far. Most checks have nothing to say, so most outcomes need no list.
    private static final class Gathered {
        private Opinion.@Nullable Refuse refusal;
        private boolean allowed;
        private boolean mayAllow;
        private List<Decision> decisions = List.of();
        private List<Opinion.Remark> remarks = List.of();
        private Duration delay = Duration.ZERO;

        /// @param always whether the check is one that nobody is spared
        void add(Opinion opinion, boolean always) {
            switch (opinion) {
                case Opinion.Pass() -> {}
                case Opinion.MayAllow() -> mayAllow = true;
                case Opinion.Note(var why, var more) -> {
                    decided(why);
                    remarks = with(remarks, more);
                }
                case Opinion.Wait(var why, var before) -> {
                    decided(why);
                    lengthen(before);
                }
                case Opinion.Several(var opinions) -> {
                    for (var one : opinions) {
                        if (refusal == null) {
                            add(one, always);
                        }
                    }
                }
                case Opinion.Allow(var why) -> {
                    decided(why);
                    allowed = true;
                }
                case Opinion.Refuse given -> {
                    var refuse = mayAllow && !always ? Opinion.forNow(given) : given;
                    decided(refuse.why());
                    lengthen(refuse.after());
                    refusal = refuse;
                }
            }
        }

        private void decided(Decision why) {
            decisions = with(decisions, List.of(why));
        }

        private void lengthen(Duration wait) {
            if (wait.compareTo(delay) > 0) {
                delay = wait;
            }
        }

        private static <T> List<T> with(List<T> some, List<T> more) {
            if (more.isEmpty()) {
                return some;
            }
            var all = new ArrayList<T>(some.size() + more.size());
            all.addAll(some);
            all.addAll(more);
            return all;
        }
    }

    /// Tells all checks how a situation ended.
    public void settled(Situation situation, boolean refused) {
        checks.forEach(check -> check.settled(situation, refused));
    }

    /// Tells all checks with what reply a situation ended, a refusal.
    public void refused(Situation situation, Reply reply) {
        checks.forEach(check -> {
            check.settled(situation, true);
            check.refused(situation, reply);
        });
    }

    /// Tells all checks that a session is over.
    public void closed(Situation situation) {
        checks.forEach(check -> check.closed(situation));
    }
}
