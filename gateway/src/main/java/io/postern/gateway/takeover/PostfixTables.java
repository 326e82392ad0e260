package io.postern.gateway.takeover;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Postfix's lists and look-up tables, as far as a text file stands behind them. DATABASE_README.
final class PostfixTables {
    /// Made by postmap of a text file of the same name, which is what is read here.
    private static final Set<String> TEXTS =
            Set.of("texthash", "hash", "btree", "lmdb", "cdb", "dbm", "sdbm");

    /// All of DATABASE_README.
    private static final Set<String> TYPES =
            Set.of(
                    "texthash",
                    "hash",
                    "btree",
                    "lmdb",
                    "cdb",
                    "dbm",
                    "sdbm",
                    "proxy",
                    "cidr",
                    "pcre",
                    "regexp",
                    "ldap",
                    "mysql",
                    "pgsql",
                    "sqlite",
                    "memcache",
                    "static",
                    "inline",
                    "tcp",
                    "socketmap",
                    "unix",
                    "nis",
                    "nisplus",
                    "netinfo",
                    "environ",
                    "fail",
                    "internal",
                    "pipemap",
                    "unionmap",
                    "randmap",
                    "mongodb");

    private final SourceFiles files;
    private final Remarks remarks;
    private final Path folder;
    private int unread;

    PostfixTables(SourceFiles files, Remarks remarks, Path folder) {
        this.files = files;
        this.remarks = remarks;
        this.folder = folder;
    }

    /// What stands in a list: words, and those of files and the keys of tables that it names. A `!`
    /// before a word stays.
    List<DataSet.Entry> list(PostfixFile.Parameter parameter) {
        var entries = new ArrayList<DataSet.Entry>();
        for (var word : Words.of(parameter.value(), ", \t\r\n")) {
            if (isTable(word)) {
                table(parameter, word)
                        .forEach(entry ->
                                entries.add(new DataSet.Entry(entry.key(), "", entry.place())));
            } else if (word.startsWith("/") && !word.startsWith("//")) {
                file(parameter, word, word).forEach(entries::add);
            } else {
                entries.add(new DataSet.Entry(word, "", parameter.place()));
            }
        }
        return entries;
    }

    /// The keys and values of all tables that a parameter names.
    List<DataSet.Entry> tables(PostfixFile.Parameter parameter) {
        var entries = new ArrayList<DataSet.Entry>();
        for (var word : Words.of(parameter.value(), ", \t\r\n")) {
            if (isTable(word)) {
                entries.addAll(table(parameter, word));
            } else {
                foreign(parameter, word);
            }
        }
        return entries;
    }

    /// `type:name`; an address in digits has colons, too.
    static boolean isTable(String word) {
        int colon = word.indexOf(':');
        return colon > 0 && TYPES.contains(word.substring(0, colon));
    }

    private List<DataSet.Entry> table(PostfixFile.Parameter parameter, String word) {
        var bare = word.startsWith("proxy:") ? word.substring("proxy:".length()) : word;
        int colon = bare.indexOf(':');
        var type = colon < 0 ? "" : bare.substring(0, colon);
        if (!TEXTS.contains(type) || !bare.startsWith("/", colon + 1)) {
            foreign(parameter, word);
            return List.of();
        }
        return file(parameter, word, bare.substring(colon + 1));
    }

    /// How many tables could not be read so far: what was read is less than there is.
    int unread() {
        return unread;
    }

    private void foreign(PostfixFile.Parameter parameter, String word) {
        unread++;
        int colon = word.indexOf(':');
        remarks.none(
                parameter.place(),
                parameter.name() + " " + Remarks.cut(word),
                (colon < 0 ? "this" : word.substring(0, colon) + ": tables")
                        + " can't be read here",
                "write what it has into a text file (`texthash:`) for the time of the import, or into the"
                        + " configuration by hand");
    }

    private List<DataSet.Entry> file(PostfixFile.Parameter parameter, String word, String name) {
        if (name.indexOf('\0') >= 0) {
            return List.of();
        }
        return switch (files.read(SourceFiles.name(folder, name), SourceFiles.TABLE)) {
            case SourceFiles.Read.Bad(var why, var remedy) -> {
                unread++;
                remarks.problem(
                        parameter.place(), parameter.name() + " " + Remarks.cut(word), why, remedy);
                yield List.of();
            }
            case SourceFiles.Read.Ok text ->
                    PostfixFile.logical(text).stream()
                            .map(line -> {
                                var pair = Words.pair(line.value());
                                return new DataSet.Entry(
                                        pair.key().toLowerCase(Locale.ROOT),
                                        pair.value(),
                                        line.place());
                            })
                            .toList();
        };
    }
}
