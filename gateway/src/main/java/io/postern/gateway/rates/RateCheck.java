package io.postern.gateway.rates;

import io.postern.gateway.events.MailLog;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Refuses what comes faster than the rates allow. RFC 2505 §2.8.
///
/// All rates that fit take their tokens, or none does: what one refuses costs nothing with the
/// others, so that trying again too early makes nobody wait longer. What is let through here and
/// refused by a later check, or belongs to a transaction that ends without a message, stays taken
/// from the client, its network and its user, and is given back to the domains (a stranger could
/// empty their buckets).
public final class RateCheck implements Check {
    private final BucketTable table;
    private final Map<Stage, List<Rate>> byStage = new EnumMap<>(Stage.class);
    private final Refusals refusals;
    private final boolean givesBack;

    /// What the last step of a session took and may have to give back, by session. Only domains'
    /// buckets are here, from the question to the reply.
    private final Map<String, List<Taken>> open = new ConcurrentHashMap<>();

    /// What a session's transaction has taken from domains' buckets so far, by session.
    private final Map<String, List<Taken>> transactions = new ConcurrentHashMap<>();

    private static final class Taken {
        final Rate rate;
        final byte[] key;
        final long cost;

        Taken(Rate rate, byte[] key, long cost) {
            this.rate = rate;
            this.key = key;
            this.cost = cost;
        }
    }

    /// Told of each refusal.
    @FunctionalInterface
    interface Refusals {
        void refused(Rate rate);
    }

    RateCheck(BucketTable table, List<Rate> rates, Refusals refusals) {
        this.table = table;
        this.refusals = refusals;
        for (var stage : Stage.values()) {
            byStage.put(stage, rates.stream().filter(rate -> rate.asked(stage)).toList());
        }
        givesBack = rates.stream().anyMatch(Rate::givesBackRefused);
    }

    @Override
    public Opinion ask(Situation situation) {
        var rates = byStage.getOrDefault(situation.stage(), List.of());
        if (rates.isEmpty()) {
            return Opinion.PASS;
        }
        var taken = new ArrayList<Taken>(rates.size());
        List<Opinion> said = List.of();
        for (var rate : rates) {
            if (!rate.applies(situation)) {
                continue;
            }
            var opinion = take(rate, situation, taken);
            if (opinion != null) {
                said = new ArrayList<>(said);
                said.add(opinion);
                if (opinion instanceof Opinion.Refuse) {
                    taken.forEach(one -> table.giveBack(one.key, one.cost));
                    taken.clear();
                    break;
                }
            }
        }
        remember(situation, taken);
        return switch (said.size()) {
            case 0 -> Opinion.PASS;
            case 1 -> said.getFirst();
            default -> new Opinion.Several(said);
        };
    }

    /// Takes from all of a rate's buckets that the situation is about; what to say when there are
    /// not enough tokens, else null.
    private @Nullable Opinion take(Rate rate, Situation situation, List<Taken> taken) {
        long units = rate.units(situation);
        long cost = rate.cost(units);
        boolean looksOnly = rate.looksOnly(situation.stage());
        for (var key : rate.keys(situation)) {
            long wait =
                    looksOnly
                            ? table.look(key, cost, rate.window())
                            : table.take(key, cost, rate.window());
            if (wait > 0) {
                refusals.refused(rate);
                return tooMuch(rate, rate.owner(key), units, wait, situation);
            }
            if (!looksOnly) {
                taken.add(new Taken(rate, key, cost));
            }
        }
        return null;
    }

    private static Opinion tooMuch(
            Rate rate, String owner, long units, long wait, Situation situation) {
        var inputs = new LinkedHashMap<String, String>();
        inputs.put("key", owner);
        inputs.put("limit", rate.config().limit().toString());
        inputs.put("asked", Long.toString(units));
        inputs.put("enough-in", words(wait));
        var check = "rate/" + rate.name();
        return switch (rate.config().mode()) {
            case ENFORCE -> {
                var reply = rate.reply();
                yield new Opinion.Refuse(
                        check,
                        reply,
                        Duration.ZERO,
                        reply.code() == 421,
                        new Decision(check, "refused: too much", inputs));
            }
            case SHADOW -> {
                MailLog.event(
                        "shadow",
                        "session",
                        situation.session().sessionId(),
                        "rule",
                        check,
                        "stage",
                        situation.stage(),
                        "key",
                        owner,
                        "would",
                        rate.reply());
                yield new Opinion.Note(
                        new Decision(check, "too much, but only a shadow", inputs), List.of());
            }
        };
    }

    private static String words(long nanos) {
        return nanos == Long.MAX_VALUE ? "never" : Math.ceilDiv(nanos, 1_000_000_000L) + " s";
    }

    private void remember(Situation situation, List<Taken> taken) {
        if (givesBack) {
            var domains = taken.stream().filter(one -> one.rate.givesBackRefused()).toList();
            if (!domains.isEmpty()) {
                open.put(situation.session().sessionId(), domains);
            }
        }
    }

    @Override
    public void settled(Situation situation, boolean refused) {
        if (!givesBack) {
            return;
        }
        var session = situation.session().sessionId();
        if (situation.stage() == Stage.MAIL) {
            giveBack(transactions.remove(session)); // the one before ended without a message
        }
        var taken = open.remove(session);
        if (refused) {
            giveBack(taken);
        } else if (taken != null) {
            transactions.computeIfAbsent(session, _ -> new ArrayList<>()).addAll(taken);
        }
        if (situation.stage() == Stage.MESSAGE) {
            var transaction = transactions.remove(session);
            if (refused) {
                giveBack(transaction);
            }
        }
    }

    @Override
    public void closed(Situation situation) {
        if (givesBack) {
            giveBack(open.remove(situation.session().sessionId()));
            giveBack(transactions.remove(situation.session().sessionId()));
        }
    }

    private void giveBack(@Nullable List<Taken> taken) {
        if (taken != null) {
            taken.forEach(one -> table.giveBack(one.key, one.cost));
        }
    }
}
