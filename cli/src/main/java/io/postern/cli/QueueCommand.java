package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.Limits;
import io.postern.admin.QueueAction;
import io.postern.admin.QueueItem;
import io.postern.admin.QueuePage;
import io.postern.admin.Selection;
import io.postern.gateway.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "queue",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and changes what waits for delivery.",
        footer = {
            "",
            "Examples:",
            "  postern queue list --domain example.net --older-than 2h",
            "  postern queue retry --to user@example.net",
            "  postern queue hold --from newsletter@example.com"
        })
final class QueueCommand extends Common implements Runnable {
    private final Io io;

    QueueCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with the queue; see `postern queue --help`");
    }

    /// Filters; all that are given must hold.
    static final class Filters {
        @Parameters(arity = "0..*", paramLabel = "ID", description = "Queue ids.")
        List<String> ids = List.of();

        @Option(names = "--id", paramLabel = "ID", description = "The message with this queue id.")
        Optional<String> id = Optional.empty();

        @Option(
                names = "--domain",
                paramLabel = "DOMAIN",
                description = "Recipients in this domain.")
        Optional<String> domain = Optional.empty();

        @Option(
                names = "--from",
                paramLabel = "TEXT",
                description = "The reverse-path contains this.")
        Optional<String> from = Optional.empty();

        @Option(
                names = "--to",
                paramLabel = "TEXT",
                description = "The forward-path contains this.")
        Optional<String> to = Optional.empty();

        @Option(
                names = "--older-than",
                paramLabel = "TIME",
                description = "Received longer ago, such as 90s, 15m, 2h, 5d.")
        Optional<String> olderThan = Optional.empty();

        @Option(
                names = "--newer-than",
                paramLabel = "TIME",
                description = "Received less long ago.")
        Optional<String> newerThan = Optional.empty();

        @Option(names = "--state", paramLabel = "STATE", description = "queued or held.")
        Optional<String> state = Optional.empty();

        /// One selection for each id, or one without.
        List<Selection> selections(boolean all) {
            var named = new ArrayList<>(ids);
            id.ifPresent(named::add);
            var one =
                    new Selection(
                            Optional.empty(),
                            domain,
                            from,
                            to,
                            olderThan.map(Filters::age),
                            newerThan.map(Filters::age),
                            state,
                            all);
            return named.isEmpty()
                    ? List.of(one)
                    : named.stream().map(text -> withId(one, text)).toList();
        }

        private static Selection withId(Selection selection, String id) {
            return new Selection(
                    Optional.of(id),
                    selection.domain(),
                    selection.from(),
                    selection.to(),
                    selection.olderThan(),
                    selection.newerThan(),
                    selection.state(),
                    selection.all());
        }

        private static Duration age(String text) {
            return Durations.parse(text)
                    .orElseThrow(() ->
                            Failure.usage(
                                    text
                                            + " is not a length of time; write it like 90s,"
                                            + " 15m, 2h or 5d"));
        }
    }

    @Command(
            name = "list",
            description = "Lists what waits, oldest first.",
            footer = {
                "",
                "Examples:",
                "  postern queue list",
                "  postern queue list --domain example.net --older-than 2h",
                "  postern queue list --state held --json"
            })
    int list(
            @Mixin DataOptions.AndCommon data,
            @Mixin Filters filters,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "Show at most so many (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        if (limit < 1) {
            throw Failure.usage("--limit is 1 or more");
        }
        var entries = new ArrayList<QueueItem>();
        long total = 0;
        try (var operations = Access.open(io, data)) {
            for (var selection : filters.selections(false)) {
                Optional<String> after = Optional.empty();
                boolean first = true;
                do {
                    int wanted = Math.min(limit - entries.size(), Limits.PAGE);
                    if (wanted < 1) {
                        break;
                    }
                    var page = operations.queue(selection, after, wanted);
                    total += first ? page.total() : 0;
                    first = false;
                    entries.addAll(page.entries());
                    after = page.next();
                } while (after.isPresent());
            }
        }
        if (json) {
            io.line(Json.pretty(new QueuePage(entries, total, Optional.empty())));
        } else {
            print(entries, total);
        }
        return 0;
    }

    private void print(List<QueueItem> entries, long total) {
        if (entries.isEmpty()) {
            io.line(total == 0 ? "Nothing waits." : "Nothing shown.");
            return;
        }
        var now = io.clock().instant();
        var table = new Table("ID", "AGE", "SIZE", "STATE", "TRIES", "NEXT", "FROM", "TO", "WHY");
        for (var entry : entries) {
            table.row(
                    entry.id(),
                    Words.span(Duration.between(entry.received(), now)),
                    Words.size(entry.size()),
                    entry.state(),
                    Integer.toString(entry.attempts()),
                    entry.state().equals("held")
                            ? "-"
                            : entry.due().isAfter(now)
                                    ? Words.span(Duration.between(now, entry.due()))
                                    : "now",
                    entry.from(),
                    entry.to(),
                    entry.detail());
        }
        table.print(io);
        if (total > entries.size()) {
            io.line(
                    "… and "
                            + (total - entries.size())
                            + " more of "
                            + total
                            + "; see more with --limit, or fewer with a filter");
        }
    }

    @Command(
            name = "show",
            description = "Shows one message that waits: envelope, facts, recipients.",
            footer = {"", "Example:", "  postern queue show 1k2v9x0000"})
    int show(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "ID", description = "The queue id.") String id,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        try (var operations = Access.open(io, data)) {
            var message = operations.message(id);
            if (json) {
                io.line(Json.pretty(message));
            } else {
                new MessageText(io).summary(message);
            }
        }
        return 0;
    }

    @Command(
            name = "hold",
            description = "Holds what is meant: not delivered until released.",
            footer = {"", "Example:", "  postern queue hold --from newsletter@example.com"})
    int hold(
            @Mixin DataOptions.AndCommon data,
            @Mixin Filters filters,
            @Option(names = "--all", description = "The whole queue.") boolean all) {
        return change(data, filters, all, QueueAction.HOLD, "held");
    }

    @Command(
            name = "release",
            description =
                    "Releases what was held. What was held for want of a DKIM key goes as it is, unsigned or with a "
                            + "signature that does not verify; left alone, it is signed and sent once a key is in the "
                            + "DNS.",
            footer = {"", "Example:", "  postern queue release --state held --all"})
    int release(
            @Mixin DataOptions.AndCommon data,
            @Mixin Filters filters,
            @Option(names = "--all", description = "The whole queue.") boolean all) {
        return change(data, filters, all, QueueAction.RELEASE, "released");
    }

    @Command(
            name = "retry",
            description = "Makes the next attempt due now.",
            footer = {"", "Example:", "  postern queue retry --domain example.net"})
    int retry(
            @Mixin DataOptions.AndCommon data,
            @Mixin Filters filters,
            @Option(names = "--all", description = "The whole queue.") boolean all) {
        return change(data, filters, all, QueueAction.RETRY, "due now");
    }

    @Command(
            name = "delete",
            description = "Removes what is meant from the queue. No DSN is sent.",
            footer = {
                "",
                "Examples:",
                "  postern queue list --from broken@example.com     # look first",
                "  postern queue delete --from broken@example.com"
            })
    int delete(
            @Mixin DataOptions.AndCommon data,
            @Mixin Filters filters,
            @Option(names = "--all", description = "The whole queue.") boolean all) {
        return change(data, filters, all, QueueAction.DELETE, "deleted");
    }

    private int change(
            DataOptions data, Filters filters, boolean all, QueueAction action, String done) {
        int changed = 0;
        try (var operations = Access.open(io, data)) {
            for (var selection : filters.selections(all)) {
                changed += operations.change(action, selection).changed();
            }
        }
        io.line(Words.count(changed, "entry", "entries") + " " + done);
        if (action == QueueAction.RELEASE && changed > 0) {
            io.line(
                    "This signs nothing: what was held for want of a DKIM key goes as it is"
                            + " (`postern explain ID` says what was).");
        }
        // A script that meant something and hit nothing should know.
        return changed > 0 || all ? 0 : Failure.NOT;
    }
}
