package io.postern.gateway.reports;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.events.Figures;
import io.postern.gateway.treat.Treatment;
import io.postern.mail.Envelope;
import io.postern.mail.HeaderFields;
import io.postern.store.MessageStore;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// DMARC reports of a running gateway, both ways, with the thread that writes down and sends.
public final class DmarcReporting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DmarcReporting.class);
    private static final long FLUSH_SECONDS = 5;
    private static final long SEND_SECONDS = 60;

    private final InstantSource clock;
    private final DmarcReports sent;
    private final ReceivedReports received;
    private final ReportIntake intake;
    private final FailureReports failures;
    private final ScheduledExecutorService chores =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("dmarc-reports").daemon().factory());

    /// Reads back what an earlier run counted.
    ///
    /// @param wake tells delivery that a message was kept
    /// @throws io.postern.store.StoreException when it can't be read
    public DmarcReporting(
            Config config,
            MessageStore store,
            Routes routes,
            Treatment treatment,
            Resolver resolver,
            Runnable wake,
            Figures figures,
            InstantSource clock,
            RandomGenerator random) {
        this.clock = clock;
        var rules = config.dmarcReports();
        var post =
                new ReportPost(
                        new ReportPost.Means(
                                config, store, routes, treatment, resolver, wake, random));
        failures = new FailureReports(post, clock);
        sent = new DmarcReports(rules, store, new ReportSender(post), figures, clock);
        sent.load();
        received = new ReceivedReports(store, rules.keep(), rules.room().bytes(), clock);
        intake = new ReportIntake(config, received);
    }

    /// Begins to write down and to send.
    public void start() {
        repeat(sent::flush, FLUSH_SECONDS);
        repeat(sent::sendDue, SEND_SECONDS);
    }

    private void repeat(Runnable chore, long seconds) {
        var _ =
                chores.scheduleWithFixedDelay(
                        () -> {
                            try {
                                chore.run();
                            } catch (RuntimeException | Error e) {
                                LOG.warn(
                                        "a chore of DMARC reports failed and will be repeated: {}",
                                        e.toString());
                            }
                        },
                        seconds,
                        seconds,
                        TimeUnit.SECONDS);
    }

    /// A message that a stranger handed in was taken or refused for good.
    ///
    /// @param header as it came
    /// @param written what we say of it; made only for a report
    public void judged(
            JudgedMail mail,
            Envelope envelope,
            HeaderFields header,
            Supplier<AuthenticationResults> written) {
        var now = clock.instant();
        mail.aggregate(envelope, now).ifPresent(sent::record);
        mail.failure(failures, envelope, header, written, now);
    }

    /// Where each message that DMARC was evaluated for is counted.
    public DmarcReports sent() {
        return sent;
    }

    /// Where messages that failed are reported one by one, if that is switched on.
    public FailureReports failures() {
        return failures;
    }

    /// What others reported to us.
    public ReceivedReports received() {
        return received;
    }

    /// What reads reports out of mail that comes in.
    public ReportIntake intake() {
        return intake;
    }

    /// Writes down what is left, before the store is closed.
    @Override
    public void close() {
        chores.shutdownNow();
        failures.close();
        try {
            if (!chores.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.info("DMARC reports are still being sent");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sent.close();
    }
}
