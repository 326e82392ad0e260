package io.postern.gateway.takeover;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads `opendkim.conf`: a name, white space, a value; `#` begins a comment anywhere; `Include`
/// reads another file. opendkim.conf(5).
final class OpenDkimFile {
    /// opendkim.conf(5): "a maximum of five levels".
    private static final int DEEPEST = 5;

    private static final int MOST = 10_000;

    private final SourceFiles files;
    private final Remarks remarks;
    private final List<Directive> directives = new ArrayList<>();

    /// One setting.
    record Directive(String name, String value, Place place) {
        boolean is(String other) {
            return name.equalsIgnoreCase(other);
        }

        /// Only the first character counts.
        boolean yes() {
            return !value.isEmpty() && "TtYy1".indexOf(value.charAt(0)) >= 0;
        }
    }

    private OpenDkimFile(SourceFiles files, Remarks remarks) {
        this.files = files;
        this.remarks = remarks;
    }

    static List<Directive> read(SourceFiles.Read.Ok main, SourceFiles files, Remarks remarks) {
        var file = new OpenDkimFile(files, remarks);
        file.read(main, 1);
        return List.copyOf(file.directives);
    }

    private void read(SourceFiles.Read.Ok text, int depth) {
        for (int i = 0; i < text.lines().size(); i++) {
            var line = text.lines().get(i);
            int comment = line.indexOf('#');
            var pair = Words.pair(comment < 0 ? line : line.substring(0, comment));
            if (pair.key().isEmpty()) {
                continue;
            }
            if (directives.size() == MOST) {
                remarks.problem(
                        text.at(i),
                        "the rest of the file",
                        "it has too many settings",
                        "shorten it");
                return;
            }
            var directive = new Directive(pair.key(), pair.value(), text.at(i));
            if (pair.value().isEmpty() || pair.key().indexOf('\0') >= 0) {
                remarks.problem(
                        directive.place(),
                        Remarks.cut(pair.key()),
                        "it has no value",
                        "give it one");
            } else if (directive.is("Include")) {
                include(directive, depth);
            } else {
                directives.add(directive);
            }
        }
    }

    private void include(Directive directive, int depth) {
        var what = "Include " + Remarks.cut(directive.value());
        if (depth >= DEEPEST) {
            remarks.problem(
                    directive.place(),
                    what,
                    "files include each other more than five deep",
                    "take the circle out");
            return;
        }
        if (directive.value().indexOf('\0') >= 0) {
            remarks.problem(directive.place(), what, "that is no name of a file", "name one");
            return;
        }
        switch (files.read(
                SourceFiles.name(Path.of("/"), directive.value()), SourceFiles.SETTINGS)) {
            case SourceFiles.Read.Bad(var why, var remedy) ->
                    remarks.problem(directive.place(), what, why, remedy);
            case SourceFiles.Read.Ok text -> read(text, depth + 1);
        }
    }

    /// For a switch: names have no case.
    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
