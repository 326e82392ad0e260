package io.postern.cli;

import io.postern.gateway.reports.DmarcView;
import java.util.List;
import java.util.Locale;

/// Sums of DMARC reports in words and in columns.
final class DmarcText {
    private final Io io;

    DmarcText(Io io) {
        this.io = io;
    }

    void table(DmarcView view) {
        if (view.reports() == 0) {
            io.line(
                    "No reports since "
                            + Words.time(view.since())
                            + ". Publish a DMARC record with rua=mailto:ADDRESS, say ADDRESS in"
                            + " domain.dmarc_reports, or bring them in with `postern dmarc import`.");
            return;
        }
        io.line(
                Words.count(view.reports(), "report", "reports")
                        + " since "
                        + Words.time(view.since()));
        io.line("");
        var domains =
                new Table(
                        "MESSAGES", "PASS", "FAIL", "QUARANTINED", "REJECTED", "DOMAIN", "POLICY");
        for (var one : view.domains()) {
            domains.row(
                    number(one.messages()),
                    number(one.passing()),
                    number(one.refusedByReject()),
                    number(one.quarantined()),
                    number(one.rejected()),
                    one.domain(),
                    one.policy());
        }
        domains.print(io);
        io.line("");
        view.domains().forEach(this::stricter);
        io.line("");
        var sources =
                new Table("MESSAGES", "PASS", "DKIM", "SPF", "FAIL", "SOURCE", "DOMAIN", "SEEN");
        for (var one : view.sources()) {
            sources.row(
                    number(one.messages()),
                    number(one.passing()),
                    number(one.dkimAligned()),
                    number(one.spfAligned()),
                    number(one.refusedByReject()),
                    one.source(),
                    one.domain(),
                    seen(one));
        }
        sources.print(io);
    }

    private void stricter(DmarcView.OfDomain one) {
        io.line(
                Table.printable(
                        one.refusedByReject() == 0
                                ? one.domain() + ": all passes; p=reject would refuse nothing."
                                : "%s: p=quarantine would put aside, and p=reject refuse, %s of %s (%s)."
                                        .formatted(
                                                one.domain(),
                                                number(one.refusedByReject()),
                                                Words.count(one.messages(), "message", "messages"),
                                                share(one.refusedByReject(), one.messages()))));
    }

    private static String share(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / Math.max(1, whole));
    }

    private static String seen(DmarcView.Source one) {
        return (one.dkim().isEmpty() ? "no DKIM" : "DKIM " + String.join(", ", one.dkim()))
                + "; "
                + (one.spf().isEmpty() ? "no SPF" : "SPF " + String.join(", ", one.spf()));
    }

    private static String number(long number) {
        return Long.toString(number);
    }

    /// RFC 4180.
    void csv(DmarcView view) {
        io.line(
                "domain,source,messages,pass,dkim_aligned,spf_aligned,fail,quarantined,rejected,dkim,spf,reporters");
        for (var one : view.sources()) {
            io.line(
                    String.join(
                            ",",
                            List.of(
                                    cell(one.domain()),
                                    cell(one.source()),
                                    number(one.messages()),
                                    number(one.passing()),
                                    number(one.dkimAligned()),
                                    number(one.spfAligned()),
                                    number(one.refusedByReject()),
                                    number(one.quarantined()),
                                    number(one.rejected()),
                                    cell(String.join("; ", one.dkim())),
                                    cell(String.join("; ", one.spf())),
                                    cell(String.join("; ", one.reporters())))));
        }
    }

    /// Strangers wrote it: no formula for whoever opens it in a spreadsheet.
    private static String cell(String text) {
        var clean = Table.printable(text);
        if (!clean.isEmpty() && "=+-@".indexOf(clean.charAt(0)) >= 0) {
            clean = "'" + clean;
        }
        return clean.indexOf(',') < 0 && clean.indexOf('"') < 0
                ? clean
                : "\"" + clean.replace("\"", "\"\"") + "\"";
    }
}
