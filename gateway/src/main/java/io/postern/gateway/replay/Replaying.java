package io.postern.gateway.replay;

import io.postern.gateway.seen.SeenMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gathers what [Replay] says into a report. For one thread.
public final class Replaying {
    /// Kinds told apart. More come only of a configuration with as many rules.
    private static final int KINDS = 200;

    private static final String OTHERS = "others";

    /// From what to what.
    private record Kind(String before, String now) {}

    /// One kind's.
    private static final class Sum {
        private long messages;
        private final List<Example> examples = new ArrayList<>();
    }

    private final Replay replay;
    private final int examples;
    private final Map<Kind, Sum> changes = new LinkedHashMap<>();
    private final Map<String, Long> cantTell = new LinkedHashMap<>();
    private final Map<String, Long> notCompared = new LinkedHashMap<>();
    private long messages;
    private long otherwise;
    private long untold;
    private long unreadable;

    /// @param examples of each kind of change, at most
    public Replaying(Replay replay, int examples) {
        this.replay = replay;
        this.examples = examples;
    }

    public void add(SeenMessage message) {
        messages++;
        switch (replay.of(message)) {
            case Verdict.Same() -> {}
            case Verdict.Otherwise(var now, var why) -> {
                otherwise++;
                var sum = sum(new Kind(message.fate().words(), now.words()));
                sum.messages++;
                if (sum.examples.size() < examples) {
                    sum.examples.add(Example.of(message, why));
                }
            }
            case Verdict.CantTell(var why) -> {
                untold++;
                why.forEach(one -> count(cantTell, one));
            }
            case Verdict.NotCompared(var rule) -> count(notCompared, rule);
        }
    }

    private Sum sum(Kind kind) {
        boolean room = changes.containsKey(kind) || changes.size() < KINDS;
        return changes.computeIfAbsent(room ? kind : new Kind(OTHERS, OTHERS), _ -> new Sum());
    }

    private static void count(Map<String, Long> counts, String what) {
        boolean room = counts.containsKey(what) || counts.size() < KINDS;
        counts.merge(room ? what : OTHERS, 1L, Long::sum);
    }

    /// Entries that could not be read.
    public void unreadable(int entries) {
        unreadable += entries;
    }

    /// Messages so far.
    public long messages() {
        return messages;
    }

    public ReplayReport report() {
        var sorted = new ArrayList<ReplayReport.Change>();
        changes.forEach((kind, sum) ->
                sorted.add(
                        new ReplayReport.Change(
                                kind.before(), kind.now(), sum.messages, sum.examples)));
        sorted.sort(Comparator.comparingLong(ReplayReport.Change::messages).reversed());
        return new ReplayReport(
                messages,
                otherwise,
                sorted,
                untold,
                counts(cantTell),
                counts(notCompared),
                unreadable,
                Replay.NOT_REPLAYED);
    }

    private static List<ReplayReport.Count> counts(Map<String, Long> counts) {
        var sorted = new ArrayList<ReplayReport.Count>();
        counts.forEach((what, messages) -> sorted.add(new ReplayReport.Count(what, messages)));
        sorted.sort(Comparator.comparingLong(ReplayReport.Count::messages).reversed());
        return sorted;
    }
}
