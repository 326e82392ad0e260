package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.Limits;
import io.postern.admin.Operations;
import io.postern.gateway.config.Durations;
import io.postern.gateway.replay.Example;
import io.postern.gateway.replay.Replay;
import io.postern.gateway.replay.ReplayReport;
import io.postern.gateway.replay.Replaying;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "replay",
        description = {
            "Says how many of the messages that strangers handed in lately another configuration would have treated "
                    + "otherwise, and shows some.",
            "",
            "What was decided is compared with what the new configuration's own domains, access lists, rules and "
                    + "[authentication] make of the same messages. Nothing else is asked again: no rates, DNS, "
                    + "recipients or greylisting. Nothing is changed. The gateway keeps what is needed for as long as "
                    + "`[history] replay` says. Ends with 0, whatever it finds."
        },
        footer = {
            "",
            "Examples:",
            "  postern replay --config new.toml",
            "  postern replay --config new.toml --since 12h --examples 10",
            "  postern replay --config /tmp/new.toml --data /var/lib/postern --json | jq .otherwise"
        })
final class ReplayCommand extends Common implements Callable<Integer> {
    private static final int MOST_EXAMPLES = 1000;

    /// Pages between two words on how far it is.
    private static final int PAGES = 10;

    /// Characters of an address in a table.
    private static final int ADDRESS = 40;

    private final Io io;

    @Option(
            names = "--config",
            paramLabel = "NEW",
            required = true,
            description = "The configuration to try.")
    Path config = Path.of("postern.toml");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The gateway's data folder (default: that of NEW).")
    Optional<Path> data = Optional.empty();

    @Option(
            names = "--since",
            paramLabel = "AGE",
            defaultValue = "7d",
            description = "How far back, such as 90m, 12h or 7d (default: ${DEFAULT-VALUE}).")
    String since = "7d";

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "3",
            description = "Show so many of each kind of change (default: ${DEFAULT-VALUE}).")
    int examples = 3;

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    ReplayCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var back =
                Durations.parse(since)
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--since is a length of time such as 90m, 12h or 7d, not "
                                                + since));
        if (examples < 0 || examples > MOST_EXAMPLES) {
            throw Failure.usage("--examples is 0 to " + MOST_EXAMPLES);
        }
        var gateway = new DataOptions();
        gateway.config = Optional.of(config);
        gateway.data = data;
        var replaying = new Replaying(new Replay(gateway.readConfig(io).orElseThrow()), examples);
        try (var operations = Access.open(io, gateway)) {
            read(operations, back, replaying);
        }
        var report = replaying.report();
        if (json) {
            io.line(Json.pretty(report));
        } else {
            print(report, back);
        }
        return 0;
    }

    private void read(Operations operations, Duration back, Replaying replaying) {
        var after = Optional.<String>empty();
        int pages = 0;
        do {
            var page = operations.seen(back, after, Limits.SEEN);
            page.messages().forEach(replaying::add);
            replaying.unreadable(page.unreadable());
            after = page.next();
            pages++;
            if (io.terminal() && pages % PAGES == 0) {
                io.err().print("\r" + number(replaying.messages()) + " messages ...");
                io.err().flush();
            }
        } while (after.isPresent());
        if (io.terminal() && pages >= PAGES) {
            io.err().print("\r" + " ".repeat(40) + "\r");
            io.err().flush();
        }
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String messages(long number) {
        return number(number) + (number == 1 ? " message" : " messages");
    }

    private void print(ReplayReport report, Duration back) {
        var span = Durations.print(back);
        if (report.messages() == 0) {
            io.line(
                    "No messages of the last "
                            + span
                            + " are kept"
                            + unreadable(report)
                            + ". Those that strangers hand in are kept for as long as [history] replay says"
                            + " (default 7d, 0s for none).");
            return;
        }
        io.line(
                messages(report.messages())
                        + " of the last "
                        + span
                        + "; "
                        + (report.otherwise() == 0
                                ? "none would be treated otherwise."
                                : number(report.otherwise()) + " would be treated otherwise:"));
        changes(report);
        for (var change : report.changes()) {
            examples(change);
        }
        counts(report.cantTell(), "Of " + messages(report.untold()) + " nothing can be told:");
        long left = report.notCompared().stream().mapToLong(ReplayReport.Count::messages).sum();
        counts(
                report.notCompared(),
                "Not compared are " + messages(left) + ", refused by what is not replayed:");
        if (report.unreadable() > 0) {
            io.line("");
            io.line(number(report.unreadable()) + " entries could not be read.");
        }
        io.line("");
        io.line("Not replayed: " + String.join(", ", report.notReplayed()) + ".");
    }

    private static String unreadable(ReplayReport report) {
        return report.unreadable() == 0
                ? ""
                : ", but for " + number(report.unreadable()) + " that can't be read";
    }

    private void changes(ReplayReport report) {
        if (report.changes().isEmpty()) {
            return;
        }
        io.line("");
        var table = new Table("MESSAGES", "CHANGE");
        for (var change : report.changes()) {
            table.row(number(change.messages()), words(change));
        }
        table.print(io);
    }

    private static String words(ReplayReport.Change change) {
        return change.before() + " -> " + change.now();
    }

    private void examples(ReplayReport.Change change) {
        if (change.examples().isEmpty()) {
            return;
        }
        io.line("");
        io.line(Table.printable(words(change)) + ", for example:");
        var table = new Table("TIME", "ID", "CLIENT", "FROM", "AUTHOR", "WHY");
        for (var example : change.examples()) {
            row(table, example);
        }
        table.print(io);
    }

    private static void row(Table table, Example example) {
        table.row(
                Words.time(example.at()),
                example.id().orElse("-"),
                example.client(),
                cut(example.from()),
                cut(example.author().orElse("-")),
                example.why().isEmpty() ? "nothing against it" : example.why());
    }

    /// A stranger's address may be longer than the terminal is wide.
    private static String cut(String address) {
        return address.length() <= ADDRESS ? address : address.substring(0, ADDRESS - 1) + "…";
    }

    private void counts(List<ReplayReport.Count> counts, String head) {
        if (counts.isEmpty()) {
            return;
        }
        io.line("");
        io.line(head);
        var table = new Table("MESSAGES", "WHY");
        for (var count : counts) {
            table.row(number(count.messages()), count.what());
        }
        table.print(io);
    }
}
