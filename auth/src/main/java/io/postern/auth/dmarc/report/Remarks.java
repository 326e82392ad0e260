package io.postern.auth.dmarc.report;

import io.postern.auth.text.Visible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What was odd about a report and did not stop it from being read; the same oddity of many rows is
/// told once, with its number. Confined to one thread.
final class Remarks {
    private static final int MOST = 30;

    private final Map<String, Integer> told = new LinkedHashMap<>();
    private int beyond;

    /// Takes a remark; a stranger's octets in it are made visible.
    void add(String remark) {
        var shown = Visible.of(remark);
        if (told.containsKey(shown) || told.size() < MOST) {
            told.merge(shown, 1, Integer::sum);
        } else {
            beyond++;
        }
    }

    List<String> list() {
        var list = new ArrayList<String>();
        told.forEach(
                (remark, times) -> list.add(times == 1 ? remark : remark + " (" + times + "x)"));
        if (beyond > 0) {
            list.add(beyond + " more remarks");
        }
        return List.copyOf(list);
    }
}
