package io.postern.gateway.reports;

import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.gateway.config.DmarcReportRules;
import io.postern.gateway.events.Figures;
import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import io.postern.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is to be reported: counted in memory, written down behind, read back at start, and sent
/// once the day is over. Safe for many threads.
///
/// What a power cut takes with it is the counting since the last [#flush]. Bounded in domains, in
/// rows of a domain and in rows of all; what does not fit is counted, and said so in the report.
public final class DmarcReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DmarcReports.class);

    /// Rows in memory: about a kilobyte each.
    private static final int MOST_ROWS = 100_000;

    /// Rows of one [#flush].
    private static final int MOST_WRITTEN = 10_000;

    /// No report is sent sooner after midnight: a message of the last second is still being judged.
    private static final Duration GRACE = Duration.ofMinutes(10);

    /// Until the next try when something was not to be had.
    private static final Duration AGAIN = Duration.ofMinutes(30);

    private static final long LAST_FLUSH_SECONDS = 10;

    private final DmarcReportRules rules;
    private final StateStore store;
    private final ReportSender sender;
    private final InstantSource clock;
    private final Map<DomainDay.Key, DomainDay> days = new HashMap<>();
    private int rows;
    private long unreported;
    private CompletableFuture<Void> flushing = CompletableFuture.completedFuture(null);

    DmarcReports(
            DmarcReportRules rules,
            StateStore store,
            ReportSender sender,
            Figures figures,
            InstantSource clock) {
        this.rules = rules;
        this.store = store;
        this.sender = sender;
        this.clock = clock;
        figures.gauge(
                "postern.dmarc.domains",
                "Days of domains that wait to be reported.",
                this::waiting);
        figures.gauge(
                "postern.dmarc.unreported",
                "Messages that no DMARC report will have a row for, for lack of room.",
                this::unreported);
    }

    /// Days of domains that wait to be reported.
    public synchronized int waiting() {
        return days.size();
    }

    private synchronized long unreported() {
        return unreported;
    }

    /// Counts a message that DMARC was evaluated for. Never blocks on the store. Does nothing when
    /// no reports are sent, or none are asked for.
    public synchronized void record(Judged judged) {
        if (!rules.enabled() || judged.rua().isEmpty()) {
            return;
        }
        var key = new DomainDay.Key(day(judged.at()), judged.policyDomain());
        var day = days.get(key);
        if (day == null) {
            if (days.size() >= rules.domains()) {
                unreported++;
                return;
            }
            day = new DomainDay(key, DomainDay.head(judged, 0));
            day.headDirty = true;
            days.put(key, day);
        }
        int before = day.rows.size();
        int room = Math.min(rules.rows() - before, MOST_ROWS - rows);
        if (!day.count(judged, room)) {
            unreported++;
        }
        rows += day.rows.size() - before;
    }

    /// A message whose day's reports may have been sent counts for today.
    private LocalDate day(Instant at) {
        var now = clock.instant();
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        var day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        boolean late = now.isAfter(today.atStartOfDay(ZoneOffset.UTC).toInstant().plus(GRACE));
        return day.isAfter(today) || (day.isBefore(today) && late) ? today : day;
    }

    /// Reads back what an earlier run wrote down.
    ///
    /// @throws StoreException when it can't be read
    public synchronized void load() {
        store.eachState(
                StoredDay.HEADS,
                entry ->
                        StoredDay.key(entry)
                                .ifPresent(key ->
                                        StoredDay.head(entry)
                                                .ifPresent(head ->
                                                        days.put(key, new DomainDay(key, head)))));
        store.eachState(
                StoredDay.ROWS,
                entry -> {
                    var day = StoredDay.key(entry).map(days::get);
                    StoredDay.row(entry)
                            .ifPresent(row ->
                                    day.ifPresent(known -> {
                                        var one = DomainDay.withCount(row, 1);
                                        known.rows.merge(one, row.count(), Long::sum);
                                    }));
                });
        rows = days.values().stream().mapToInt(day -> day.rows.size()).sum();
    }

    private record Changed(DomainDay.Key key, PublishedPolicy policy, Row row, long count) {}

    /// Writes down what changed; does nothing while the last one is under way. To be called every
    /// few seconds, by one thread.
    public void flush() {
        var heads = new ArrayList<StateEntry>();
        var changed = new ArrayList<Changed>();
        synchronized (this) {
            if (!flushing.isDone()) {
                return;
            }
            days.values().forEach(day -> collect(day, heads, changed));
        }
        if (heads.isEmpty() && changed.isEmpty()) {
            return;
        }
        // Writing XML takes a while, and sessions wait for the lock.
        var entries =
                changed.stream()
                        .map(one -> StoredDay.row(one.key(), one.policy(), one.row(), one.count()))
                        .toList();
        var written =
                CompletableFuture.allOf(
                                store.putStates(StoredDay.HEADS, heads),
                                store.putStates(StoredDay.ROWS, entries))
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                // The store has said what is wrong with it.
                                allDirty();
                            }
                        });
        synchronized (this) {
            flushing = written;
        }
    }

    private static void collect(DomainDay day, List<StateEntry> heads, List<Changed> changed) {
        if (day.headDirty) {
            heads.add(StoredDay.head(day.key, day.head));
            day.headDirty = false;
        }
        var dirty = day.dirty.iterator();
        while (dirty.hasNext() && changed.size() < MOST_WRITTEN) {
            var row = dirty.next();
            changed.add(
                    new Changed(day.key, day.head.policy(), row, day.rows.getOrDefault(row, 1L)));
            dirty.remove();
        }
    }

    private synchronized void allDirty() {
        for (var day : days.values()) {
            day.headDirty = true;
            day.dirty.addAll(day.rows.keySet());
        }
    }

    /// Sends the reports whose time has come, one after the other; blocks for the DNS and the
    /// store. To be called every minute or so, by one thread.
    public void sendDue() {
        var now = clock.instant();
        for (var key : due(now)) {
            ReportSender.Task task;
            synchronized (this) {
                var day = days.get(key);
                if (day == null) {
                    continue;
                }
                task = new ReportSender.Task(key, day.head, day.counted());
            }
            boolean last = !now.isBefore(key.end().plus(StoredDay.KEPT).minus(AGAIN));
            switch (sender.send(task, now)) {
                case DONE -> forget(key);
                case LATER -> {
                    if (last) {
                        LOG.info("the report of {} is given up", key);
                        forget(key);
                    } else {
                        putOff(key, now.plus(AGAIN));
                    }
                }
            }
        }
    }

    private synchronized List<DomainDay.Key> due(Instant now) {
        return days.values().stream()
                .filter(day -> !now.isBefore(dueAt(day.key)) && !now.isBefore(day.nextTry))
                .map(day -> day.key)
                .toList();
    }

    /// When a domain's report leaves: always at the same time of day for the same domain.
    Instant dueAt(DomainDay.Key key) {
        long room = Math.max(1, rules.spread().minus(GRACE).toSeconds());
        long share = Long.parseLong(StoredDay.digest(key.domain().name()).substring(0, 8), 16);
        return key.end().plus(GRACE).plusSeconds(share % room);
    }

    private synchronized void putOff(DomainDay.Key key, Instant until) {
        var day = days.get(key);
        if (day != null) {
            day.nextTry = until;
        }
    }

    private void forget(DomainDay.Key key) {
        DomainDay day;
        synchronized (this) {
            day = days.remove(key);
            if (day == null) {
                return;
            }
            rows -= day.rows.size();
        }
        await(); // or a flush under way would write it again
        var keys = day.rows.keySet().stream().map(row -> StoredDay.rowKey(key, row)).toList();
        try {
            store.removeStates(StoredDay.ROWS, keys).join();
            store.removeState(StoredDay.HEADS, key.toString()).join();
        } catch (RuntimeException e) {
            // It stays marked as sent, and expires.
            LOG.info("what was counted of {} can't be removed now: {}", key, e.toString());
        }
    }

    /// Writes down what is left, before the store is closed.
    @Override
    public void close() {
        await();
        flush();
        await();
    }

    private void await() {
        CompletableFuture<Void> last;
        synchronized (this) {
            last = flushing;
        }
        try {
            last.get(LAST_FLUSH_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "DMARC counts of the last seconds could not be written down: {}", e.toString());
        }
    }
}
