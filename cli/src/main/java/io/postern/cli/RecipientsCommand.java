package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.PushedView;
import io.postern.admin.RecipientSourceView;
import io.postern.admin.RecipientView;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.recipients.DirectoryExport;
import io.postern.gateway.recipients.PushedLists;
import io.postern.mail.Domain;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "recipients",
        synopsisSubcommandLabel = "COMMAND",
        description = "Says who takes mail from outside and where that is known from; sends lists.",
        footer = {
            "",
            "Examples:",
            "  postern recipients check info@example.com",
            "  postern recipients hash users.txt | ssh gw postern recipients push -"
        })
final class RecipientsCommand extends Common implements Runnable {
    private final Io io;

    RecipientsCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with recipients; see `postern recipients --help`");
    }

    @Command(
            name = "check",
            description = {
                "Says whether an address takes mail from outside, and which source says so.",
                "",
                "Asks the gateway that runs, so that what it remembers counts; when none runs, the sources that "
                        + "--config names. Exits with 0 for a known recipient, else 1."
            },
            footer = {
                "",
                "Examples:",
                "  postern recipients check info@example.com",
                "  postern recipients check info+shop@example.com --config /etc/postern/postern.toml --json"
            })
    int check(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "ADDRESS", description = "The address.") String address,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        RecipientView view;
        try (var operations = Access.openOrCreate(io, data)) {
            view = operations.recipient(address);
        }
        if (json) {
            io.line(Json.pretty(view));
        } else {
            io.line(Table.printable(view.normal() + " is " + view.result() + ": " + view.source()));
            if (view.sources().size() > 1) {
                io.line("");
                var table = new Table("RESULT", "SOURCE");
                view.sources().forEach(said -> table.row(said.result(), said.source()));
                table.print(io);
            }
        }
        return view.result().equals("known") ? 0 : Failure.NOT;
    }

    @Command(
            name = "status",
            description = "Shows the sources of each domain's recipients: counts, ages, trouble.",
            footer = {"", "Example:", "  postern recipients status"})
    int status(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<RecipientSourceView> sources;
        try (var operations = Access.openOrCreate(io, data)) {
            sources = operations.recipientSources();
        }
        if (json) {
            io.line(Json.pretty(sources));
            return 0;
        }
        if (sources.isEmpty()) {
            throw Failure.of(
                    "no domain takes mail from outside",
                    "give a [[domain]] deliver_to and recipients");
        }
        var table = new Table("DOMAIN", "SOURCE", "STATE", "ENTRIES", "SINCE", "");
        for (var source : sources) {
            table.row(
                    source.domain(),
                    source.source(),
                    source.usable() ? "ok" : "451",
                    source.entries().map(Object::toString).orElse(""),
                    source.since().map(Words::time).orElse(""),
                    source.words());
        }
        table.print(io);
        return 0;
    }

    @Command(
            name = "hash",
            description = {
                "Makes a list of salted hashes of addresses, for `postern recipients push` on the gateway's host.",
                "",
                "Run it inside: the addresses stay there. They come from a text (one a line, @example.com for a "
                        + "whole domain, # begins a comment) or from an LDAP directory. A list replaces the one "
                        + "before, so give all recipients of the domains that it covers."
            },
            footer = {
                "",
                "Examples:",
                "  postern recipients hash users.txt > list",
                "  postern recipients hash --ldap directory.toml --domain example.com | ssh gw postern recipients push -",
                "",
                "The file of --ldap holds one [[directory]] table, as postern.toml does."
            })
    int hash(
            @Mixin Common common,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "The addresses, or - for standard input.")
                    Optional<Path> file,
            @Option(
                            names = "--ldap",
                            paramLabel = "FILE",
                            description =
                                    "Reads the addresses of the directory that FILE describes.")
                    Optional<Path> ldap,
            @Option(
                            names = "--domain",
                            paramLabel = "DOMAIN",
                            split = ",",
                            description =
                                    "Only addresses of these domains (default: of all that occur).")
                    Set<String> domains) {
        if (file.isPresent() == ldap.isPresent()) {
            throw Failure.usage("name a file with addresses, or a directory with --ldap");
        }
        var wanted = new TreeSet<String>();
        for (var text : domains == null ? Set.<String>of() : domains) {
            wanted.add(
                    Domain.parse(text)
                            .orElseThrow(() -> Failure.usage(text + " is not a domain"))
                            .name());
        }
        var from = file.or(() -> ldap).orElseThrow();
        PushedLists.Hashed hashed;
        try {
            hashed = hash(from, ldap.isPresent(), wanted);
        } catch (IOException e) {
            throw Inputs.unreadable(from, e);
        }
        return switch (hashed) {
            case PushedLists.Hashed.Ok(var entries, var left, var covered) -> {
                io.err()
                        .println(
                                Words.count(entries, "recipient", "recipients")
                                        + " of "
                                        + String.join(", ", covered)
                                        + (left == 0 ? "" : "; " + left + " of others left out"));
                yield 0;
            }
            case PushedLists.Hashed.Bad(var why) ->
                    throw Failure.of(from + ": " + why, "nothing was written");
        };
    }

    private PushedLists.Hashed hash(Path from, boolean ldap, Set<String> wanted)
            throws IOException {
        var random = new SecureRandom();
        // The time before the addresses are read: what changes meanwhile belongs to the next list.
        Instant made = io.clock().instant();
        if (ldap) {
            var directory = ConfigReader.directory(io.file(from));
            try (var export = new DirectoryExport(directory)) {
                return PushedLists.hash(export, wanted, made, random, io.out());
            }
        }
        try (InputStream in = open(from)) {
            return PushedLists.hash(in, wanted, made, random, io.out());
        }
    }

    private InputStream open(Path file) throws IOException {
        return file.toString().equals("-")
                ? new BufferedInputStream(io.in())
                : Files.newInputStream(io.file(file));
    }

    @Command(
            name = "push",
            description = {
                "Puts a list of hashes in force in place of the one before, whole or not at all.",
                "",
                "Run it on the gateway's host, mostly over ssh from the inside. With `max_age` the gateway stops "
                        + "trusting a list that is not renewed, and answers 451."
            },
            footer = {
                "",
                "Examples:",
                "  postern recipients hash users.txt | ssh gw postern recipients push -",
                "  postern recipients push list --list branch --data /var/lib/postern"
            })
    int push(
            @Mixin DataOptions.AndCommon data,
            @Parameters(
                            paramLabel = "FILE",
                            description =
                                    "What `postern recipients hash` wrote, or - for standard input.")
                    Path file,
            @Option(
                            names = "--list",
                            paramLabel = "NAME",
                            defaultValue = "default",
                            description = "Which list (default: ${DEFAULT-VALUE}).")
                    String list,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        PushedView view;
        try {
            view = push(data, file, list);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        if (json) {
            io.line(Json.pretty(view));
        } else {
            io.line(
                    Words.count(view.entries(), "recipient", "recipients")
                            + " of "
                            + String.join(", ", view.domains())
                            + " in force, as of "
                            + Words.time(view.made()));
        }
        return 0;
    }

    /// First the whole list is here, then the gateway is spoken to: it does not wait for a slow
    /// pipe.
    private PushedView push(DataOptions data, Path file, String list) throws IOException {
        var whole = Files.createTempFile("postern", ".list");
        try {
            try (var in = open(file)) {
                Files.copy(in, whole, StandardCopyOption.REPLACE_EXISTING);
            }
            try (var operations = Access.openOrCreate(io, data);
                    var in = Files.newInputStream(whole)) {
                return operations.pushRecipients(list, in);
            }
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
