package io.postern.cli;

import io.postern.admin.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "reload",
        description = {
            "Lets the running gateway read its configuration again, as SIGHUP does.",
            "",
            "The file is put in force whole or not at all: when it is wrong, or when something changed that needs a "
                    + "restart, what was in force before stays so, and this command ends with 1. What can change "
                    + "while mail flows: rules, rates, access lists and DNS lists. Certificates are read again too."
        },
        footer = {
            "",
            "Examples:",
            "  postern config check postern.toml && postern reload",
            "  postern reload --data /var/lib/postern"
        })
final class ReloadCommand extends Common implements Runnable {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    ReloadCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        try (var operations = Access.open(io, data)) {
            var reloaded = operations.reload();
            if (json) {
                io.line(Json.pretty(reloaded));
                return;
            }
            var changed = reloaded.changed();
            io.line(
                    reloaded.file()
                            + ": "
                            + (changed.isEmpty()
                                    ? "in force, and nothing in it has changed"
                                    : "in force; changed: " + String.join(", ", changed)));
        }
    }
}
