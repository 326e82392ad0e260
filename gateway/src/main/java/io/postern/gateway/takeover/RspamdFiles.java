package io.postern.gateway.takeover;

import io.postern.gateway.takeover.Ucl.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The settings of rspamd: what is in `modules.d` first, `local.d` over it, `override.d` over both.
final class RspamdFiles {
    private static final int DEEPEST = 5;

    private final SourceFiles files;
    private final Remarks remarks;
    private final Path folder;
    private int depth;

    RspamdFiles(SourceFiles files, Remarks remarks, Path folder) {
        this.files = files;
        this.remarks = remarks;
        this.folder = folder;
    }

    /// The settings of a section; empty when no file has any.
    ///
    /// @param file such as `dkim_signing.conf`
    Optional<Table> section(String section, String file) {
        Optional<Table> all = Optional.empty();
        for (var layer :
                List.of(
                        "modules.d/",
                        "rspamd.conf.local",
                        "local.d/",
                        "rspamd.conf.override",
                        "override.d/")) {
            boolean whole = !layer.endsWith("/");
            var name = folder.resolve(whole ? layer : layer + file);
            if (files.exists(name)) {
                var found = read(name, new Place(name.toString(), 0));
                // A file of local.d is the inside of the section; the others have it around.
                var its = found.flatMap(table -> table.table(section));
                var inside = whole ? its : its.or(() -> found);
                if (inside.isPresent()) {
                    all = Optional.of(merged(all, inside.get()));
                }
            }
        }
        return all;
    }

    private static Table merged(Optional<Table> base, Table over) {
        return base.map(table -> table.with(over)).orElse(over);
    }

    /// One file, with what it includes.
    Optional<Table> read(Path name, Place place) {
        return switch (files.read(name, SourceFiles.SETTINGS)) {
            case SourceFiles.Read.Bad(var why, var remedy) -> {
                remarks.problem(place, name.toString(), why, remedy);
                yield Optional.empty();
            }
            case SourceFiles.Read.Ok text ->
                    Optional.of(UclReader.read(text, this::include, remarks));
        };
    }

    private Optional<Table> include(String argument, Place place) {
        var known =
                Map.of(
                        "LOCAL_CONFDIR",
                        folder,
                        "CONFDIR",
                        folder,
                        "DBDIR",
                        Path.of("/var/lib/rspamd"));
        var name = argument;
        for (var variable : known.entrySet()) {
            name =
                    name.replace("${" + variable.getKey() + "}", variable.getValue().toString())
                            .replace("$" + variable.getKey(), variable.getValue().toString());
        }
        if (name.contains("://") || name.indexOf('*') >= 0 || name.indexOf('\0') >= 0) {
            remarks.problem(
                    place,
                    ".include " + Remarks.cut(argument),
                    "only files are included, named one by one",
                    "put what it has into local.d for the time of the import");
            return Optional.empty();
        }
        // Read as layers of their own.
        boolean layer =
                name.contains("/local.d/")
                        || name.contains("/override.d/")
                        || name.contains("/dynamic/");
        var file = SourceFiles.name(folder, name);
        if (layer || !files.exists(file)) {
            return Optional.empty();
        }
        if (depth >= DEEPEST) {
            remarks.problem(
                    place,
                    ".include " + Remarks.cut(argument),
                    "files include each other more than five deep",
                    "take the circle out");
            return Optional.empty();
        }
        depth++;
        try {
            return read(file, place);
        } finally {
            depth--;
        }
    }

    /// A map: a file of keys and values, or a list of them in place.
    ///
    /// @param patterns whether keys are patterns
    DataSet map(String setting, Ucl value, boolean patterns) {
        var texts = Ucl.texts(value);
        if (value instanceof Ucl.Text text && isFile(text.text())) {
            var name = text.text().substring(text.text().indexOf('/')).replaceFirst("^/*", "/");
            if (name.indexOf('\0') >= 0) {
                return DataSet.EMPTY;
            }
            return switch (files.read(SourceFiles.name(Path.of("/"), name), SourceFiles.TABLE)) {
                case SourceFiles.Read.Bad(var why, var remedy) -> {
                    remarks.problem(text.place(), setting + " " + Remarks.cut(name), why, remedy);
                    yield DataSet.EMPTY;
                }
                case SourceFiles.Read.Ok lines ->
                        new DataSet(
                                patterns || text.text().startsWith("glob"), DataSet.lines(lines));
            };
        }
        if (value instanceof Table
                || texts.stream().anyMatch(text -> text.text().contains("://"))) {
            remarks.none(
                    value.place(),
                    setting,
                    "maps are read from files alone",
                    "write the map into a file for the time of the import");
            return DataSet.EMPTY;
        }
        return new DataSet(
                patterns,
                texts.stream()
                        .map(text -> {
                            var pair = Words.pair(text.text());
                            return new DataSet.Entry(pair.key(), pair.value(), text.place());
                        })
                        .filter(entry -> !entry.key().isEmpty())
                        .toList());
    }

    private static boolean isFile(String text) {
        return text.startsWith("/")
                || text.startsWith("file://")
                || text.startsWith("map:///")
                || text.startsWith("glob;/")
                || text.startsWith("map;/");
    }
}
