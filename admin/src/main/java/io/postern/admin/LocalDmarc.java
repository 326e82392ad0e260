package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.auth.dmarc.report.AggregateReportReader;
import io.postern.auth.dmarc.report.ReportLimits;
import io.postern.gateway.reports.ReceivedReports;
import io.postern.mail.Domain;
import java.io.IOException;
import java.io.InputStream;

/// The operations on DMARC reports of others.
final class LocalDmarc {
    /// What an operator brings in has a share of the room of its own. RFC 6761 §6.4: nobody's mail
    /// comes from there.
    private static final Domain BY_HAND = Domain.of("by-hand.invalid");

    private LocalDmarc() {}

    static DmarcImported keep(ReceivedReports received, InputStream from) {
        AggregateReportReader.Read read;
        try {
            read = AggregateReportReader.read(from, ReportLimits.DEFAULT);
        } catch (IOException e) {
            throw OperationException.unavailable(
                    "the report did not arrive whole", "send it again", e);
        }
        return switch (read) {
            case AggregateReportReader.Read.Bad(var why) ->
                    throw new OperationException(
                            Kind.REFUSED, "this is no DMARC aggregate report: " + why, "");
            case AggregateReportReader.Read.Ok(var report, var remarks) ->
                    new DmarcImported(
                            switch (received.keep(report, BY_HAND)) {
                                case ReceivedReports.Kept.New() -> DmarcImported.NEW;
                                case ReceivedReports.Kept.Known() -> DmarcImported.KNOWN;
                                case ReceivedReports.Kept.Refused(var why) -> why;
                            },
                            report.policy().domain(),
                            report.metadata().organization(),
                            report.metadata().begin(),
                            report.rows().size(),
                            report.messages(),
                            remarks);
        };
    }
}
