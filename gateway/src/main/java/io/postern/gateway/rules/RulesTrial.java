package io.postern.gateway.rules;

import io.postern.gateway.config.RuleConfig;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// What rules would do in a situation, told rule by rule: for people who write them.
public final class RulesTrial {
    private RulesTrial() {}

    /// How one rule fared.
    public enum Result {
        HOLDS,
        DOES_NOT_HOLD,
        FAILED,
        OTHER_LISTENER,
        /// An earlier rule of the stage has refused, deferred or allowed.
        NOT_ASKED
    }

    /// One rule at one stage.
    ///
    /// @param to the recipient asked about; empty but at rcpt
    /// @param effect what it does, or would do, when it holds
    /// @param why when it failed; else empty
    public record Step(
            Stage stage,
            String to,
            String rule,
            boolean shadow,
            Result result,
            String effect,
            String why,
            boolean ends,
            boolean refuses) {}

    /// Asks all rules of the situation's stage.
    public static List<Step> of(
            Rules rules, Situation situation, Function<Situation, String> reverseName) {
        var facts = new Facts(situation, reverseName);
        var steps = new ArrayList<Step>();
        boolean over = false;
        for (var rule : rules.at(situation.stage())) {
            var step = step(rule, facts, over);
            steps.add(step);
            over |= step.ends();
        }
        return List.copyOf(steps);
    }

    private static Step step(Rule rule, Facts facts, boolean over) {
        if (!rule.concerns(facts.situation())) {
            return step(rule, facts, Result.OTHER_LISTENER, "");
        }
        if (over) {
            return step(rule, facts, Result.NOT_ASKED, "");
        }
        return switch (rule.condition().of(facts)) {
            case Condition.Result.Holds() -> step(rule, facts, Result.HOLDS, "");
            case Condition.Result.DoesNot() -> step(rule, facts, Result.DOES_NOT_HOLD, "");
            case Condition.Result.Failed(var why) -> step(rule, facts, Result.FAILED, why);
        };
    }

    private static Step step(Rule rule, Facts facts, Result result, String why) {
        var action = rule.settings().action();
        boolean acts = result == Result.HOLDS && !rule.shadow();
        return new Step(
                rule.stage(),
                facts.situation().recipient().map(one -> one.path().toString()).orElse(""),
                rule.name(),
                rule.shadow(),
                result,
                rule.effect(),
                why,
                acts && (action.replies() || action == RuleConfig.Action.ALLOW),
                acts && action.replies());
    }
}
