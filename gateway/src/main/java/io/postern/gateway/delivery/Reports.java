package io.postern.gateway.delivery;

import io.postern.gateway.treat.Treatment;
import io.postern.gateway.treat.TreatmentException;
import io.postern.mail.Content;
import io.postern.mail.DeliveryStatus;
import io.postern.mail.DeliveryStatus.Action;
import io.postern.mail.Domain;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import io.postern.mail.MemoryContent;
import io.postern.mail.MessageId;
import io.postern.mail.ReversePath;
import io.postern.store.Decision;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.QueuedRecipient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the DSNs that settlements cause, signed like all that leaves. RFC 3464.
final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    /// Octets of original that a DSN returns whole: enough for a letter, too little to fill a
    /// mailbox.
    private static final long MAX_RETURNED = 256 * 1024;

    private static final int MEMORY = 256 * 1024;

    private final MessageStore store;
    private final Routes routes;
    private final Treatment treatment;
    private final Domain hostname;
    private final Path spool;
    private final Duration expire;
    private final RandomGenerator random;

    Reports(
            MessageStore store,
            Routes routes,
            Treatment treatment,
            Domain hostname,
            Path spool,
            Duration expire,
            RandomGenerator random) {
        this.store = store;
        this.routes = routes;
        this.treatment = treatment;
        this.hostname = hostname;
        this.spool = spool;
        this.expire = expire;
        this.random = random;
    }

    /// What the reverse-path is to be told about one recipient.
    record Told(QueuedRecipient row, Action action, String status, String host, String reply) {
        static Told failed(QueuedRecipient row, Outcome.Failed failed) {
            return new Told(
                    row,
                    Action.FAILED,
                    failed.status(),
                    failed.remoteHost(),
                    failed.remoteReply().isEmpty() ? failed.detail() : failed.remoteReply());
        }

        static Told delayed(QueuedRecipient row, String why) {
            return new Told(row, Action.DELAYED, "4.4.7", "", why);
        }

        /// RFC 3461 §5.2.2: the next hop does not know DSNs, so a success can't be confirmed, only
        /// the relaying.
        static Told relayed(QueuedRecipient row, String reply) {
            return new Told(row, Action.RELAYED, "2.0.0", "", reply);
        }
    }

    /// Whether a failure is to be reported: not to strangers about a domain whose operator does not
    /// want it.
    boolean failureWanted(Origin origin, ForwardPath to) {
        return routes.reportsFailure(origin, to);
    }

    /// The DSN about a message, if anybody is to be told anything: at most one.
    ///
    /// @param original empty when it can no longer be read
    /// @throws TreatmentException when it can't be written or signed now
    List<NewMessage> about(Job job, List<Told> told, Optional<Content> original, Instant now) {
        // RFC 5321 §6.1: never a report about a report.
        if (told.isEmpty()
                || !(job.envelope().reversePath() instanceof ReversePath.Of(var author))) {
            return List.of();
        }
        var report =
                new DeliveryStatus.Report(
                        hostname,
                        job.envelope(),
                        job.receivedAt(),
                        now,
                        MessageId.make(now, random, hostname),
                        told.stream().map(one -> recipient(one, now)).toList(),
                        // Whoever it really was may not choose what the address it gave reads.
                        job.origin() == Origin.STRANGER ? 0 : MAX_RETURNED,
                        from(author));
        DeliveryStatus.Composed composed;
        try {
            composed = compose(report, original.orElseGet(Reports::nothing));
        } catch (IOException e) {
            // The sender must learn of it even if the original can't be returned.
            LOG.warn(
                    "the report about message {} returns nothing of it: {}",
                    job.id(),
                    e.toString());
            try {
                composed = compose(report, nothing());
            } catch (IOException again) {
                throw new TreatmentException("report can't be written", again);
            }
        }
        try {
            return List.of(message(job, composed, author.toString(), now));
        } catch (RuntimeException | Error e) {
            composed.content().close();
            throw e;
        }
    }

    private DeliveryStatus.Composed compose(DeliveryStatus.Report report, Content original)
            throws IOException {
        return DeliveryStatus.compose(report, original, spool, MEMORY);
    }

    private static Content nothing() {
        return MemoryContent.of(HeaderFields.EMPTY, new byte[0]);
    }

    /// A report is signed like all that leaves, so it comes from a domain of ours: that of the
    /// reverse-path when it is one.
    private Mailbox from(Mailbox author) {
        return author.host() instanceof Domain domain && treatment.signs(domain)
                ? new Mailbox("MAILER-DAEMON", domain)
                : routes.mailboxOf(new ForwardPath.Postmaster());
    }

    private NewMessage message(
            Job job, DeliveryStatus.Composed composed, String author, Instant now) {
        var decisions = new ArrayList<Decision>();
        decisions.add(
                new Decision("dsn", "reports about message " + job.id(), Map.of("to", author)));
        var content = treatment.signReport(composed.content(), now, decisions);
        var to = composed.envelope().recipients().getFirst();
        var destination = routes.of(to.path()).map(Destination::name).orElse("unroutable");
        return new NewMessage(
                store.nextId(),
                now,
                composed.envelope(),
                content,
                List.of(destination),
                now,
                now.plus(expire),
                now.plus(expire),
                false,
                Map.of(MessageStore.DSN_OF, job.id().toString(), "listener", Origin.INTERNAL),
                decisions);
    }

    private static DeliveryStatus.Recipient recipient(Told told, Instant now) {
        return new DeliveryStatus.Recipient(
                told.row().recipient(),
                told.action(),
                told.status(),
                Optional.of(told.host()).filter(host -> !host.isEmpty()),
                Optional.of(told.reply()).filter(reply -> !reply.isEmpty()),
                Optional.of(now),
                told.action() == Action.DELAYED
                        ? Optional.of(told.row().expires())
                        : Optional.empty());
    }
}
