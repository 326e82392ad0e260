package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.Limits;
import io.postern.admin.RateKey;
import io.postern.gateway.rates.RateView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "rates",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and resets what is counted of clients, users and domains.",
        footer = {
            "",
            "Examples:",
            "  postern rates show 192.0.2.1",
            "  postern rates reset 192.0.2.1"
        })
final class RatesCommand extends Common implements Runnable {
    private final Io io;

    RatesCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with the rates; see `postern rates --help`");
    }

    @Command(
            name = "show",
            description = {
                "Lists token buckets that are not full, the emptiest first.",
                "Of a gateway that does not run: as it wrote them down when it stopped."
            },
            footer = {
                "",
                "Examples:",
                "  postern rates show",
                "  postern rates show 192.0.2.1         # and its network",
                "  postern rates show per-user --json   # of one rate"
            })
    int show(
            @Mixin DataOptions.AndCommon data,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "KEY",
                            description = "An address, network, user, domain, or a rate's name.")
                    Optional<String> key,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "Show at most so many (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        if (limit < 1 || limit > Limits.PAGE) {
            throw Failure.usage("--limit is 1 to " + Limits.PAGE);
        }
        List<RateView> views;
        try (var operations = Access.open(io, data)) {
            views = operations.rates(key, limit);
        }
        if (json) {
            io.line(Json.pretty(views));
        } else {
            print(views);
        }
        return 0;
    }

    private void print(List<RateView> views) {
        if (views.isEmpty()) {
            io.line("Nothing is used up, not even in part.");
            return;
        }
        var now = io.clock().instant();
        var table = new Table("RATE", "USED", "OF", "LIMIT", "FULL IN", "KEY");
        for (var view : views) {
            table.row(
                    view.rate(),
                    Long.toString(view.used()),
                    Long.toString(view.burst()),
                    view.limit(),
                    view.fullAt().isAfter(now)
                            ? Words.span(Duration.between(now, view.fullAt()))
                            : "now",
                    view.key());
        }
        table.print(io);
    }

    @Command(
            name = "reset",
            description = "Fills the buckets of a key; of an address also its network's.",
            footer = {
                "",
                "Examples:",
                "  postern rates reset 192.0.2.1",
                "  postern rates reset anna"
            })
    int reset(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "KEY", description = "An address, network, user or domain.")
                    String key) {
        int filled;
        try (var operations = Access.open(io, data)) {
            filled = operations.resetRates(new RateKey(key)).changed();
        }
        io.line(Words.count(filled, "bucket", "buckets") + " filled");
        // A script that meant something and hit nothing should know.
        return filled > 0 ? 0 : Failure.NOT;
    }
}
