package io.postern.gateway.takeover;

import io.postern.gateway.takeover.Ucl.Items;
import io.postern.gateway.takeover.Ucl.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads UCL as far as rspamd's settings use it: `key = value;`, `key: value`, `key value`,
/// sections (also named ones), lists, quotes, here-documents, comments and `.include`. Bounded in
/// depth and number; text that makes no sense is passed over and told, never thrown at.
final class UclReader {
    private static final int DEEPEST = 32;
    private static final int MOST_VALUES = 100_000;

    /// Reads what `.include` names; empty when it is not to be read.
    interface Includes {
        Optional<Table> read(String name, Place place);
    }

    private final String name;
    private final String text;
    private final Includes includes;
    private final Remarks remarks;
    private int at;
    private int line = 1;
    private int counted;
    private int values;
    private boolean broken;

    private UclReader(SourceFiles.Read.Ok file, Includes includes, Remarks remarks) {
        this.name = file.name().toString();
        this.text = String.join("\n", file.lines()) + "\n";
        this.includes = includes;
        this.remarks = remarks;
    }

    static Table read(SourceFiles.Read.Ok file, Includes includes, Remarks remarks) {
        return new UclReader(file, includes, remarks).table(0, false);
    }

    private Place place() {
        while (counted < at && counted < text.length()) {
            if (text.charAt(counted++) == '\n') {
                line++;
            }
        }
        return new Place(name, line);
    }

    private boolean more() {
        return at < text.length() && !broken;
    }

    private void broken(String why) {
        if (!broken) {
            remarks.problem(
                    place(), "the rest of the file", why, "mend it; `rspamadm configtest` helps");
        }
        broken = true;
    }

    /// White space, separators and comments, which nest.
    private void skip(String also) {
        while (more()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c) || also.indexOf(c) >= 0) {
                at++;
            } else if (c == '#') {
                at = endOfLine();
            } else if (text.startsWith("/*", at)) {
                comment();
            } else {
                return;
            }
        }
    }

    private void comment() {
        int depth = 0;
        while (more()) {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
                if (depth == 0) {
                    return;
                }
            } else {
                at++;
            }
        }
        broken("a comment has no end");
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    /// @param inside whether a brace ends it
    private Table table(int depth, boolean inside) {
        var begin = place();
        var values = new Values();
        while (true) {
            skip(";,");
            if (!more()) {
                if (inside) {
                    broken("a { has no }");
                }
                break;
            }
            char c = text.charAt(at);
            if (c == '}') {
                at++;
                if (!inside) {
                    broken("there is a } too many");
                }
                break;
            }
            if (c == '.') {
                macro(values);
            } else {
                pair(values, depth);
            }
        }
        return new Table(values.all, begin);
    }

    /// The values of a table in the making.
    private static final class Values {
        private final Map<String, Ucl> all = new LinkedHashMap<>();

        void put(String key, Ucl value) {
            all.merge(
                    key,
                    value,
                    (old, more) -> {
                        if (old instanceof Table a && more instanceof Table b) {
                            return a.with(b);
                        }
                        var items = new ArrayList<Ucl>();
                        items.addAll(old instanceof Items list ? list.items() : List.of(old));
                        items.addAll(more instanceof Items list ? list.items() : List.of(more));
                        return new Items(items, old.place());
                    });
        }

        void over(Table table) {
            var merged = new Table(all, table.place()).with(table);
            all.clear();
            all.putAll(merged.values());
        }
    }

    private void pair(Values values, int depth) {
        var place = place();
        var key = key();
        if (key.isEmpty()) {
            broken(
                    "it is not UCL at `"
                            + Remarks.cut(text.substring(at, Math.min(at + 20, endOfLine())))
                            + "`");
            return;
        }
        blank();
        if (more() && (text.charAt(at) == '=' || text.charAt(at) == ':')) {
            at++;
            skip("");
        }
        // `domain "example.com" { ... }`: a section in a section.
        int before = at;
        var inner = key();
        blank();
        if (inner.isEmpty() || !more() || text.charAt(at) != '{') {
            inner = "";
            at = before;
        }
        if (!more()) {
            broken("`" + Remarks.cut(key) + "` has no value");
            return;
        }
        var value = value(depth + 1);
        values.put(key, inner.isEmpty() ? value : new Table(Map.of(inner, value), place));
    }

    private void blank() {
        while (more() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private String key() {
        if (!more()) {
            return "";
        }
        char c = text.charAt(at);
        if (c == '"' || c == '\'') {
            return quoted(c);
        }
        int from = at;
        while (more() && isKey(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private static boolean isKey(char c) {
        return !Character.isWhitespace(c) && "={}[];,:\"'#".indexOf(c) < 0;
    }

    private Ucl value(int depth) {
        var place = place();
        if (depth > DEEPEST) {
            broken("it is nested more than " + DEEPEST + " deep");
            return new Ucl.Text("", place);
        }
        if (++values > MOST_VALUES) {
            broken("it has too many values");
            return new Ucl.Text("", place);
        }
        char c = text.charAt(at);
        if (c == '{') {
            at++;
            return table(depth, true);
        }
        if (c == '[') {
            at++;
            return items(depth);
        }
        if (c == '"' || c == '\'') {
            return new Ucl.Text(quoted(c), place);
        }
        if (text.startsWith("<<", at) && at + 2 < text.length() && isTag(text.charAt(at + 2))) {
            return new Ucl.Text(document(), place);
        }
        int from = at;
        while (more() && ";\n,]}".indexOf(text.charAt(at)) < 0 && !isComment()) {
            at++;
        }
        return new Ucl.Text(text.substring(from, at).strip(), place);
    }

    private boolean isComment() {
        return text.charAt(at) == '#' && Character.isWhitespace(text.charAt(at - 1));
    }

    private static boolean isTag(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private Items items(int depth) {
        var place = place();
        var items = new ArrayList<Ucl>();
        while (true) {
            skip(",;");
            if (!more()) {
                broken("a [ has no ]");
                break;
            }
            if (text.charAt(at) == ']') {
                at++;
                break;
            }
            int before = at;
            items.add(value(depth + 1));
            if (at == before) {
                broken("it is not UCL in a list");
            }
        }
        return new Items(items, place);
    }

    private String quoted(char quote) {
        at++;
        var found = new StringBuilder();
        while (more()) {
            char c = text.charAt(at++);
            if (c == quote) {
                return found.toString();
            }
            if (c == '\\' && more()) {
                char escaped = text.charAt(at++);
                found.append(
                        switch (escaped) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            default -> escaped;
                        });
            } else {
                found.append(c);
            }
        }
        broken("a text in quotes has no end");
        return "";
    }

    /// `<<EOD`, lines, `EOD`.
    private String document() {
        int end = endOfLine();
        var tag = text.substring(at + 2, end).strip();
        int close = text.indexOf("\n" + tag + "\n", end);
        if (close < 0) {
            broken("a text after <<" + Remarks.cut(tag) + " has no end");
            return "";
        }
        var found = close > end ? text.substring(end + 1, close) : "";
        at = close + tag.length() + 1;
        return found;
    }

    /// `.include(priority=1) "file"`; others are for the program alone.
    private void macro(Values values) {
        var place = place();
        int from = at;
        at++;
        while (more() && isKey(text.charAt(at)) && text.charAt(at) != '(') {
            at++;
        }
        var macro = text.substring(from, at);
        blank();
        if (more() && text.charAt(at) == '(') {
            int close = text.indexOf(')', at);
            if (close < 0) {
                broken("a ( has no )");
                return;
            }
            at = close + 1;
        }
        blank();
        if (!more()) {
            return;
        }
        var argument = argument();
        if (macro.equals(".include") || macro.equals(".includes") || macro.equals(".try_include")) {
            includes.read(argument, place).ifPresent(values::over);
        }
    }

    private String argument() {
        char c = text.charAt(at);
        if (c == '"' || c == '\'') {
            return quoted(c);
        }
        int from = at;
        at = Math.max(at, unquotedEnd());
        return text.substring(from, at).strip();
    }

    private int unquotedEnd() {
        int end = endOfLine();
        int semicolon = text.indexOf(';', at);
        return semicolon >= 0 && semicolon < end ? semicolon : end;
    }
}
