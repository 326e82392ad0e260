package io.postern.gateway.delivery;

import io.postern.gateway.config.Durations;
import io.postern.gateway.events.Figures;
import io.postern.gateway.events.MailLog;
import io.postern.mail.Content;
import io.postern.mail.Notify;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.QueueId;
import io.postern.store.QueuedRecipient;
import io.postern.store.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns outcomes into settlements, events and DSNs, and writes them. Safe for many threads.
final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private final MessageStore store;
    private final RetrySchedule schedule;
    private final Reports reports;
    private final Figures figures;
    private final InstantSource clock;
    private final SettlementWriter writer;
    private final ConcurrentLinkedQueue<List<QueuedRecipient>> notGivenBack =
            new ConcurrentLinkedQueue<>();

    /// Told when next hops refused recipients of a message for good; must not block.
    private volatile ObjIntConsumer<QueueId> onRefused = (_, _) -> {};

    Settler(
            MessageStore store,
            RetrySchedule schedule,
            Reports reports,
            Figures figures,
            InstantSource clock) {
        this.store = store;
        this.schedule = schedule;
        this.reports = reports;
        this.figures = figures;
        this.clock = clock;
        this.writer = new SettlementWriter(store, this::dsnKept);
    }

    void onRefused(ObjIntConsumer<QueueId> told) {
        onRefused = told;
    }

    RetrySchedule schedule() {
        return schedule;
    }

    /// The outcomes of one attempt, one for each of the job's recipients. Blocks while too many
    /// others wait for their commit.
    void settle(Job job, List<? extends Outcome> outcomes, Optional<Content> content) {
        var now = clock.instant();
        var settlements = new ArrayList<Settlement>(outcomes.size());
        var told = new ArrayList<Reports.Told>();
        for (int i = 0; i < outcomes.size(); i++) {
            var row = job.recipients().get(i);
            settlements.add(
                    switch (outcomes.get(i)) {
                        case Outcome.Delivered(var detail, var dsnGoesOn) -> {
                            if (!dsnGoesOn && wants(job, row, Notify.Outcome.SUCCESS)) {
                                told.add(Reports.Told.relayed(row, detail));
                            }
                            yield delivered(job, row, now, detail);
                        }
                        case Outcome.Deferred(var detail, var status) ->
                                deferred(job, row, now, detail, status, told);
                        case Outcome.Failed failed -> failed(job, row, now, failed, told);
                    });
        }
        int refused = (int) outcomes.stream().filter(one -> one instanceof Outcome.Failed).count();
        if (refused > 0) {
            onRefused.accept(job.id(), refused);
        }
        writer.writeInTurn(settlements, reports(job, settlements, told, content, now));
    }

    /// The report that the settlements cause. Without it a failure would be lost silently: then
    /// what was to be told fails again later, and the rest is written.
    private List<NewMessage> reports(
            Job job,
            List<Settlement> settlements,
            List<Reports.Told> told,
            Optional<Content> content,
            Instant now) {
        try {
            return reports.about(job, told, content, now);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "the report about message {} can't be made now; what failed waits",
                    job.id(),
                    e);
            for (int i = 0; i < settlements.size(); i++) {
                var row = job.recipients().get(i);
                if (settlements.get(i) instanceof Settlement.Failed(_, _, _, var detail)
                        && told.stream().anyMatch(one -> one.row().equals(row))) {
                    settlements.set(i, later(row, now, "to be reported: " + detail));
                }
            }
            return List.of();
        }
    }

    /// Rows that were taken and could not be worked on, by no fault of the message or its next hop:
    /// tried again by schedule.
    void wait(List<QueuedRecipient> rows, String why) {
        var now = clock.instant();
        writer.write(rows.stream().map(row -> later(row, now, why)).toList(), List.of());
    }

    private Settlement later(QueuedRecipient row, Instant now, String why) {
        var next = now.plus(schedule.after(row.attempts() + 1));
        return new Settlement.Deferred(
                row.id(),
                row.number(),
                now,
                why,
                next,
                // One that has passed would bring it back at once.
                row.deadline().isBefore(next) ? next : row.deadline(),
                true,
                row.delayNoticeSent());
    }

    /// The destination could not be reached: this job made the attempt.
    void unreachable(Job job, DestinationQueue.Down down, Content content) {
        var outcome = new Outcome.Deferred(down.reason(), "4.4.1");
        settle(job, Collections.nCopies(job.recipients().size(), outcome), Optional.of(content));
    }

    /// The destination is down: this job made no attempt.
    void postpone(Job job, DestinationQueue.Down down) {
        var now = clock.instant();
        var settlements = new ArrayList<Settlement>();
        for (var row : job.recipients()) {
            MailLog.event(
                    "deferred",
                    "id",
                    row.id(),
                    "to",
                    row.recipient().path(),
                    "status",
                    "4.4.1",
                    "attempted",
                    "no",
                    "reason",
                    down.reason());
            settlements.add(
                    new Settlement.Deferred(
                            row.id(),
                            row.number(),
                            now,
                            "not tried: " + down.reason(),
                            earlier(down.until(), row.expires()),
                            row.deadline(),
                            false,
                            row.delayNoticeSent()));
        }
        figures.deferred.increment(settlements.size());
        writer.write(settlements, List.of());
    }

    /// A fault of ours is temporary for the message.
    void internalFault(Job job, Throwable fault) {
        var outcome =
                new Outcome.Deferred(
                        "internal fault: " + fault.getClass().getSimpleName(), "4.3.0");
        settle(job, Collections.nCopies(job.recipients().size(), outcome), Optional.empty());
    }

    /// Untouched, to be taken again.
    void putBack(List<QueuedRecipient> rows) {
        if (rows.isEmpty()) {
            return;
        }
        var _ =
                store.giveBack(rows)
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                LOG.warn(
                                        "rows can't be given back now and will be again: {}",
                                        failure.toString());
                                notGivenBack.add(rows);
                            }
                        });
    }

    /// The deadline of rows that wait in the store has passed: expired, or a delay notice is due.
    ///
    /// @param content asked only when there is something to tell
    void overdue(Job job, Instant now, Supplier<Optional<Content>> content) {
        var settlements = new ArrayList<Settlement>();
        var told = new ArrayList<Reports.Told>();
        for (var row : job.recipients()) {
            if (!now.isBefore(row.expires())) {
                settlements.add(expired(job, row, now, "not delivered before it expired", told));
            } else {
                if (wants(job, row, Notify.Outcome.DELAY) && !row.delayNoticeSent()) {
                    told.add(Reports.Told.delayed(row, "still waiting"));
                }
                settlements.add(
                        new Settlement.Deferred(
                                row.id(),
                                row.number(),
                                now,
                                "still waiting; the reverse-path is told once",
                                row.due(),
                                row.expires(),
                                false,
                                true));
            }
        }
        writer.write(
                settlements,
                reports(
                        job,
                        settlements,
                        told,
                        told.isEmpty() ? Optional.empty() : content.get(),
                        now));
    }

    /// Repeats the writes that the store refused earlier.
    void repeatUnsettled() {
        writer.repeatRefused();
        for (int left = notGivenBack.size(); left > 0; left--) {
            var rows = notGivenBack.poll();
            if (rows != null) {
                putBack(rows);
            }
        }
    }

    private Settlement delivered(Job job, QueuedRecipient row, Instant now, String detail) {
        figures.delivered.increment();
        MailLog.event(
                "delivered",
                "id",
                row.id(),
                "to",
                row.recipient().path(),
                "destination",
                row.destination(),
                "delay",
                Durations.print(Duration.between(job.receivedAt(), now)),
                "reply",
                detail);
        return new Settlement.Delivered(row.id(), row.number(), now, detail);
    }

    private Settlement deferred(
            Job job,
            QueuedRecipient row,
            Instant now,
            String detail,
            String status,
            List<Reports.Told> told) {
        if (!now.isBefore(row.expires())) {
            return expired(job, row, now, detail, told);
        }
        figures.deferred.increment();
        var next = earlier(now.plus(schedule.after(row.attempts() + 1)), row.expires());
        MailLog.event(
                "deferred",
                "id",
                row.id(),
                "to",
                row.recipient().path(),
                "status",
                status,
                "next",
                next.truncatedTo(ChronoUnit.SECONDS),
                "reason",
                detail);
        boolean tell = !row.delayNoticeSent() && !now.isBefore(row.deadline());
        if (tell && wants(job, row, Notify.Outcome.DELAY)) {
            told.add(Reports.Told.delayed(row, detail));
        }
        return new Settlement.Deferred(
                row.id(),
                row.number(),
                now,
                detail,
                next,
                tell ? row.expires() : row.deadline(),
                true,
                tell || row.delayNoticeSent());
    }

    private Settlement expired(
            Job job, QueuedRecipient row, Instant now, String detail, List<Reports.Told> told) {
        // RFC 3463 §3.5: X.4.7 delivery time expired.
        return failed(
                job,
                row,
                now,
                new Outcome.Failed("expired; last: " + detail, "5.4.7", "", ""),
                told);
    }

    private Settlement failed(
            Job job,
            QueuedRecipient row,
            Instant now,
            Outcome.Failed failed,
            List<Reports.Told> told) {
        figures.failed.increment();
        boolean silent = !reports.failureWanted(job.origin(), row.recipient().path());
        var detail = failed.detail() + (silent ? "; not reported, by failure_reports" : "");
        MailLog.event(
                "failed",
                "id",
                row.id(),
                "from",
                job.envelope().reversePath(),
                "to",
                row.recipient().path(),
                "status",
                failed.status(),
                "reason",
                detail);
        if (wants(job, row, Notify.Outcome.FAILURE)) {
            told.add(Reports.Told.failed(row, failed));
        }
        return new Settlement.Failed(row.id(), row.number(), now, detail);
    }

    /// Whether it is to be told, and may be. RFC 3461 §4.1: without NOTIFY a failure is reported, a
    /// delay may be, a success is not. A stranger's reverse-path may be anybody's, so it hears of
    /// failures alone, which RFC 5321 §6.1 asks for.
    private boolean wants(Job job, QueuedRecipient row, Notify.Outcome outcome) {
        boolean may =
                job.origin() == Origin.OURS
                        || (outcome == Notify.Outcome.FAILURE
                                && reports.failureWanted(job.origin(), row.recipient().path()));
        return may
                && row.recipient()
                        .notifyOn()
                        .map(wanted -> wanted.on().contains(outcome))
                        .orElse(outcome != Notify.Outcome.SUCCESS);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private void dsnKept(NewMessage dsn) {
        figures.dsns.increment();
        MailLog.event(
                "dsn",
                "id",
                dsn.id(),
                "to",
                dsn.envelope().recipients().getFirst().path(),
                "about",
                dsn.facts().getOrDefault(MessageStore.DSN_OF, ""));
        dsn.content().close();
    }
}
