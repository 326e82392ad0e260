package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.Resumption;
import io.postern.gateway.guard.SuspensionView;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The part of `postern users` that is about the guard. Public methods, or the command that
/// inherits them would not show them.
abstract class SuspensionCommands extends Common {
    final Io io;

    SuspensionCommands(Io io) {
        this.io = io;
    }

    /// Lists who is suspended.
    @Command(
            name = "suspended",
            description =
                    "Lists users that were suspended after a sudden change in what they send.",
            footer = {"", "Example:", "  postern users suspended --json"})
    public int suspended(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<SuspensionView> views;
        try (var operations = Access.open(io, data)) {
            views = operations.suspended();
        }
        if (json) {
            io.line(Json.pretty(views));
        } else if (views.isEmpty()) {
            io.line("Nobody is suspended.");
        } else {
            var now = io.clock().instant();
            var table = new Table("NAME", "KIND", "FOR", "WHY");
            for (var view : views) {
                table.row(
                        view.name(),
                        view.kind(),
                        Words.span(Duration.between(view.since(), now)),
                        view.reason());
            }
            table.print(io);
        }
        return 0;
    }

    /// Lifts a suspension.
    @Command(
            name = "resume",
            description = "Lets a suspended user send again.",
            footer = {
                "",
                "Examples:",
                "  postern users resume anna                # after her password was changed",
                "  postern users resume newsletter --usual  # it was meant, and will come again"
            })
    public int resume(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "USER", description = "The user, or a client's address.")
                    String user,
            @Option(
                            names = "--usual",
                            description = "What was sent in that hour is usual from now on.")
                    boolean usual) {
        try (var operations = Access.open(io, data)) {
            operations.resume(new Resumption(user, usual));
        }
        io.line(Table.printable(user) + " may send again");
        return 0;
    }
}
