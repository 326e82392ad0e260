package io.postern.gateway.replay;

import io.postern.gateway.authentication.LookAlikes;
import io.postern.gateway.config.Config;
import io.postern.gateway.perimeter.Perimeter;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.rules.Rules;
import io.postern.gateway.rules.RulesReplay;
import io.postern.gateway.seen.Fate;
import io.postern.gateway.seen.SeenMessage;
import io.postern.mail.EnvelopeRecipient;
import io.postern.store.Decision;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Asks the checks of another configuration about messages that were seen. Asks nobody else: no
/// DNS, no directory, no counts. For one thread.
///
/// What authentication found then holds now; the author of the message is looked at anew, since
/// what looks like a domain of ours depends on which are ours.
public final class Replay {
    /// What is not asked again, for people.
    public static final List<String> NOT_REPLAYED =
            List.of(
                    "rates and the guard",
                    "DNS lists",
                    "names in the DNS (strangers)",
                    "recipients",
                    "greylisting",
                    "agreements about TLS (peer)",
                    "limits");

    /// The checks that are, as decision records call them.
    private static final Set<String> REPLAYED =
            Set.of(
                    "relay",
                    "access-list",
                    "rule",
                    "ambiguous-from",
                    "misleading-from",
                    "dmarc",
                    "dmarc-trouble",
                    "spf-fail");

    private static final int CONCLUSIONS = 3;

    private final Config config;
    private final LookAlikes lookAlikes;
    private final Rules rules;

    /// @param config the other configuration
    /// @throws io.postern.gateway.config.ConfigException when a rule or list of it can't be used
    public Replay(Config config) {
        this.config = config;
        this.rules = Rules.of(config);
        this.lookAlikes =
                new LookAlikes(config.domain().stream().map(Config.OwnDomain::name).toList());
        this.evidence = Optional.empty();
        this.policy =
                Perimeter.again(
                        config,
                        _ -> evidence().names(),
                        situation -> new RulesReplay(rules, evidence()).ask(situation));
    }

    private final Policy policy;

    /// Of the message at hand.
    private Optional<Evidence> evidence;

    private Evidence evidence() {
        return evidence.orElseThrow();
    }

    /// What would become of a message.
    public Verdict of(SeenMessage message) {
        var before = message.fate();
        if (before.check().isPresent() && !REPLAYED.contains(before.check().get())) {
            return new Verdict.NotCompared(before.rule().orElse(""));
        }
        var listener = listener(message.listener());
        if (listener.isEmpty()) {
            return cantTell("the new configuration has no listener for strangers");
        }
        var known = new Evidence(message);
        evidence = Optional.of(known);
        Played played;
        try {
            played =
                    new Play(
                                    known,
                                    new Scene(
                                            message,
                                            listener.get(),
                                            lookAlikes,
                                            config.authentication().enabled()),
                                    message)
                            .play();
        } catch (IllegalArgumentException _) {
            return cantTell("what was kept can't be read");
        }
        if (!known.missing().isEmpty()) {
            return new Verdict.CantTell(known.missing());
        }
        return played.fate().alike(before)
                ? new Verdict.Same()
                : new Verdict.Otherwise(played.fate(), played.why());
    }

    private static Verdict cantTell(String why) {
        return new Verdict.CantTell(List.of(why));
    }

    /// That of the same name, or else the first for strangers.
    private Optional<Config.Listener> listener(String name) {
        var strangers =
                config.listener().stream()
                        .filter(one -> one.role() == Config.Role.INBOUND)
                        .toList();
        return strangers.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .or(() -> strangers.stream().findFirst());
    }

    /// How it ended.
    private record Played(Fate fate, String why) {}

    /// One message's way through the stages, as a session takes it.
    private final class Play {
        private final Evidence known;
        private final Scene scene;
        private final SeenMessage message;
        private final Set<Opinion.Remark> remarks = new LinkedHashSet<>();
        private final List<Decision> decisions = new ArrayList<>();

        Play(Evidence known, Scene scene, SeenMessage message) {
            this.known = known;
            this.scene = scene;
            this.message = message;
        }

        Played play() {
            for (var situation : scene.before()) {
                var refusal = ask(situation);
                if (refusal.isPresent()) {
                    return refused(refusal.get());
                }
            }
            var taken = new ArrayList<EnvelopeRecipient>();
            var refusal = recipients(taken);
            if (taken.isEmpty() && refusal.isPresent()) {
                return refused(refusal.get());
            }
            for (var situation : scene.after(taken)) {
                if (situation.stage() == Stage.MESSAGE) {
                    lookForGaps();
                }
                var later = ask(situation);
                if (later.isPresent()) {
                    return refused(later.get());
                }
            }
            return refusal.map(
                            one -> new Played(refused(one).fate().partly(), one.reply().toString()))
                    .orElseGet(this::taken);
        }

        /// The refusal of one of those that are not taken.
        private Optional<Opinion.Refuse> recipients(List<EnvelopeRecipient> taken) {
            if (message.paths().more() > 0
                    && rules.all().stream().anyMatch(rule -> rule.stage() == Stage.RCPT)) {
                known.missing(
                        "rules are asked about each recipient, and only the first "
                                + scene.recipients().size()
                                + " of a message are kept");
            }
            var refused = Optional.<Opinion.Refuse>empty();
            for (var recipient : scene.recipients()) {
                var refusal = ask(scene.rcpt(recipient, taken));
                if (refusal.isEmpty()) {
                    taken.add(recipient);
                } else {
                    refused = refusal;
                }
            }
            return refused;
        }

        /// At the end of the content both From and results are wanted, whatever the settings.
        private void lookForGaps() {
            if (!known.hasField("from")) {
                known.missing("the From field was too long to be kept");
            }
            if (config.authentication().enabled() && message.results().isEmpty()) {
                known.missing("mail was not authenticated then");
            }
        }

        private Optional<Opinion.Refuse> ask(Situation situation) {
            var outcome = policy.ask(situation);
            if (outcome.refusal() == null) {
                remarks.addAll(outcome.remarks());
            }
            decisions.addAll(outcome.decisions());
            return Optional.ofNullable(outcome.refusal());
        }

        private Played refused(Opinion.Refuse refusal) {
            return new Played(
                    Fate.refused(refusal.rule(), refusal.why().check(), refusal.reply()),
                    refusal.reply().toString());
        }

        private Played taken() {
            var tags = new LinkedHashSet<String>();
            var holds = new ArrayList<String>();
            for (var remark : remarks) {
                switch (remark) {
                    case Opinion.Remark.Tag(var word) -> tags.add(word);
                    case Opinion.Remark.Hold(var reason) -> holds.add(reason);
                }
            }
            return new Played(
                    holds.isEmpty()
                            ? Fate.accepted(List.copyOf(tags))
                            : Fate.held(holds.getFirst(), List.copyOf(tags)),
                    conclusions());
        }

        private String conclusions() {
            return String.join(
                    "; ",
                    decisions.reversed().stream().limit(CONCLUSIONS).map(Replay::words).toList());
        }
    }

    private static String words(Decision decision) {
        boolean named = Set.of("rule", "access-list").contains(decision.check());
        var why = decision.inputs().get("why");
        return (named ? "" : decision.check() + " ")
                + decision.conclusion()
                + (why == null ? "" : ": " + why);
    }
}
