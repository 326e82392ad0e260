package io.postern.gateway.policy;

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

    /// Asks the checks until one refuses or allows.
    public Outcome ask(Situation situation) {
        var decisions = new ArrayList<Decision>();
        var remarks = new ArrayList<Opinion.Remark>();
        for (var check : checks) {
            switch (check.ask(situation)) {
                case Opinion.Pass() -> {}
                case Opinion.Note(var why, var more) -> {
                    decisions.add(why);
                    remarks.addAll(more);
                }
                case Opinion.Allow(var why) -> {
                    decisions.add(why);
                    return new Outcome(null, decisions, remarks);
                }
                case Opinion.Refuse refuse -> {
                    decisions.add(refuse.why());
                    return new Outcome(refuse, decisions, remarks);
                }
            }
        }
        return new Outcome(null, decisions, remarks);
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
