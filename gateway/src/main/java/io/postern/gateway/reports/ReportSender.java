package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReport;
import io.postern.auth.dmarc.report.AggregateReport.Metadata;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.auth.dmarc.report.AggregateReportWriter;
import io.postern.auth.dmarc.report.ReportDestinations.Verified;
import io.postern.auth.dmarc.report.ReportMail;
import io.postern.auth.dmarc.report.ReportUri;
import io.postern.gateway.config.DmarcReportRules;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.treat.Treatment;
import io.postern.gateway.treat.TreatmentException;
import io.postern.mail.Mailbox;
import io.postern.store.Decision;
import io.postern.store.NewMessage;
import io.postern.store.StateEntry;
import io.postern.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands finished reports to delivery: each once to each place. RFC 9990 §3.5, §4.
final class ReportSender {
    private static final Logger LOG = LoggerFactory.getLogger(ReportSender.class);

    /// What was sent: a key per day, domain and place.
    static final String SENT = "dmarc-sent";

    private static final Duration MARK_KEPT = Duration.ofDays(7);

    /// A day of a domain to be reported.
    record Task(DomainDay.Key key, DomainDay.Head head, List<Row> rows) {
        Task {
            rows = List.copyOf(rows);
        }
    }

    enum Outcome {
        /// Nothing more to do.
        DONE,
        /// Something was not to be had for now.
        LATER
    }

    private final ReportPost post;
    private final ReportPost.Means means;

    ReportSender(ReportPost post) {
        this.post = post;
        this.means = post.means();
    }

    /// Sends a report to all its places that take it and have not got it.
    Outcome send(Task task, Instant now) {
        var rules = means.config().dmarcReports();
        var contact = rules.contact().flatMap(DmarcReportRules::mailbox);
        if (contact.isEmpty() || rules.organization().isEmpty() || task.rows().isEmpty()) {
            return Outcome.DONE;
        }
        var report = report(task, rules.organization().get(), contact.get());
        var gzip = new Packed(AggregateReportWriter.gzip(report));
        boolean later = false;
        for (var uri : places(task).entrySet()) {
            var verified = uri.getValue();
            switch (verified) {
                case Verified.Refused(var why, _) -> refused(task, uri.getKey(), why);
                case Verified.NotNow(var why, _) -> {
                    LOG.debug("report of {} waits: {}", task.key(), why);
                    later = true;
                }
                case Verified.Send(var to, var steps) -> {
                    for (var one : to) {
                        later |=
                                !hand(
                                        new Handing(
                                                task,
                                                report,
                                                gzip,
                                                contact.get(),
                                                one,
                                                steps,
                                                now));
                    }
                }
            }
        }
        return later ? Outcome.LATER : Outcome.DONE;
    }

    /// The places of the record's `rua`, in order, and whether they want it.
    private Map<String, Verified> places(Task task) {
        var places = new LinkedHashMap<String, Verified>();
        for (var parsed : ReportUri.list(String.join(",", task.head().rua()))) {
            switch (parsed) {
                case ReportUri.Parsed.Bad(var why) -> refused(task, "rua", why);
                case ReportUri.Parsed.Ok(var uri) ->
                        places.computeIfAbsent(
                                uri.mailbox().toString(),
                                _ ->
                                        post.verified(
                                                task.key().domain(),
                                                task.head().organizational(),
                                                uri));
            }
        }
        return places;
    }

    private static void refused(Task task, String to, String why) {
        MailLog.event(
                "dmarc_report_dropped",
                "domain",
                task.key().domain(),
                "day",
                task.key().day(),
                "to",
                to,
                "why",
                why);
    }

    private AggregateReport report(Task task, String organization, Mailbox contact) {
        var key = task.key();
        var unreported = task.head().unreported();
        return new AggregateReport(
                new Metadata(
                        organization,
                        contact.toString(),
                        means.config().dmarcReports().extraContact(),
                        reportId(key),
                        key.begin(),
                        key.end().minusSeconds(1),
                        unreported == 0
                                ? List.of()
                                : List.of(unreported + " messages more had no room in this report"),
                        Optional.of("Postern")),
                task.head().policy(),
                task.rows());
    }

    /// The same whenever the report of that day and domain is made: RFC 9990 §3.5.1.
    private String reportId(DomainDay.Key key) {
        return key.day().toString().replace("-", "")
                + "."
                + StoredDay.digest(key.domain().name()).substring(0, 12)
                + "@"
                + means.config().hostname();
    }

    /// Octets, compared as one thing.
    private static final class Packed {
        private final byte[] octets;

        Packed(byte[] octets) {
            this.octets = octets;
        }

        byte[] octets() {
            return octets;
        }

        int size() {
            return octets.length;
        }
    }

    private record Handing(
            Task task,
            AggregateReport report,
            Packed gzip,
            Mailbox from,
            ReportUri to,
            List<String> steps,
            Instant now) {}

    /// Marks the report as sent, then gives it to delivery. Returns whether that place is done
    /// with.
    private boolean hand(Handing handing) {
        var to = handing.to();
        var task = handing.task();
        long size = ReportMail.encodedSize(handing.gzip().size());
        if (to.maxOctets().isPresent() && size > to.maxOctets().get()) {
            // RFC 9990 §3.5: MUST NOT be used.
            refused(
                    task,
                    to.mailbox().toString(),
                    size + " octets, and it takes " + to.maxOctets().get());
            return true;
        }
        var store = means.store();
        var mark = task.key() + " " + StoredDay.digest(to.mailbox().toString());
        try {
            if (store.state(SENT, mark).isPresent()) {
                return true;
            }
            var message = message(handing);
            if (message.isEmpty()) {
                return false;
            }
            try (var content = message.get().content()) {
                // Before, not after: whatever happens between, nobody gets it twice.
                store.putState(
                                SENT,
                                StateEntry.ofText(
                                        mark,
                                        content.header().size() + " " + to.mailbox(),
                                        Optional.of(handing.now().plus(MARK_KEPT))))
                        .join();
                keep(message.get(), mark);
            }
            means.wake().run();
            MailLog.event(
                    "dmarc_report_queued",
                    "id",
                    message.get().id(),
                    "domain",
                    task.key().domain(),
                    "day",
                    task.key().day(),
                    "to",
                    to.mailbox(),
                    "rows",
                    task.rows().size(),
                    "messages",
                    handing.report().messages());
            return true;
        } catch (StoreException | CompletionException | TreatmentException e) {
            LOG.info("the report of {} waits: {}", task.key(), e.toString());
            return false;
        }
    }

    private void keep(NewMessage message, String mark) {
        try {
            means.store().accept(message).join();
        } catch (StoreException | CompletionException e) {
            // It was not kept and never will be: the mark is not true.
            means.store().removeState(SENT, mark).join();
            throw e;
        }
    }

    /// The message as it leaves; empty when it can't be signed, because it must pass DMARC.
    private Optional<NewMessage> message(Handing handing) {
        var now = handing.now();
        var config = means.config();
        var letter =
                new ReportMail.Letter(
                        handing.from(),
                        config.hostname(),
                        List.of(handing.to().mailbox()),
                        now,
                        post.messageId(now));
        var decisions = new ArrayList<Decision>();
        decisions.add(
                Treatment.decision(
                        "dmarc-report",
                        "aggregate report of "
                                + handing.task().key().day()
                                + " for "
                                + handing.task().key().domain(),
                        "rows",
                        handing.report().rows().size(),
                        "destination",
                        String.join("; ", handing.steps())));
        return post.signed(
                ReportMail.aggregate(letter, handing.report(), handing.gzip().octets()),
                handing.to().mailbox(),
                now,
                decisions);
    }
}
