package io.postern.cli;

import picocli.CommandLine.Command;

@Command(
        name = "users",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and changes who may hand in mail.",
        footer = {
            "",
            "Examples:",
            "  postern users add anna@example.com",
            "  postern users list",
            "  postern users suspended",
            "  postern users resume anna"
        })
final class UsersCommand extends UserCommands implements Runnable {
    UsersCommand(Io io) {
        super(io);
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with users; see `postern users --help`");
    }
}
