package io.postern.gateway.takeover;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A data set of OpenDKIM: a list in the setting itself, or a file with a key and a value a line.
/// opendkim(8), "Data sets". Immutable.
final class DataSet {
    static final DataSet EMPTY = new DataSet(false, List.of());

    private final boolean patterns;
    private final List<Entry> entries;
    private final Map<String, Entry> exact = new HashMap<>();

    /// @param patterns whether keys are patterns, in the order of the file
    DataSet(boolean patterns, List<Entry> entries) {
        this.patterns = patterns;
        this.entries = List.copyOf(entries);
        if (!patterns) {
            entries.forEach(entry -> exact.putIfAbsent(lower(entry.key()), entry));
        }
    }

    boolean patterns() {
        return patterns;
    }

    List<Entry> entries() {
        return entries;
    }

    private static String lower(String key) {
        return key.toLowerCase(Locale.ROOT);
    }

    /// @param value empty when there is none
    record Entry(String key, String value, Place place) {}

    /// What a setting turned out to be.
    sealed interface Parsed {
        record Ok(DataSet set) implements Parsed {}

        /// A kind that is not read here.
        record Foreign(String kind) implements Parsed {}

        record Bad(String why, String remedy) implements Parsed {}
    }

    /// @param folder relative names are taken from here
    static Parsed parse(String spec, Place place, SourceFiles files, Path folder) {
        int colon = spec.indexOf(':');
        var kind = colon < 0 ? "" : spec.substring(0, colon).toLowerCase(Locale.ROOT);
        var rest = spec.substring(colon + 1).strip();
        return switch (kind) {
            case "file" -> file(rest, false, files, folder);
            case "refile" -> file(rest, true, files, folder);
            case "csl" -> new Parsed.Ok(list(rest, place));
            case "db",
                    "dsn",
                    "ldap",
                    "ldaps",
                    "ldapi",
                    "lua",
                    "memcache",
                    "repute",
                    "socket",
                    "erlang",
                    "mdb" ->
                    new Parsed.Foreign(kind);
            default ->
                    spec.startsWith("/") || spec.startsWith("./") || spec.startsWith("../")
                            ? spec.endsWith(".db")
                                    ? new Parsed.Foreign("db")
                                    : file(spec, false, files, folder)
                            : new Parsed.Ok(list(spec, place));
        };
    }

    private static Parsed file(String name, boolean patterns, SourceFiles files, Path folder) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            return new Parsed.Bad("no file is named", "name one");
        }
        return switch (files.read(SourceFiles.name(folder, name), SourceFiles.TABLE)) {
            case SourceFiles.Read.Bad(var why, var remedy) ->
                    new Parsed.Bad(name + ": " + why, remedy);
            case SourceFiles.Read.Ok text -> new Parsed.Ok(new DataSet(patterns, lines(text)));
        };
    }

    /// A key, white space, a value; `#` begins a comment anywhere.
    static List<Entry> lines(SourceFiles.Read.Ok text) {
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < text.lines().size(); i++) {
            var line = text.lines().get(i);
            int comment = line.indexOf('#');
            var pair = Words.pair(comment < 0 ? line : line.substring(0, comment));
            if (!pair.key().isEmpty()) {
                entries.add(new Entry(pair.key(), pair.value(), text.at(i)));
            }
        }
        return entries;
    }

    private static DataSet list(String text, Place place) {
        var entries = new ArrayList<Entry>();
        for (var item : Words.of(text, ",")) {
            int equals = item.indexOf('=');
            entries.add(
                    equals < 0
                            ? new Entry(item, "", place)
                            : new Entry(
                                    item.substring(0, equals).strip(),
                                    item.substring(equals + 1).strip(),
                                    place));
        }
        return new DataSet(false, entries);
    }

    /// The first entry with that key; of patterns the first that fits.
    Optional<Entry> find(String key) {
        return patterns
                ? entries.stream().filter(entry -> Wildcard.fits(entry.key(), key)).findFirst()
                : Optional.ofNullable(exact.get(lower(key)));
    }
}
