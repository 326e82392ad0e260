package io.postern.gateway.rules;

import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Rules that are asked again about messages that are gone: as [RulesCheck] asks them, without log
/// and figures, and with [Remains] in place of what is there no more.
///
/// What a condition looks at is found out while it is computed: `dmarc.result == "fail" &&
/// client.name == ""` needs no name when DMARC passed.
public final class RulesReplay implements Check {
    /// Other names are a stranger's, who could make any number of them.
    private static final Pattern FIELD_NAME = Pattern.compile("[a-z0-9-]{1,40}");

    private static final String ANY_FIELD = "header fields of any name";

    private final Rules rules;
    private final Remains remains;

    public RulesReplay(Rules rules, Remains remains) {
        this.rules = rules;
        this.remains = remains;
    }

    @Override
    public Opinion ask(Situation situation) {
        var opinions = new ArrayList<Opinion>();
        for (var rule : rules.at(situation.stage())) {
            if (rule.concerns(situation)) {
                var opinion = ask(rule, situation);
                if (!(opinion instanceof Opinion.Pass)) {
                    opinions.add(opinion);
                }
                if (opinion instanceof Opinion.Refuse || opinion instanceof Opinion.Allow) {
                    break;
                }
            }
        }
        return opinions.isEmpty() ? Opinion.PASS : new Opinion.Several(opinions);
    }

    /// What is not decided, or fails, does nothing, as in [RulesCheck].
    private Opinion ask(Rule rule, Situation situation) {
        var gaps = new Gaps(rule, situation);
        var facts = new Facts(situation, _ -> remains.reverseName(), gaps);
        var result = rule.condition().of(facts);
        return result instanceof Condition.Result.Holds() && !gaps.found
                ? rule.opinion(new Facts(situation, _ -> remains.reverseName()))
                : Opinion.PASS;
    }

    /// What one condition asked for and is not there.
    private final class Gaps implements Facts.Gaps {
        private final Rule rule;
        private final Situation situation;
        private boolean found;

        Gaps(Rule rule, Situation situation) {
            this.rule = rule;
            this.situation = situation;
        }

        private void missing(String what) {
            found = true;
            remains.missing(rule.name(), what);
        }

        @Override
        public void asked(Fact fact) {
            if (fact == Fact.HEADER) {
                if (rule.condition().wholeHeader()) {
                    missing(ANY_FIELD);
                }
            } else if (!remains.has(fact.word(), situation.stage())) {
                missing(fact.word());
            }
        }

        @Override
        public Map<String, List<String>> fields(Map<String, List<String>> all) {
            return new KeptFields(
                    all,
                    remains::hasField,
                    name ->
                            missing(
                                    FIELD_NAME.matcher(name).matches()
                                            ? "header " + name
                                            : ANY_FIELD));
        }
    }
}
