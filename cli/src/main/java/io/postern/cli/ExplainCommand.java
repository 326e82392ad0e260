package io.postern.cli;

import io.postern.admin.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description =
                "Tells all that happened to one message and why, from HELO to the remote's last reply.",
        footer = {
            "",
            "Examples:",
            "  postern explain 1k2v9x0000",
            "  postern explain 1k2v9x0000 --json | jq .decisions"
        })
final class ExplainCommand extends Common implements Runnable {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Parameters(paramLabel = "ID", description = "The queue id; `postern track` finds it.")
    String id = "";

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    ExplainCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        try (var operations = Access.open(io, data)) {
            var message = operations.message(id);
            if (json) {
                io.line(Json.pretty(message));
            } else {
                new MessageText(io).story(message);
            }
        }
    }
}
