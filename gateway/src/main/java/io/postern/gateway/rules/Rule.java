package io.postern.gateway.rules;

import io.postern.gateway.config.RuleConfig;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// One rule, ready to be asked. Immutable; for many threads.
public final class Rule {
    private static final Duration USUAL_TARPIT = Duration.ofSeconds(10);

    /// Characters of a fact in a decision record.
    private static final int LONGEST_INPUT = 200;

    private final RuleConfig settings;
    private final Stage stage;
    private final Condition condition;
    private final Set<String> listeners;
    private final Reply reply;

    Rule(RuleConfig settings, Condition condition) {
        this.settings = settings;
        this.stage = stage(settings);
        this.condition = condition;
        this.listeners = Set.copyOf(settings.listener());
        this.reply = reply(settings, stage);
    }

    static Stage stage(RuleConfig settings) {
        return Stage.valueOf(settings.stage().name());
    }

    // RFC 5321 §3.1: 554 in place of the greeting; §3.8: 421 when the server closes; §4.2.2 for
    // 450, 451 and 550. RFC 3463 §3.8: X.7.1, delivery not authorized.
    private static Reply reply(RuleConfig settings, Stage stage) {
        boolean permanent = settings.action() == RuleConfig.Action.REFUSE;
        int usual =
                switch (stage) {
                    case CONNECT -> permanent ? 554 : 421;
                    case HELO, MAIL, RCPT -> permanent ? 550 : 450;
                    case DATA, MESSAGE -> permanent ? 550 : 451;
                };
        return Reply.of(
                settings.code().orElse(usual),
                settings.status().orElse(permanent ? "5.7.1" : "4.7.1"),
                settings.text()
                        .orElse(
                                permanent
                                        ? "refused by policy, rule " + settings.name()
                                        : "not now, rule "
                                                + settings.name()
                                                + "; try again later"));
    }

    public String name() {
        return settings.name();
    }

    public Stage stage() {
        return stage;
    }

    /// As the file has it.
    public RuleConfig settings() {
        return settings;
    }

    public boolean shadow() {
        return settings.mode() == RuleConfig.Mode.SHADOW;
    }

    /// Whether it is asked at the listener of that situation.
    boolean concerns(Situation situation) {
        return listeners.isEmpty()
                || listeners.contains(situation.listener().role().name().toLowerCase(Locale.ROOT))
                || listeners.contains(situation.session().listener());
    }

    Condition condition() {
        return condition;
    }

    /// What it does, in words: `refuse with 550 5.7.1 text`.
    public String effect() {
        return switch (settings.action()) {
            case REFUSE -> "refuse with " + reply + waiting() + closing();
            case DEFER -> "defer with " + reply + waiting() + closing();
            case TARPIT -> "let the reply wait " + delay().toSeconds() + "s";
            case TAG -> "tag it " + tag();
            case HOLD -> "hold it: " + tag();
            case ALLOW -> "skip what comes after it at this stage";
        };
    }

    private String waiting() {
        return delay().isZero() ? "" : " after " + delay().toSeconds() + "s";
    }

    private String closing() {
        return closes() ? ", and end the session" : "";
    }

    private boolean closes() {
        return settings.close() || stage == Stage.CONNECT || reply.code() == 421;
    }

    private Duration delay() {
        return settings.action() == RuleConfig.Action.TARPIT && settings.delay().isZero()
                ? USUAL_TARPIT
                : settings.delay();
    }

    private String tag() {
        return settings.tag()
                .orElse(
                        settings.action() == RuleConfig.Action.HOLD
                                ? "rule " + settings.name()
                                : settings.name());
    }

    /// What follows when its condition holds; in shadow mode no more than a note.
    Opinion opinion(Facts facts) {
        if (shadow()) {
            return new Opinion.Note(
                    decision("rule " + name() + " (shadow) would " + effect(), facts), List.of());
        }
        var why = decision("rule " + name() + ": " + effect(), facts);
        return switch (settings.action()) {
            case REFUSE, DEFER -> new Opinion.Refuse(name(), reply, delay(), closes(), why);
            case TARPIT -> new Opinion.Wait(why, delay());
            case TAG -> new Opinion.Note(why, List.of(new Opinion.Remark.Tag(tag())));
            case HOLD -> new Opinion.Note(why, List.of(new Opinion.Remark.Hold(tag())));
            case ALLOW -> new Opinion.Allow(why);
        };
    }

    /// What follows when its condition can't be computed: nothing, and it is said.
    Opinion failed(String why, Facts facts) {
        return new Opinion.Note(
                decision(
                        "rule " + name() + " could not be computed and did nothing: " + why, facts),
                List.of());
    }

    private Decision decision(String conclusion, Facts facts) {
        var inputs = new LinkedHashMap<String, String>();
        inputs.put("stage", stage.toString());
        for (var fact : Fact.values()) {
            if (condition.uses().contains(fact)) {
                inputs.put(fact.word(), shown(fact, facts));
            }
        }
        return new Decision("rule", conclusion, inputs);
    }

    private static String shown(Fact fact, Facts facts) {
        Object value = facts.value(fact);
        String text =
                value instanceof Map<?, ?> fields
                        ? fields.size() + " field names"
                        : String.valueOf(value);
        return text.length() <= LONGEST_INPUT ? text : text.substring(0, LONGEST_INPUT) + "…";
    }
}
