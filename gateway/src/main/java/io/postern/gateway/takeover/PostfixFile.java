package io.postern.gateway.takeover;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Postfix's `main.cf`: `name = value`, lines that begin with white space go on with the one
/// before, `$name` stands for another parameter's value. postconf(5).
final class PostfixFile {
    private static final int DEEPEST = 20;
    private static final int LONGEST = 64 * 1024;
    private static final int MOST_NAMES = 10_000;

    /// One parameter.
    ///
    /// @param value as written, on one line
    record Parameter(String name, String value, Place place) {}

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final String folder;

    private PostfixFile(String folder) {
        this.folder = folder;
    }

    static PostfixFile read(SourceFiles.Read.Ok text, Remarks remarks) {
        var parent = text.name().getParent();
        var file = new PostfixFile(parent == null ? "/" : parent.toString());
        for (var line : logical(text)) {
            int equals = line.value().indexOf('=');
            var name = equals < 0 ? "" : line.value().substring(0, equals).strip();
            if (name.isEmpty() || name.indexOf(' ') >= 0) {
                remarks.problem(
                        line.place(),
                        Remarks.cut(Words.pair(line.value()).key()),
                        "it is not of the form name = value",
                        "mend it; `postconf -n` shows what Postfix makes of it");
            } else if (file.parameters.size() < MOST_NAMES) {
                // The last one counts.
                file.parameters.remove(name);
                file.parameters.put(
                        name,
                        new Parameter(
                                name, line.value().substring(equals + 1).strip(), line.place()));
            }
        }
        return file;
    }

    /// Lines joined with those that go on with them. Comments and empty lines end nothing.
    static List<DataSet.Entry> logical(SourceFiles.Read.Ok text) {
        var lines = new java.util.ArrayList<DataSet.Entry>();
        var current = new StringBuilder();
        Place place = text.at(0);
        for (int i = 0; i < text.lines().size(); i++) {
            var line = text.lines().get(i);
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            if (Character.isWhitespace(line.charAt(0)) && !current.isEmpty()) {
                current.append(' ').append(line.strip());
                continue;
            }
            if (!current.isEmpty()) {
                lines.add(new DataSet.Entry("", current.toString(), place));
            }
            current.setLength(0);
            current.append(line.strip());
            place = text.at(i);
        }
        if (!current.isEmpty()) {
            lines.add(new DataSet.Entry("", current.toString(), place));
        }
        return lines;
    }

    /// All that the file sets, in its order.
    Iterable<Parameter> parameters() {
        return parameters.values();
    }

    /// A parameter as the file has it, with the names in it expanded; empty when it is not set.
    Optional<Parameter> get(String name) {
        return Optional.ofNullable(parameters.get(name))
                .map(one -> new Parameter(name, expanded(one.value()), one.place()));
    }

    /// The value of a text with names in it. What is too long or goes in a circle is cut.
    String expanded(String text) {
        return new Expansion().expand(text, 0);
    }

    private final class Expansion {
        private int steps;

        private String expand(String text, int depth) {
            if (text.indexOf('$') < 0 || depth > DEEPEST) {
                return text;
            }
            var result = new StringBuilder();
            for (int i = 0; i < text.length() && result.length() < LONGEST; ) {
                char c = text.charAt(i);
                if (c != '$' || i + 1 == text.length()) {
                    result.append(c);
                    i++;
                    continue;
                }
                char next = text.charAt(i + 1);
                if (next == '$') {
                    result.append('$');
                    i += 2;
                } else if (next == '{' || next == '(') {
                    int close = closing(text, i + 1);
                    result.append(conditional(text.substring(i + 2, close), depth));
                    i = Math.min(text.length(), close + 1);
                } else {
                    int end = i + 1;
                    while (end < text.length() && isName(text.charAt(end))) {
                        end++;
                    }
                    result.append(value(text.substring(i + 1, end), depth));
                    i = Math.max(end, i + 1);
                }
            }
            return result.length() > LONGEST ? result.substring(0, LONGEST) : result.toString();
        }

        /// `name`, `name?text`, `name:text`, `name?{text}:{text}`.
        private String conditional(String inside, int depth) {
            int end = 0;
            while (end < inside.length() && isName(inside.charAt(end))) {
                end++;
            }
            var value = value(inside.substring(0, end), depth);
            if (end == inside.length()) {
                return value;
            }
            char kind = inside.charAt(end);
            var rest = inside.substring(end + 1).strip();
            var then = rest;
            var otherwise = "";
            if (rest.startsWith("{")) {
                int close = closing(rest, 0);
                then = rest.substring(1, close).strip();
                var behind = rest.substring(Math.min(rest.length(), close + 1)).strip();
                if (behind.startsWith(":{")) {
                    otherwise = behind.substring(2, closing(behind, 1)).strip();
                }
            }
            return switch (kind) {
                case '?' ->
                        value.isEmpty() ? expand(otherwise, depth + 1) : expand(then, depth + 1);
                case ':' -> value.isEmpty() ? expand(then, depth + 1) : value;
                default -> value;
            };
        }

        private String value(String name, int depth) {
            if (++steps > MOST_NAMES) {
                return "";
            }
            var parameter = parameters.get(name);
            if (parameter != null) {
                return expand(parameter.value(), depth + 1);
            }
            // Defaults that other values are often made of. postconf(5).
            return switch (name) {
                case "mydomain" -> {
                    var host = value("myhostname", depth + 1);
                    yield host.substring(host.indexOf('.') + 1);
                }
                case "myorigin" -> value("myhostname", depth + 1);
                case "config_directory", "meta_directory" -> folder;
                case "default_database_type" -> "hash";
                default -> "";
            };
        }
    }

    private static boolean isName(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    /// Where the bracket that opens there closes; the end of the text when it does not.
    private static int closing(String text, int open) {
        char begin = text.charAt(open);
        char end = begin == '{' ? '}' : ')';
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            if (text.charAt(i) == begin) {
                depth++;
            } else if (text.charAt(i) == end && --depth == 0) {
                return i;
            }
        }
        return text.length();
    }
}
