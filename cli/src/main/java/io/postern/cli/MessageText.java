package io.postern.cli;

import io.postern.admin.MessageView;
import java.time.Duration;

/// A message in words.
final class MessageText {
    private final Io io;

    MessageText(Io io) {
        this.io = io;
    }

    /// Envelope, facts, and what still waits.
    void summary(MessageView message) {
        line("message", message.id());
        line("received", Words.time(message.received()) + " (" + age(message) + " ago)");
        line("from", message.from());
        message.to().forEach(path -> line("to", path));
        line("size", Words.size(message.size()));
        message.facts().forEach(this::line);
        if (message.waiting().isEmpty()) {
            io.line("Nothing of it waits.");
            return;
        }
        for (var entry : message.waiting()) {
            io.line(
                    "waits: "
                            + Table.printable(entry.to())
                            + ", "
                            + entry.state()
                            + ", "
                            + Words.count(entry.attempts(), "attempt", "attempts")
                            + ", next "
                            + Words.time(entry.due())
                            + ", given up "
                            + Words.time(entry.expires())
                            + (entry.detail().isEmpty()
                                    ? ""
                                    : ": " + Table.printable(entry.detail())));
        }
    }

    /// Everything, from the first command to the last reply.
    void story(MessageView message) {
        summary(message);
        io.line("");
        io.line("What was decided:");
        for (var decision : message.decisions()) {
            io.line("  " + decision.check() + ": " + Table.printable(decision.conclusion()));
            decision.inputs()
                    .forEach((name, value) -> io.line("      " + name + " = " + clean(value)));
        }
        io.line("");
        io.line("What happened:");
        for (var event : message.events()) {
            io.line(
                    "  "
                            + Words.time(event.at())
                            + "  "
                            + event.kind()
                            + (event.recipient().isEmpty() ? "" : " " + clean(event.recipient()))
                            + (event.detail().isEmpty() ? "" : ": " + clean(event.detail())));
        }
    }

    private String age(MessageView message) {
        return Words.span(Duration.between(message.received(), io.clock().instant()));
    }

    private void line(String name, String value) {
        io.line(name + ": " + clean(value));
    }

    private static String clean(String text) {
        return Table.printable(text);
    }
}
