package io.postern.gateway.reports;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.auth.dmarc.report.AggregateReport;
import io.postern.auth.dmarc.report.AggregateReport.Metadata;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.auth.dmarc.report.AggregateReportReader;
import io.postern.auth.dmarc.report.AggregateReportWriter;
import io.postern.auth.dmarc.report.ReportLimits;
import io.postern.mail.Domain;
import io.postern.store.StateEntry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// A [DomainDay] as it is written down: a head, and one entry a row so that only what changed is
/// written. The values are reports in XML, which we can read and so can people.
final class StoredDay {
    static final String HEADS = "dmarc-day";
    static final String ROWS = "dmarc-row";

    /// How long after its day a report is still worth sending; a gateway may have been down.
    static final Duration KEPT = Duration.ofDays(3);

    private StoredDay() {}

    static StateEntry head(DomainDay.Key key, DomainDay.Head head) {
        return StateEntry.ofText(
                key.toString(),
                head.organizational()
                        + "\n"
                        + head.unreported()
                        + "\n"
                        + String.join(" ", head.rua())
                        + "\n"
                        + xml(key, head.policy(), List.of()),
                Optional.of(key.end().plus(KEPT)));
    }

    /// @param row with the count 1
    static StateEntry row(DomainDay.Key key, PublishedPolicy policy, Row row, long count) {
        return StateEntry.ofText(
                rowKey(key, row),
                xml(key, policy, List.of(DomainDay.withCount(row, count))),
                Optional.of(key.end().plus(KEPT)));
    }

    static String rowKey(DomainDay.Key key, Row row) {
        return key + " " + digest(row.toString());
    }

    static String digest(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static String xml(DomainDay.Key key, PublishedPolicy policy, List<Row> rows) {
        var report =
                new AggregateReport(
                        new Metadata(
                                "",
                                "",
                                Optional.empty(),
                                "",
                                key.begin(),
                                key.end(),
                                List.of(),
                                Optional.empty()),
                        policy,
                        rows);
        return new String(AggregateReportWriter.xml(report), UTF_8);
    }

    /// The day whose key an entry's begins with; empty when it is not one of ours.
    static Optional<DomainDay.Key> key(StateEntry entry) {
        var key = entry.key();
        int first = key.indexOf(' ');
        int second = key.indexOf(' ', first + 1);
        var end = second < 0 ? key.length() : second;
        if (first < 0) {
            return Optional.empty();
        }
        try {
            var day = LocalDate.parse(key.substring(0, first));
            return Domain.parse(key.substring(first + 1, end))
                    .map(domain -> new DomainDay.Key(day, domain));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static Optional<DomainDay.Head> head(StateEntry entry) {
        var parts = entry.text().split("\n", 4);
        if (parts.length != 4) {
            return Optional.empty();
        }
        var organizational = Domain.parse(parts[0]);
        var report = read(parts[3]);
        if (organizational.isEmpty() || report.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new DomainDay.Head(
                            organizational.get(),
                            report.get().policy(),
                            List.of(parts[2].split(" ", -1)),
                            Long.parseLong(parts[1])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static Optional<Row> row(StateEntry entry) {
        return read(entry.text()).flatMap(report -> report.rows().stream().findFirst());
    }

    private static Optional<AggregateReport> read(String xml) {
        return AggregateReportReader.read(xml.getBytes(UTF_8), ReportLimits.DEFAULT)
                        instanceof AggregateReportReader.Read.Ok(var report, _)
                ? Optional.of(report)
                : Optional.empty();
    }
}
