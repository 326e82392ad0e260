package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReportReader.Read;
import io.postern.auth.dmarc.report.ReportAttachment;
import io.postern.auth.dmarc.report.ReportLimits;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DmarcReportRules;
import io.postern.gateway.events.MailLog;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads reports out of mail that comes in for the addresses `domain.dmarc_reports`. Whatever it
/// finds, the mail goes on. Safe for many threads.
public final class ReportIntake {
    private static final Logger LOG = LoggerFactory.getLogger(ReportIntake.class);

    /// One at a time: a report may need a hundred megabytes for a moment.
    private final Semaphore one = new Semaphore(1);

    private static final long PATIENCE_SECONDS = 5;

    private final Config config;
    private final Map<String, Domain> addresses = new HashMap<>();
    private final ReceivedReports received;

    ReportIntake(Config config, ReceivedReports received) {
        this.config = config;
        this.received = received;
        for (var own : config.domain()) {
            own.dmarcReports()
                    .flatMap(DmarcReportRules::mailbox)
                    .ifPresent(mailbox -> addresses.put(key(mailbox), own.name()));
        }
    }

    private static String key(Mailbox mailbox) {
        // Nobody has two mailboxes that differ in case alone.
        return mailbox.toString().toLowerCase(Locale.ROOT);
    }

    /// Whether one of the recipients is an address for reports.
    public boolean wants(Envelope envelope) {
        return !addresses.isEmpty()
                && envelope.recipients().stream()
                        .anyMatch(recipient ->
                                recipient.path() instanceof ForwardPath.Of(var mailbox)
                                        && addresses.containsKey(key(mailbox)));
    }

    /// Keeps the report in a mail for such an address; does nothing with other mail. Blocks for
    /// reading and the store, at most seconds. Never throws for what the mail is or for a store
    /// that fails.
    ///
    /// To be called for mail that was taken, best only when it passed DMARC: reports may be forged
    /// (RFC 9990 §8.2).
    ///
    /// @param id of the message, for the log
    public void received(Envelope envelope, Content content, String id) {
        if (!wants(envelope)) {
            return;
        }
        try {
            if (!one.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                unread(id, "too many reports at once");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            switch (ReportAttachment.read(content, ReportLimits.DEFAULT)) {
                case Read.Bad(var why) -> unread(id, why);
                case Read.Ok(var report, var remarks) -> {
                    var domain = Domain.parse(report.policy().domain());
                    if (domain.isEmpty() || !concernsUs(domain.get())) {
                        unread(id, "about " + report.policy().domain() + ", which is not ours");
                        return;
                    }
                    if (!(AuthorDomain.of(content.header())
                            instanceof AuthorDomain.One(var reporter, _))) {
                        unread(id, "not from one author");
                        return;
                    }
                    var kept = received.keep(report, Optional.of(reporter));
                    MailLog.event(
                            "dmarc_report_received",
                            "id",
                            id,
                            "domain",
                            domain.get(),
                            "by",
                            report.metadata().organization(),
                            "rows",
                            report.rows().size(),
                            "messages",
                            report.messages(),
                            "kept",
                            switch (kept) {
                                case ReceivedReports.Kept.New() -> "new";
                                case ReceivedReports.Kept.Known() -> "known";
                                case ReceivedReports.Kept.Refused(var why) -> why;
                            },
                            "remarks",
                            String.join("; ", remarks));
                }
            }
        } catch (IOException | RuntimeException e) {
            // The mail is kept and goes on: only its report is not read here.
            LOG.info("the DMARC report in message {} is not kept: {}", id, e.toString());
        } finally {
            one.release();
        }
    }

    /// Ours, below one of ours, or where the record of one of ours may stand.
    private boolean concernsUs(Domain domain) {
        return config.domain().stream()
                .map(own -> own.name().name())
                .anyMatch(own ->
                        own.equals(domain.name())
                                || own.endsWith("." + domain.name())
                                || domain.name().endsWith("." + own));
    }

    private static void unread(String id, String why) {
        MailLog.event("dmarc_report_unread", "id", id, "why", why);
    }
}
