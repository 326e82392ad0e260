package io.postern.cli;

import io.postern.admin.Json;
import io.postern.km.secret.Octets;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "audit",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Shows and verifies the audit: one line an act, each with the hash of the one before.",
        footer = {
            "",
            "Examples:",
            "  postern km audit head > /elsewhere/km-head",
            "  postern km audit verify --head $(cat /elsewhere/km-head)",
            "  postern km audit show"
        })
final class KmAuditCommand extends Common implements Runnable {
    private final Io io;

    KmAuditCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with the audit; see `postern km audit --help`");
    }

    @Command(
            name = "head",
            description =
                    "Prints the hash of the last line. Kept elsewhere, it shows later that nothing was taken back.",
            footer = {
                "",
                "Examples:",
                "  postern km audit head > /elsewhere/km-head",
                "  postern km audit head --json | logger -t postern-km -n log.example.com"
            })
    int head(
            @Mixin DataOptions.AndCommon data,
            @Option(
                            names = "--json",
                            description =
                                    "As one line of JSON, with time, vault, count of lines, and the public key that the"
                                            + " open vault co-signs by.")
                    boolean json) {
        try (var km = KmAccess.read(io, data)) {
            if (json) {
                var status = km.status();
                io.line(
                        oneLine(
                                new Head(
                                        io.clock().instant(),
                                        status.vault().orElse(""),
                                        status.auditLines(),
                                        status.auditHead(),
                                        km.cosigner()
                                                .map(one ->
                                                        Base64.getEncoder()
                                                                .encodeToString(one.copy())))));
            } else {
                io.line(km.head());
            }
        }
        return 0;
    }

    /// What is kept elsewhere.
    record Head(Instant time, String vault, long lines, String head, Optional<String> cosigner) {}

    @Command(
            name = "show",
            description = "Prints all lines, as JSON.",
            footer = {"", "Example:", "  postern km audit show | tail"})
    int show(@Mixin DataOptions.AndCommon data) {
        try (var km = KmAccess.read(io, data)) {
            km.lines().forEach(line -> io.line(Table.printable(line)));
        }
        return 0;
    }

    @Command(
            name = "verify",
            description =
                    "Verifies chain, file, checkpoints, and that a head which was kept is in the chain. Exit code 1"
                            + " when something is wrong.",
            footer = {
                "",
                "Examples:",
                "  postern km audit verify",
                "  postern km audit verify --head 3f9c… --json"
            })
    int verify(
            @Mixin DataOptions.AndCommon data,
            @Option(
                            names = "--head",
                            paramLabel = "HASH",
                            description = "What `audit head` printed some time ago.")
                    Optional<String> head,
            @Option(
                            names = "--cosigner",
                            paramLabel = "KEY",
                            description =
                                    "The vault's public key, as `audit head --json` showed it some time ago.")
                    Optional<String> cosigner,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        var kept = head.map(text -> text.strip().toLowerCase(Locale.ROOT));
        if (kept.isPresent() && !kept.get().matches("[0-9a-f]{64}")) {
            throw Failure.usage(
                    "a head is 64 hexadecimal digits, as `postern km audit head` prints it");
        }
        try (var km = KmAccess.read(io, data)) {
            var result = km.verify(kept, cosigner.map(KmAuditCommand::key));
            if (json) {
                io.line(Json.pretty(result));
            } else {
                result.faults().forEach(fault -> io.line("! " + fault));
                result.notes().forEach(io::line);
                io.line(
                        "%s, %d checkpoints, %d co-signatures, head %s: %s"
                                .formatted(
                                        Words.count(result.lines(), "line", "lines"),
                                        result.checkpoints(),
                                        result.cosignatures(),
                                        result.head(),
                                        result.faults().isEmpty() ? "whole" : "NOT WHOLE"));
            }
            return result.faults().isEmpty() ? 0 : Failure.NOT;
        }
    }

    /// For a line of a log.
    private static String oneLine(Head head) {
        return Json.pretty(head).replaceAll("\\s*\\R\\s*", " ");
    }

    private static Octets key(String text) {
        try {
            return new Octets(Base64.getDecoder().decode(text.strip()));
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    "that is no public key: give what `postern km audit head --json` showed as cosigner",
                    e);
        }
    }
}
