package io.postern.cli;

import io.postern.auth.published.Level;
import java.util.ArrayList;
import java.util.List;

/// Findings in words: topic, level, and the record below.
final class DomainText {
    private static final int TOPIC = 9;
    private static final int LEVEL = 9;
    private static final int MARGIN = TOPIC + LEVEL;

    /// Of a line that nobody has to read on a terminal.
    private static final int WIDEST = 120;

    private final Io io;

    DomainText(Io io) {
        this.io = io;
    }

    void print(DomainView view) {
        io.line(view.domain());
        io.line("");
        var topic = "";
        for (var one : view.findings()) {
            var first = one.topic().equals(topic) ? "" : one.topic();
            topic = one.topic();
            var lines =
                    wrapped(Table.printable(one.words()), Math.min(io.width(), WIDEST) - MARGIN);
            io.line(padded(first, TOPIC) + padded(one.level(), LEVEL) + lines.getFirst());
            lines.stream().skip(1).forEach(line -> io.line(" ".repeat(MARGIN) + line));
            // Not wrapped: it is to be copied.
            one.record().ifPresent(record -> io.line("    " + Table.printable(record)));
        }
        io.line("");
        io.line(summary(view));
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String summary(DomainView view) {
        var parts = new ArrayList<String>();
        add(parts, view.count(Level.ERROR), "error", "errors");
        add(parts, view.count(Level.WARNING), "warning", "warnings");
        add(parts, view.count(Level.UNKNOWN), "could not be checked", "could not be checked");
        add(parts, view.count(Level.ADVICE), "piece of advice", "pieces of advice");
        return parts.isEmpty() ? "All is well." : String.join(", ", parts) + ".";
    }

    private static void add(List<String> parts, int number, String one, String many) {
        if (number > 0) {
            parts.add(Words.count(number, one, many));
        }
    }

    /// At spaces; a longer word keeps its line.
    static List<String> wrapped(String text, int width) {
        var lines = new ArrayList<String>();
        int start = 0;
        while (text.length() - start > width) {
            int space = text.lastIndexOf(' ', start + width);
            if (space <= start) {
                space = text.indexOf(' ', start + width);
            }
            if (space < 0) {
                break;
            }
            lines.add(text.substring(start, space));
            start = space + 1;
        }
        lines.add(text.substring(start));
        return lines;
    }
}
