package io.postern.cli;

import io.postern.admin.Json;
import io.postern.km.Requests;
import io.postern.km.consent.Draft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/// Requests: looking at them, signing one, doing one.
final class KmRequestCommands {
    private KmRequestCommands() {}

    @Command(
            name = "requests",
            description = "Lists requests that wait, with who signed them; one with its text.",
            footer = {"", "Examples:", "  postern km requests", "  postern km requests 7"})
    static final class Show extends Common implements Callable<Integer> {
        private final Io io;

        @Mixin DataOptions data = new DataOptions();

        @Option(names = "--json", description = "As JSON.")
        boolean json;

        @Parameters(arity = "0..1", paramLabel = "ID", description = "Only this one.")
        Optional<Long> id = Optional.empty();

        Show(Io io) {
            this.io = io;
        }

        @Override
        public Integer call() {
            List<Requests.Pending> all;
            try (var km = KmAccess.read(io, data)) {
                all =
                        id.isPresent()
                                ? List.of(km.requests().one(id.get()))
                                : km.requests().pending();
            }
            if (json) {
                io.line(Json.pretty(all));
            } else if (id.isPresent()) {
                KmConsent.shown(io, all.getFirst());
            } else if (all.isEmpty()) {
                io.line("No request waits.");
            } else {
                var table = new Table("ID", "REQUEST", "SIGNED BY", "NEEDED", "UNTIL");
                for (var one : all) {
                    table.row(
                            one.id() + "",
                            KmConsent.words(one.request()),
                            String.join(", ", one.approvers()),
                            one.needed() + "",
                            Words.time(one.request().expires()));
                }
                table.print(io);
            }
            return 0;
        }
    }

    @Command(
            name = "approve",
            description =
                    "Signs a request with an approver's own key: shows exactly what is signed, and asks for the key's"
                            + " passphrase. Needs nothing that opens the vault.",
            footer = {"", "Example:", "  postern km approve 7 --key ~/anna-approver.key"})
    static final class Approve extends Common implements Callable<Integer> {
        private final Io io;

        @Mixin DataOptions data = new DataOptions();

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description = "The approver's key.")
        Path key = Path.of("");

        @Option(
                names = "--passphrase-file",
                paramLabel = "FILE",
                description = "Its passphrase, from a file (0600); otherwise asked for.")
        Optional<Path> passphraseFile = Optional.empty();

        @Parameters(paramLabel = "ID", description = "The request.")
        long id;

        Approve(Io io) {
            this.io = io;
        }

        @Override
        public Integer call() {
            try (var km = KmAccess.read(io, data)) {
                KmConsent.shown(io, km.requests().one(id));
                io.out().flush();
            }
            try (var mine = KmConsent.key(io, key, passphraseFile)) {
                var after = KmActs.locked(io, data, km -> km.requests().approve(id, mine));
                io.line(
                        "signed by %s; %s"
                                .formatted(
                                        String.join(", ", after.approvers()),
                                        after.ready()
                                                ? "do it with `postern km do " + id + "`"
                                                : after.needed()
                                                        - after.approvers().size()
                                                        + " more needed"));
            }
            return 0;
        }
    }

    @Command(
            name = "do",
            description =
                    "Does what a request says, once enough approvers signed it. Options of the act itself, such as"
                            + " --out, --secret-file or --share-file, are given with it.",
            footer = {
                "",
                "Examples:",
                "  postern km do 7",
                "  postern km do 8 --out /media/deputy --passphrase-to /media/two/p \\",
                "      --share-file a.txt --share-file b.txt"
            })
    static final class Do extends Common implements Callable<Integer> {
        private final Io io;

        @Mixin DataOptions data = new DataOptions();

        @Parameters(paramLabel = "ID", description = "The request.")
        long id;

        @Unmatched List<String> more = new ArrayList<>();

        Do(Io io) {
            this.io = io;
        }

        @Override
        public Integer call() {
            Draft draft;
            try (var km = KmAccess.read(io, data)) {
                draft = km.requests().one(id).request().draft();
            }
            var all = new ArrayList<String>(List.of("km"));
            var command =
                    KmRequestWords.of(draft)
                            .orElseThrow(() ->
                                    Failure.of(
                                            Table.printable(draft.words())
                                                    + " is not done from here",
                                            "give --approval "
                                                    + id
                                                    + " to the command that made the request"));
            all.addAll(command.options());
            all.addAll(more);
            all.add("--approval=" + id);
            data.config.ifPresent(file -> all.add("--config=" + file));
            data.data.ifPresent(folder -> all.add("--data=" + folder));
            all.add("--");
            all.addAll(command.positional());
            return Main.run(io, all);
        }
    }
}
