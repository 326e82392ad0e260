package io.postern.gateway.rules;

import io.postern.gateway.events.Figures;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Asks the rules of a stage in the order of the file, until one refuses, defers or allows.
///
/// A condition that can't be computed does not hold: what makes it fail is in the message (a header
/// field that is not there), so a 4yz would only delay the same message for days and then lose it.
/// It is told by an event, a figure and the decision record.
public final class RulesCheck implements Check {
    private final Rules rules;
    private final Function<Situation, String> reverseName;
    private final Figures figures;

    /// @param reverseName the confirmed name of the client, "" when there is none; may block,
    ///   bounded
    public RulesCheck(Rules rules, Function<Situation, String> reverseName, Figures figures) {
        this.rules = rules;
        this.reverseName = reverseName;
        this.figures = figures;
    }

    @Override
    public Opinion ask(Situation situation) {
        var asked = rules.at(situation.stage());
        if (asked.isEmpty()) {
            return Opinion.PASS;
        }
        var facts = new Facts(situation, reverseName);
        @Nullable List<Opinion> opinions = null;
        for (var rule : asked) {
            if (!rule.concerns(situation)) {
                continue;
            }
            var opinion = ask(rule, facts);
            if (opinion instanceof Opinion.Pass) {
                continue;
            }
            if (opinions == null) {
                opinions = new ArrayList<>();
            }
            opinions.add(opinion);
            if (opinion instanceof Opinion.Refuse || opinion instanceof Opinion.Allow) {
                break;
            }
        }
        if (opinions == null) {
            return Opinion.PASS;
        }
        return opinions.size() == 1 ? opinions.getFirst() : new Opinion.Several(opinions);
    }

    private Opinion ask(Rule rule, Facts facts) {
        return switch (rule.condition().of(facts)) {
            case Condition.Result.DoesNot() -> Opinion.PASS;
            case Condition.Result.Holds() -> {
                figures.ruleHeld(rule.name(), rule.shadow());
                var opinion = rule.opinion(facts);
                // A refusal is told by who gives the reply.
                if (!(opinion instanceof Opinion.Refuse)) {
                    log("rule", rule, facts, rule.shadow() ? "would" : "does", rule.effect());
                }
                yield opinion;
            }
            case Condition.Result.Failed(var why) -> {
                figures.ruleFailed(rule.name());
                log("rule_failed", rule, facts, "why", why);
                yield rule.failed(why, facts);
            }
        };
    }

    private static void log(String event, Rule rule, Facts facts, String key, String value) {
        var session = facts.situation().session();
        MailLog.event(
                event,
                "session",
                session.sessionId(),
                "listener",
                session.listener(),
                "client",
                facts.clientIp(),
                "stage",
                rule.stage(),
                "rule",
                rule.name(),
                "mode",
                rule.shadow() ? "shadow" : "enforce",
                "from",
                facts.situation().envelope().map(one -> one.reversePath().toString()).orElse(""),
                "to",
                facts.situation().recipient().map(one -> one.path().toString()).orElse(""),
                key,
                value);
    }
}
