package io.postern.gateway.policy;

import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.util.ArrayList;
import java.util.List;

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
    public record Outcome(
            Opinion.@org.jspecify.annotations.Nullable Refuse refusal,
            List<Decision> decisions,
            List<Opinion.Remark> remarks) {}

    /// Asks the checks until one refuses. After one that allows, only those are asked that always
    /// are.
    public Outcome ask(Situation situation) {
        List<Decision> decisions = List.of();
        List<Opinion.Remark> remarks = List.of();
        boolean allowed = false;
        for (var check : checks) {
            if (allowed && !check.always()) {
                continue;
            }
            switch (check.ask(situation)) {
                case Opinion.Pass() -> {}
                case Opinion.Note(var why, var more) -> {
                    decisions = with(decisions, List.of(why));
                    remarks = with(remarks, more);
                }
                case Opinion.Allow(var why) -> {
                    decisions = with(decisions, List.of(why));
                    allowed = true;
                }
                case Opinion.Refuse refuse -> {
                    return new Outcome(refuse, with(decisions, List.of(refuse.why())), remarks);
                }
            }
        }
        return new Outcome(null, decisions, remarks);
    }

    /// Most checks have nothing to say, so most outcomes need no list.
    private static <T> List<T> with(List<T> some, List<T> more) {
        if (more.isEmpty()) {
            return some;
        }
        var all = new ArrayList<T>(some.size() + more.size());
        all.addAll(some);
        all.addAll(more);
        return all;
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
