package io.postern.gateway.takeover;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects remarks; each is said once, and at most so many. Confined to one thread.
final class Remarks {
    /// A table of a million lines that all make no sense says so once and then some.
    private static final int MOST = 1000;

    private static final int LONGEST_WHAT = 120;

    private final Set<Remark> all = new LinkedHashSet<>();
    private int more;

    void none(Place place, String what, String why, String remedy) {
        add(Remark.Kind.NO_EQUIVALENT, place, what, why, remedy);
    }

    void otherwise(Place place, String what, String why, String remedy) {
        add(Remark.Kind.OTHERWISE, place, what, why, remedy);
    }

    void problem(Place place, String what, String why, String remedy) {
        add(Remark.Kind.PROBLEM, place, what, why, remedy);
    }

    private void add(Remark.Kind kind, Place place, String what, String why, String remedy) {
        if (all.size() >= MOST) {
            more++;
            return;
        }
        all.add(new Remark(kind, place.toString(), shown(what), shown(why), remedy));
    }

    List<Remark> list() {
        if (more == 0) {
            return List.copyOf(all);
        }
        var with = new LinkedHashSet<>(all);
        with.add(
                new Remark(
                        Remark.Kind.PROBLEM,
                        "",
                        more + " more",
                        "only the first " + MOST + " are told",
                        "mend those first"));
        return List.copyOf(with);
    }

    /// On one line, without what drives a terminal, and not longer than a line.
    static String shown(String text) {
        var clean = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", " ").strip();
        return clean.length() > 3 * LONGEST_WHAT
                ? clean.substring(0, 3 * LONGEST_WHAT) + "…"
                : clean;
    }

    /// A setting as written, cut: a line of a foreign file may be anything.
    static String cut(String text) {
        var clean = shown(text);
        return clean.length() > LONGEST_WHAT ? clean.substring(0, LONGEST_WHAT) + "…" : clean;
    }
}
