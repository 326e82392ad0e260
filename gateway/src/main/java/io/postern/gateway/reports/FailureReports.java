package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.FailureReportWriter;
import io.postern.auth.dmarc.report.FailureReportWriter.Failed;
import io.postern.auth.dmarc.report.ReportDestinations.Verified;
import io.postern.auth.dmarc.report.ReportMail;
import io.postern.auth.dmarc.report.ReportUri;
import io.postern.gateway.config.DmarcReportRules;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.treat.Treatment;
import io.postern.gateway.treat.TreatmentException;
import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import io.postern.mail.ReversePath;
import io.postern.store.Decision;
import io.postern.store.StoreException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends failure reports, when the configuration wants it; off by default. RFC 9991.
///
/// Few: who forges a domain's mail must not decide how much that domain gets (§2). One report an
/// hour about a domain and a client, twenty an hour about a domain; the rest is dropped, for the
/// aggregate report counts it. Safe for many threads.
public final class FailureReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FailureReports.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST_AN_HOUR = 20;
    private static final int MOST_REMEMBERED = 10_000;
    private static final int MOST_WAITING = 100;

    private record Pair(Domain domain, InetAddress client) {}

    private record Hour(Instant begin, int sent) {}

    private final ReportPost post;
    private final InstantSource clock;
    private final Map<Pair, Instant> pairs = bounded();
    private final Map<Domain, Hour> domains = bounded();
    private final ThreadPoolExecutor worker =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(MOST_WAITING),
                    Thread.ofPlatform().name("dmarc-failures").daemon().factory(),
                    new ThreadPoolExecutor.DiscardPolicy());

    FailureReports(ReportPost post, InstantSource clock) {
        this.post = post;
        this.clock = clock;
    }

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };
    }

    /// A message did not pass DMARC. Returns at once; what is to be done for it is done elsewhere.
    ///
    /// Nothing is sent about mail from the null reverse-path: it may be a report itself. Not to be
    /// called for a record with `psd=y` (RFC 9991 §2).
    ///
    /// @param policyDomain where the record was found
    /// @param organizational of the policy domain
    /// @param header of the message; only some of it is shown
    /// @param ruf the URIs of the record's `ruf`, as written
    public void failed(
            Failed failed,
            Domain policyDomain,
            Domain organizational,
            HeaderFields header,
            List<String> ruf) {
        var rules = post.means().config().dmarcReports();
        if (!rules.enabled()
                || !rules.failureReports()
                || ruf.isEmpty()
                || failed.reversePath() instanceof ReversePath.Null
                || !allowed(failed, clock.instant())) {
            return;
        }
        worker.execute(() -> {
            try {
                send(failed, policyDomain, organizational, header, ruf);
            } catch (StoreException | CompletionException | TreatmentException e) {
                LOG.info("a failure report about {} is dropped: {}", policyDomain, e.toString());
            } catch (RuntimeException e) {
                LOG.error("a failure report about {} failed", policyDomain, e);
            }
        });
    }

    private synchronized boolean allowed(Failed failed, Instant now) {
        var pair = new Pair(failed.reported(), failed.client());
        var last = pairs.get(pair);
        if (last != null && now.isBefore(last.plus(HOUR))) {
            return false;
        }
        var hour = domains.get(failed.reported());
        if (hour == null || !now.isBefore(hour.begin().plus(HOUR))) {
            hour = new Hour(now, 0);
        }
        if (hour.sent() >= MOST_AN_HOUR) {
            return false;
        }
        domains.remove(failed.reported());
        domains.put(failed.reported(), new Hour(hour.begin(), hour.sent() + 1));
        pairs.remove(pair);
        pairs.put(pair, now);
        return true;
    }

    private void send(
            Failed failed,
            Domain policyDomain,
            Domain organizational,
            HeaderFields header,
            List<String> ruf) {
        for (var parsed : ReportUri.list(String.join(",", ruf))) {
            // RFC 9991 §5: as for rua.
            if (parsed instanceof ReportUri.Parsed.Ok(var uri)
                    && post.verified(policyDomain, organizational, uri)
                            instanceof Verified.Send(_, var steps)) {
                // The record that confirms may name places for rua only.
                post(failed, header, uri, steps);
            }
        }
    }

    private void post(Failed failed, HeaderFields header, ReportUri to, List<String> steps) {
        var means = post.means();
        var from =
                means.config()
                        .dmarcReports()
                        .contact()
                        .flatMap(DmarcReportRules::mailbox)
                        .orElseThrow();
        var now = clock.instant();
        var letter =
                new ReportMail.Letter(
                        from,
                        means.config().hostname(),
                        List.of(to.mailbox()),
                        now,
                        post.messageId(now));
        var decisions = new ArrayList<Decision>();
        decisions.add(
                Treatment.decision(
                        "dmarc-report",
                        "failure report about " + failed.reported(),
                        "client",
                        failed.client().getHostAddress(),
                        "destination",
                        String.join("; ", steps)));
        var mail = FailureReportWriter.compose(letter, failed, header, "Postern");
        var message = post.signed(mail, to.mailbox(), now, decisions);
        if (message.isEmpty()) {
            return;
        }
        try (var content = message.get().content()) {
            means.store().accept(message.get()).join();
            MailLog.event(
                    "dmarc_failure_report_queued",
                    "id",
                    message.get().id(),
                    "domain",
                    failed.reported(),
                    "to",
                    to.mailbox(),
                    "size",
                    content.size());
        }
        means.wake().run();
    }

    /// Drops what waits.
    @Override
    public void close() {
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.info("a failure report is still being sent");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
