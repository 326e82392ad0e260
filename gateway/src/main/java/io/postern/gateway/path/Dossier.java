package io.postern.gateway.path;

import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Stage;
import io.postern.store.Decision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the checks concluded about a session and its transaction so far: the beginning of the
/// decision record of each message. Confined to the session's thread.
final class Dossier {
    /// Conclusions about recipients that are kept: a thousand of them must not make a record longer
    /// than the message.
    private static final int RECIPIENTS = 100;

    private final Map<Stage, List<Decision>> decisions = new EnumMap<>(Stage.class);
    private final Map<Stage, Set<Opinion.Remark>> remarks = new EnumMap<>(Stage.class);
    private int notKept;

    /// A step begins: what was concluded at it before, and after it, is of another one.
    void begin(Stage stage) {
        if (stage == Stage.RCPT) {
            return; // one of many
        }
        for (var later : Stage.values()) {
            // A transaction forgets the one before; another EHLO does not change it.
            if (later == stage || (stage == Stage.MAIL && later.compareTo(stage) > 0)) {
                decisions.remove(later);
                remarks.remove(later);
            }
        }
        if (stage == Stage.MAIL) {
            notKept = 0;
        }
    }

    /// Adds what was concluded at a stage.
    void add(Stage stage, Policy.Outcome outcome) {
        if (!outcome.decisions().isEmpty()) {
            var kept = decisions.computeIfAbsent(stage, _ -> new ArrayList<>());
            for (var decision : outcome.decisions()) {
                if (stage == Stage.RCPT && kept.size() >= RECIPIENTS) {
                    notKept++;
                } else {
                    kept.add(decision);
                }
            }
        }
        // What is refused has no message to be remarked upon.
        if (outcome.refusal() == null && !outcome.remarks().isEmpty()) {
            var kept = remarks.computeIfAbsent(stage, _ -> new LinkedHashSet<>());
            for (var remark : outcome.remarks()) {
                if (stage != Stage.RCPT || kept.size() < RECIPIENTS) {
                    kept.add(remark);
                }
            }
        }
    }

    /// All of it, in the order of the dialogue.
    List<Decision> decisions() {
        var all = new ArrayList<Decision>();
        decisions.forEach((stage, some) -> {
            all.addAll(some);
            if (stage == Stage.RCPT && notKept > 0) {
                all.add(Opinion.decision("recipients", notKept + " conclusions more, not kept"));
            }
        });
        return all;
    }

    /// All of them, each once.
    List<Opinion.Remark> remarks() {
        var all = new LinkedHashSet<Opinion.Remark>();
        remarks.values().forEach(all::addAll);
        return List.copyOf(all);
    }
}
