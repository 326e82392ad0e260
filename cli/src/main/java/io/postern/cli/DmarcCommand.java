package io.postern.cli;

import io.postern.admin.DmarcImported;
import io.postern.admin.Json;
import io.postern.admin.Limits;
import io.postern.admin.OperationException;
import io.postern.admin.Operations;
import io.postern.auth.dmarc.report.AggregateReportReader;
import io.postern.auth.dmarc.report.AggregateReportWriter;
import io.postern.auth.dmarc.report.ReportAttachment;
import io.postern.auth.dmarc.report.ReportLimits;
import io.postern.gateway.config.Durations;
import io.postern.gateway.reports.DmarcView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "dmarc",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows who sends as your domains, by the DMARC reports that others sent.",
        footer = {
            "",
            "Examples:",
            "  postern dmarc report example.com",
            "  postern dmarc import reports/*.xml.gz mail.eml"
        })
final class DmarcCommand extends Common implements Runnable {
    private final Io io;

    DmarcCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern dmarc --help`");
    }

    /// How sums are printed.
    enum Format {
        TABLE,
        JSON,
        CSV
    }

    @Command(
            name = "report",
            description = {
                "Sums up the kept reports: which addresses send mail with your domain as its author,",
                "how much of it passes DMARC, and what p=quarantine or p=reject would put aside or",
                "refuse. Failing mail is either yours and badly set up, or not yours."
            },
            footer = {
                "",
                "Examples:",
                "  postern dmarc report",
                "  postern dmarc report example.com --since 7d",
                "  postern dmarc report example.com --format csv > sources.csv"
            })
    int report(
            @Mixin DataOptions.AndCommon data,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "DOMAIN",
                            description = "A domain with a DMARC record, and those below it.")
                    Optional<String> domain,
            @Option(
                            names = "--since",
                            paramLabel = "SPAN",
                            defaultValue = "30d",
                            description =
                                    "How far back, such as 7d or 90d (default: ${DEFAULT-VALUE}).")
                    String since,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description =
                                    "Show at most so many sources (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(
                            names = "--format",
                            paramLabel = "FORMAT",
                            defaultValue = "table",
                            description = "table, json or csv (default: ${DEFAULT-VALUE}).")
                    Format format) {
        if (limit < 1 || limit > Limits.PAGE) {
            throw Failure.usage("--limit is 1 to " + Limits.PAGE);
        }
        Duration span =
                Durations.parse(since)
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--since is a span of time such as 7d, not " + since));
        DmarcView view;
        try (var operations = Access.open(io, data)) {
            view = operations.dmarcReport(domain, io.clock().instant().minus(span), limit);
        }
        var text = new DmarcText(io);
        switch (format) {
            case TABLE -> text.table(view);
            case JSON -> io.line(Json.pretty(view));
            case CSV -> text.csv(view);
        }
        return 0;
    }

    @Command(
            name = "import",
            description = {
                "Keeps aggregate reports from files: gzip, zip or XML, or whole mails that carry one.",
                "A report that is kept already changes nothing."
            },
            footer = {
                "",
                "Examples:",
                "  postern dmarc import google.com!example.com!1633996800!1634083199.zip",
                "  postern dmarc import Maildir/cur/*"
            })
    int importFiles(
            @Mixin DataOptions.AndCommon data,
            @Parameters(arity = "1..*", paramLabel = "FILE", description = "Reports or mails.")
                    List<Path> files) {
        int bad = 0;
        try (var operations = Access.open(io, data)) {
            for (var file : files) {
                bad += keep(operations, file) ? 0 : 1;
            }
        }
        return bad == 0 ? 0 : Failure.NOT;
    }

    private boolean keep(Operations operations, Path file) {
        switch (read(file)) {
            case AggregateReportReader.Read.Bad(var why) -> {
                io.line(Table.printable(file + ": not a report: " + why));
                return false;
            }
            case AggregateReportReader.Read.Ok(var report, var remarks) -> {
                DmarcImported done;
                try {
                    done =
                            operations.importDmarc(
                                    new ByteArrayInputStream(AggregateReportWriter.gzip(report)));
                } catch (OperationException e) {
                    if (e.kind() != OperationException.Kind.REFUSED) {
                        throw e;
                    }
                    io.line(Table.printable(file + ": " + e.error()));
                    return false;
                }
                io.line(
                        Table.printable(
                                "%s: %s: %s by %s of %s, %s in %s%s"
                                        .formatted(
                                                file,
                                                done.kept()
                                                        ? done.result()
                                                        : "not kept: " + done.result(),
                                                done.domain(),
                                                done.reporter().isEmpty()
                                                        ? "nobody named"
                                                        : done.reporter(),
                                                Words.time(done.begin()),
                                                Words.count(done.messages(), "message", "messages"),
                                                Words.count(done.rows(), "row", "rows"),
                                                remarks.isEmpty()
                                                        ? ""
                                                        : " ("
                                                                + String.join("; ", remarks)
                                                                + ")")));
                return done.kept();
            }
        }
    }

    private AggregateReportReader.Read read(Path file) {
        var limits = ReportLimits.DEFAULT;
        try (var in = Files.newInputStream(io.file(file))) {
            var octets = in.readNBytes(limits.compressed() + 1);
            if (AggregateReportReader.mayBe(octets) || octets.length == 0) {
                return AggregateReportReader.read(new ByteArrayInputStream(octets), limits);
            }
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        try (var mail = Inputs.message(io, file, (_, _, _) -> {})) {
            return ReportAttachment.read(mail, limits);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
    }
}
