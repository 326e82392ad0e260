package io.postern.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows in aligned columns. The last column takes what is left of the terminal's width, and is cut
/// when that is too little.
final class Table {
    private static final int GAP = 2;
    private static final int LEAST_LAST = 40;

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(Arrays.asList(heads));
    }

    /// As many cells as there are heads.
    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(Table::printable).toList());
    }

    void print(Io io) {
        int columns = rows.getFirst().size();
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        int before = 0;
        for (int i = 0; i < columns - 1; i++) {
            before += widths[i] + GAP;
        }
        int last = Math.max(LEAST_LAST, io.width() - before);
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns - 1; i++) {
                line.append(row.get(i)).repeat(" ", widths[i] + GAP - row.get(i).length());
            }
            line.append(cut(row.getLast(), last));
            io.line(line.toString().stripTrailing());
        }
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    /// What came from outside must not drive the terminal.
    static String printable(String text) {
        var clean = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c ->
                        clean.appendCodePoint(
                                Character.isISOControl(c)
                                                || Character.getType(c) == Character.FORMAT
                                        ? '?'
                                        : c));
        return clean.toString();
    }
}
