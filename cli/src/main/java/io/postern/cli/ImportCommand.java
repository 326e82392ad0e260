package io.postern.cli;

import io.postern.admin.ImportedKey;
import io.postern.admin.Json;
import io.postern.admin.OperationException;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.takeover.OldKey;
import io.postern.gateway.takeover.Remark;
import io.postern.gateway.takeover.Takeover;
import io.postern.keys.CryptoProviders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "import",
        description = {
            "Makes a configuration of what OpenDKIM, rspamd and Postfix are set to, and tells what has no equivalent.",
            "",
            "Reads their files and changes nothing. What it prints is a whole postern.toml, with its list of keys and "
                    + "of what could not be taken over behind it, as comments. With --keys it takes over the private keys, "
                    + "with --compare it shows whether sample messages would be signed as before. docs/import.md."
        },
        footer = {
            "",
            "Examples:",
            "  postern import --opendkim /etc/opendkim.conf --postfix /etc/postfix/main.cf > postern.toml",
            "  postern import --rspamd /etc/rspamd --compare sent/*.eml",
            "  postern import --opendkim /etc/opendkim.conf --keys --config postern.toml",
            "  postern import --root /mnt/old --postfix /etc/postfix/main.cf --json | jq .remarks"
        })
final class ImportCommand extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Option(
            names = "--opendkim",
            paramLabel = "FILE",
            description = "opendkim.conf; its tables are read, too.")
    Optional<Path> opendkim = Optional.empty();

    @Option(
            names = "--rspamd",
            paramLabel = "DIR",
            description = "rspamd's folder, as /etc/rspamd, or its dkim_signing.conf alone.")
    Optional<Path> rspamd = Optional.empty();

    @Option(
            names = "--postfix",
            paramLabel = "FILE",
            description = "main.cf; its text tables are read, too.")
    Optional<Path> postfix = Optional.empty();

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "A copy of another machine's files: all names are taken below it.")
    Optional<Path> root = Optional.empty();

    @Option(
            names = "--keys",
            description =
                    "Take over the private keys into the gateway of --config or --data; print no configuration.")
    boolean keys;

    @Option(
            names = "--compare",
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Messages, or folders of them: show how they were signed, and how they would be by --config, or "
                            + "else by what was made.")
    List<Path> compare = List.of();

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    ImportCommand(Io io) {
        this.io = io;
    }

    /// What was made, as JSON.
    record Made(Optional<String> configuration, List<KeyLine> keys, List<Remark> remarks) {}

    /// A key, as JSON. Nothing secret.
    ///
    /// @param record the text of its record in the DNS, when it can be taken over
    /// @param fault why it can't
    record KeyLine(
            String domain,
            String selector,
            String source,
            String place,
            Optional<String> algorithm,
            Optional<Integer> bits,
            Optional<String> record,
            List<String> warnings,
            Optional<String> fault,
            Optional<String> remedy) {
        static KeyLine of(OldKey key) {
            return switch (key.state()) {
                case OldKey.State.Usable usable ->
                        new KeyLine(
                                key.domain(),
                                key.selector(),
                                key.source(),
                                key.place(),
                                Optional.of(usable.type().tag()),
                                Optional.of(usable.bits()),
                                Optional.of(
                                        "v=DKIM1; k="
                                                + usable.type().tag()
                                                + "; p="
                                                + usable.publicKey()),
                                usable.warnings(),
                                Optional.empty(),
                                Optional.empty());
                case OldKey.State.Unusable(var why, var remedy) ->
                        new KeyLine(
                                key.domain(),
                                key.selector(),
                                key.source(),
                                key.place(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Optional.of(why),
                                Optional.of(remedy).filter(text -> !text.isEmpty()));
            };
        }
    }

    @Override
    public Integer call() {
        if (opendkim.isEmpty() && rspamd.isEmpty() && postfix.isEmpty()) {
            throw Failure.usage(
                    "name what to take over, as in `postern import --opendkim /etc/opendkim.conf`");
        }
        if (keys && !compare.isEmpty()) {
            throw Failure.usage("--keys and --compare are two things: do one after the other");
        }
        if (!keys && compare.isEmpty() && (data.config.isPresent() || data.data.isPresent())) {
            throw Failure.usage("--config and --data go with --keys or --compare");
        }
        CryptoProviders.install();
        var takeover = read();
        if (keys) {
            return takeKeys(takeover);
        }
        if (!compare.isEmpty()) {
            return new ImportComparison(io, takeover, config(takeover), json).run(compare);
        }
        return print(takeover);
    }

    private Takeover read() {
        var sources =
                new Takeover.Sources(
                        opendkim.map(this::named),
                        rspamd.map(this::named),
                        postfix.map(this::named),
                        root.map(path -> io.file(path).toAbsolutePath()));
        return switch (Takeover.read(sources)) {
            case Takeover.Result.Done(var takeover) -> takeover;
            case Takeover.Result.Unreadable(var file, var why, var remedy) ->
                    throw Failure.of(Table.printable(file + ": " + why), remedy);
        };
    }

    /// With a root, names are those of the other machine; but who lets the shell complete them
    /// names the files of the copy.
    private Path named(Path name) {
        var here = io.file(name).toAbsolutePath().normalize();
        boolean foreign =
                root.map(path -> !here.startsWith(io.file(path).toAbsolutePath().normalize()))
                        .orElse(false);
        return foreign ? Path.of("/").resolve(name) : here;
    }

    private int print(Takeover takeover) {
        if (json) {
            io.line(
                    Json.pretty(
                            new Made(
                                    takeover.configuration(),
                                    takeover.keys().stream().map(KeyLine::of).toList(),
                                    takeover.remarks())));
        } else {
            io.out().print(takeover.configuration().orElseGet(takeover::lists));
        }
        if (takeover.configuration().isEmpty()) {
            throw Failure.of(
                    "no domain was found, so there is no configuration to make",
                    "see the list, or name Postfix's main.cf, too");
        }
        long unusable =
                takeover.keys().stream()
                        .filter(key -> key.state() instanceof OldKey.State.Unusable)
                        .count();
        io.err()
                .println(
                        "postern: "
                                + Words.count(takeover.keys().size(), "key", "keys")
                                + (unusable == 0
                                        ? ""
                                        : ", of which " + unusable + " can't be taken over")
                                + "; "
                                + Words.count(takeover.remarks().size(), "remark", "remarks")
                                + (json ? "" : ", at the end of the file"));
        return 0;
    }

    private Config config(Takeover takeover) {
        return data.readConfig(io)
                .orElseGet(() ->
                        ConfigReader.parse(
                                takeover.configuration()
                                        .orElseThrow(() ->
                                                Failure.of(
                                                        "no domain was found, so there is nothing to compare with",
                                                        "name a configuration with --config")),
                                "the configuration made",
                                io.folder()));
    }

    /// What became of one key.
    record Taken(KeyLine key, boolean taken, String text) {}

    private int takeKeys(Takeover takeover) {
        if (takeover.keys().isEmpty()) {
            throw Failure.of(
                    "no key was found",
                    "see why with the same command without --keys, or use `postern dkim import`");
        }
        var config = data.readConfig(io);
        var taken = new ArrayList<Taken>();
        try (var operations = Access.openOrCreate(io, data)) {
            for (var key : takeover.keys()) {
                switch (key.state()) {
                    case OldKey.State.Unusable(var why, var remedy) ->
                            taken.add(failed(key, why, remedy));
                    case OldKey.State.Usable usable -> {
                        if (config.isPresent() && config.get().own(usable.owner()).isEmpty()) {
                            taken.add(
                                    failed(
                                            key,
                                            usable.owner()
                                                    + " is no [[domain]] of the configuration",
                                            "add it there first"));
                            continue;
                        }
                        try {
                            var view =
                                    operations.importDkimKey(
                                            new ImportedKey(
                                                    usable.owner().name(),
                                                    key.selector(),
                                                    usable.text().text()));
                            taken.add(new Taken(KeyLine.of(key), true, view.zone()));
                        } catch (OperationException e) {
                            taken.add(failed(key, e.error(), e.remedy()));
                        }
                    }
                }
            }
        }
        if (json) {
            io.line(Json.pretty(taken));
        } else {
            taken.forEach(this::print);
        }
        return taken.stream().allMatch(Taken::taken) ? 0 : Failure.NOT;
    }

    private static Taken failed(OldKey key, String why, String remedy) {
        return new Taken(KeyLine.of(key), false, remedy.isEmpty() ? why : why + "; " + remedy);
    }

    private void print(Taken taken) {
        var key = taken.key();
        var name = Table.printable(key.selector() + "._domainkey." + key.domain());
        if (taken.taken()) {
            io.line("; taken over; its record in the DNS should read:");
            io.line(taken.text());
            key.warnings().forEach(warning -> io.line("; warning: " + warning));
        } else {
            io.err()
                    .println(
                            "postern: not taken over: "
                                    + name
                                    + ", "
                                    + Table.printable(key.source() + ": " + taken.text()));
        }
    }
}
