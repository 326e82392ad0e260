package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.MessageView;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "track",
        description =
                "Finds messages by part of an address, Message-ID, subject, client or queue id; newest first.",
        footer = {
            "",
            "Examples:",
            "  postern track user@example.net",
            "  postern track 'Monthly report' --limit 5",
            "",
            "Then: postern explain ID"
        })
final class TrackCommand extends Common implements Runnable {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Parameters(paramLabel = "TEXT", description = "What to look for.")
    String text = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "Show at most so many (default: ${DEFAULT-VALUE}).")
    int limit;

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    TrackCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        List<MessageView> found;
        try (var operations = Access.open(io, data)) {
            found = operations.track(text, limit);
        }
        if (json) {
            io.line(Json.pretty(found));
            return;
        }
        if (found.isEmpty()) {
            throw Failure.of(
                    "no message has " + text + " in it", "history may have expired; see [history]");
        }
        var table = new Table("ID", "RECEIVED", "FROM", "TO", "STATE", "SUBJECT");
        for (var message : found) {
            table.row(
                    message.id(),
                    Words.time(message.received()),
                    message.from(),
                    recipients(message),
                    state(message),
                    message.facts().getOrDefault("subject", ""));
        }
        table.print(io);
    }

    private static String recipients(MessageView message) {
        return message.to().isEmpty()
                ? ""
                : message.to().getFirst()
                        + (message.to().size() > 1 ? " +" + (message.to().size() - 1) : "");
    }

    /// What an operator wants to know first.
    private static String state(MessageView message) {
        if (!message.waiting().isEmpty()) {
            return message.waiting().size() == 1
                    ? message.waiting().getFirst().state()
                    : message.waiting().size() + " wait";
        }
        return message.events().isEmpty() ? "" : message.events().getLast().kind();
    }
}
