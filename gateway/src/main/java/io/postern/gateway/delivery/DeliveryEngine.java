package io.postern.gateway.delivery;

import io.postern.gateway.events.Figures;
import io.postern.mail.Content;
import io.postern.mail.EnvelopeRecipient;
import io.postern.store.KeptMessage;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.QueueId;
import io.postern.store.QueuedRecipient;
import io.postern.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers what the store keeps.
///
/// Three parts. *Fresh* messages come from acceptance straight into the queue of their destination,
/// in memory, and are not read back. The *feeder* (one thread) takes from the store what waits
/// there: after a restart, after a retry's wait, or because memory was full. *Workers* (virtual
/// threads, at most so many a destination and in all) take jobs of one destination, hand them to a
/// [Transport], and give the outcomes to the [Settler].
///
/// What is in memory is a copy of rows in the store that are marked as taken; if the process dies,
/// the marks die with it, and the rows are taken again. So a message may be delivered twice, never
/// lost. Lock order: none is held while another is taken, but the queue's inside the registry's.
public final class DeliveryEngine {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryEngine.class);

    /// Jobs of one destination that the feeder puts in memory at once.
    private static final int BATCH = 500;

    /// How many of them when the destination's last attempt failed: enough to see whether it is
    /// back.
    private static final int PROBE_BATCH = 5;

    private final MessageStore store;
    private final Routes routes;
    private final DeliverySettings settings;
    private final Function<DestinationQueue, Transport> transports;
    private final Settler settler;
    private final InstantSource clock;
    private final Map<String, DestinationQueue> queues = new ConcurrentHashMap<>();
    private final Semaphore connections;
    private final AtomicInteger jobsInMemory = new AtomicInteger();
    private final AtomicLong octetsInMemory = new AtomicLong();
    private final Pulse feed = new Pulse();
    private volatile boolean running = true;
    private final Thread feeder;

    DeliveryEngine(
            MessageStore store,
            Routes routes,
            DeliverySettings settings,
            Function<DestinationQueue, Transport> transports,
            Settler settler,
            InstantSource clock) {
        this.store = store;
        this.routes = routes;
        this.settings = settings;
        this.transports = transports;
        this.settler = settler;
        this.clock = clock;
        this.connections = new Semaphore(settings.connections());
        this.feeder = Thread.ofPlatform().name("feeder").daemon().unstarted(this::feedUntilStopped);
    }

    /// Begins to deliver what the store holds.
    public void start() {
        feeder.start();
    }

    /// Shows the engine's gauges.
    public void measure(Figures figures) {
        figures.gauge("postern.delivery.jobs", "Jobs in memory.", jobsInMemory::get);
        figures.gauge(
                "postern.delivery.octets", "Octets of content in memory.", octetsInMemory::get);
        figures.gauge(
                "postern.delivery.connections",
                "Connections to next hops.",
                () -> settings.connections() - connections.availablePermits());
    }

    /// What acceptance should do with a message for these destinations.
    ///
    /// @param inMemory whether to hand it to [#offer] after it is kept
    /// @param due when the first attempt is due
    /// @param note why it is not tried at once; empty when it is
    public record Plan(boolean inMemory, Instant due, String note) {}

    /// Decides whether a new message goes straight to the workers.
    public Plan plan(Collection<Destination> destinations, Instant now) {
        for (var destination : destinations) {
            var queue = queues.get(destination.name());
            var down = queue == null ? Optional.<DestinationQueue.Down>empty() : queue.down(now);
            if (down.isPresent()) {
                return new Plan(
                        false,
                        destinations.size() == 1 ? down.get().until() : now,
                        destination.name() + " is down: " + down.get().reason());
            }
        }
        boolean room = running && jobsInMemory.get() < settings.messagesInMemory();
        return new Plan(room, now, "");
    }

    /// Whether the destination's next hop lacked 8BITMIME when it was last asked.
    public boolean refusesEightBit(Destination destination) {
        var queue = queues.get(destination.name());
        return queue != null && queue.refusesEightBit();
    }

    /// Takes a message that was just kept with `inMemory`. The content may be closed by the caller
    /// afterwards unless `contentStays`.
    public void offer(NewMessage message, boolean contentStays) {
        var byDestination = new LinkedHashMap<Destination, List<QueuedRecipient>>();
        var recipients = message.envelope().recipients();
        for (int i = 0; i < recipients.size(); i++) {
            var recipient = recipients.get(i);
            var row =
                    new QueuedRecipient(
                            message.id(),
                            i,
                            recipient,
                            message.destinations().get(i),
                            0,
                            message.due(),
                            message.deadline(),
                            message.expires(),
                            false);
            byDestination.computeIfAbsent(route(row), _ -> new ArrayList<>()).add(row);
        }
        int jobs = byDestination.values().stream().mapToInt(rows -> pieces(rows.size())).sum();
        Optional<FreshContent> fresh =
                contentStays && octetsInMemory.get() < settings.octetsInMemory()
                        ? Optional.of(new FreshContent(message.content(), jobs, octetsInMemory))
                        : Optional.empty();
        byDestination.forEach((destination, rows) ->
                enqueue(destination, message.envelope(), message.receivedAt(), rows, fresh));
    }

    /// Puts back into the store what no worker has yet, so that an operator's command on the queue
    /// reaches it.
    public void giveBackWaiting() {
        var rows = new ArrayList<QueuedRecipient>();
        for (var queue : queues.values()) {
            for (var job : queue.drain()) {
                rows.addAll(job.recipients());
                done(job);
            }
        }
        if (!rows.isEmpty()) {
            store.giveBack(rows).join();
        }
    }

    /// An operator asked for an attempt now: destinations count as up, and the store is looked at.
    public void tryNow() {
        queues.values().forEach(DestinationQueue::tryAgain);
        feed.beat();
    }

    /// Lets the feeder look at the store now.
    public void wake() {
        feed.beat();
    }

    /// Stops: no new job is begun, those being sent may end until the deadline, the rest goes back
    /// to the store.
    public void stop(Duration patience) {
        running = false;
        feed.beat();
        queues.values().forEach(DestinationQueue::stop);
        var deadline = clock.instant().plus(patience);
        try {
            feeder.join(patience);
            for (var queue : queues.values()) {
                if (!queue.awaitIdle(deadline, clock)) {
                    LOG.info(
                            "deliveries to {} did not end in time and will be repeated",
                            queue.destination().name());
                }
            }
            giveBackWaiting();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The marks die with the process: nothing is lost.
            LOG.info("waiting jobs could not be given back: {}", e.toString());
        }
    }

    private Destination route(QueuedRecipient row) {
        // The row may be of an older configuration, which had another route or took address
        // literals.
        return routes.of(row.recipient().path())
                .orElseGet(() ->
                        new Destination.Hosts(
                                "unroutable",
                                List.of(),
                                io.postern.gateway.config.Config.TlsMode.NONE));
    }

    private int pieces(int recipients) {
        return (recipients + settings.recipientsPerTransaction() - 1)
                / settings.recipientsPerTransaction();
    }

    private void enqueue(
            Destination destination,
            io.postern.mail.Envelope envelope,
            Instant receivedAt,
            List<QueuedRecipient> rows,
            Optional<FreshContent> fresh) {
        var queue =
                queues.computeIfAbsent(
                        destination.name(),
                        _ ->
                                new DestinationQueue(
                                        destination, settings.connectionsPerDestination()));
        for (int from = 0; from < rows.size(); from += settings.recipientsPerTransaction()) {
            var piece =
                    rows.subList(
                            from,
                            Math.min(rows.size(), from + settings.recipientsPerTransaction()));
            List<EnvelopeRecipient> to = piece.stream().map(QueuedRecipient::recipient).toList();
            jobsInMemory.incrementAndGet();
            queue.add(
                    new Job(
                            piece.getFirst().id(),
                            receivedAt,
                            envelope.withRecipients(to),
                            piece,
                            fresh));
        }
        startWorkers(queue, false);
    }

    private void startWorkers(DestinationQueue queue, boolean overdue) {
        while (connections.tryAcquire()) {
            if (!queue.startWorker(overdue)) {
                connections.release();
                return;
            }
            Thread.ofVirtual()
                    .name("deliver-" + queue.destination().name())
                    .start(() -> work(queue));
        }
    }

    private void work(DestinationQueue queue) {
        boolean counted = true;
        try (var transport = transports.apply(queue)) {
            for (var job = queue.next(settings.idle());
                    job.isPresent();
                    job = queue.next(settings.idle())) {
                attempt(queue, transport, job.get());
            }
            counted = false;
        } catch (RuntimeException e) {
            LOG.error("delivery worker for {} failed", queue.destination().name(), e);
        } finally {
            if (counted) {
                queue.workerGone();
            }
            connections.release();
            startWorkersAnywhere(false);
        }
    }

    /// Queues that could not get a connection, or whose jobs wait too long for one, may have one
    /// now.
    private void startWorkersAnywhere(boolean overdue) {
        for (var queue : queues.values()) {
            if (queue.size() > 0) {
                startWorkers(queue, overdue);
            }
        }
    }

    private void attempt(DestinationQueue queue, Transport transport, Job job) {
        try {
            var down = queue.down(clock.instant());
            if (down.isPresent()) {
                settler.postpone(job, down.get());
                return;
            }
            var content = job.fresh().map(FreshContent::content).or(() -> store.content(job.id()));
            if (content.isEmpty()) {
                LOG.info("message {} is no longer queued", job.id());
                return;
            }
            send(queue, transport, job, content.get());
        } catch (StoreException e) {
            LOG.warn("message {} can't be read, its delivery waits: {}", job.id(), e.getMessage());
            settler.putBack(job);
        } catch (RuntimeException e) {
            LOG.error(
                    "attempt for message {} failed by a fault of ours; it will be repeated",
                    job.id(),
                    e);
            settler.internalFault(job, e);
        } finally {
            done(job);
        }
    }

    private void send(DestinationQueue queue, Transport transport, Job job, Content content) {
        switch (transport.send(job, content)) {
            case Transport.Attempt.Done(var outcomes) -> {
                queue.markUp();
                settler.settle(job, outcomes, Optional.of(content));
            }
            case Transport.Attempt.Down(var reason) -> {
                var down = queue.markDown(reason, clock.instant(), settler.schedule());
                settler.unreachable(job, down, content);
                for (var other : queue.drain()) {
                    settler.postpone(other, down);
                    done(other);
                }
            }
        }
    }

    private void done(Job job) {
        jobsInMemory.decrementAndGet();
        job.fresh().ifPresent(FreshContent::release);
    }

    private void feedUntilStopped() {
        while (running) {
            try {
                feed();
                sweep();
                settler.repeatUnsettled();
                startWorkersAnywhere(true);
            } catch (StoreException e) {
                LOG.warn("the queue can't be read now: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("feeder failed; it goes on", e);
            }
            feed.await(Duration.ofMillis(500));
        }
    }

    private void feed() {
        var now = clock.instant();
        for (var waiting : store.waitingDestinations().entrySet()) {
            if (waiting.getValue().isAfter(now) || !running) {
                continue;
            }
            var queue = queues.get(waiting.getKey());
            if (queue != null && (queue.down(now).isPresent() || queue.size() >= BATCH)) {
                continue;
            }
            int room = settings.messagesInMemory() - jobsInMemory.get();
            int limit = Math.min(room, queue != null && queue.probing() ? PROBE_BATCH : BATCH);
            if (limit <= 0) {
                return;
            }
            takeAndEnqueue(waiting.getKey(), now, limit);
        }
    }

    private void takeAndEnqueue(String destination, Instant now, int limit) {
        var byMessage = new LinkedHashMap<QueueId, List<QueuedRecipient>>();
        for (var row : store.take(destination, now, limit)) {
            byMessage.computeIfAbsent(row.id(), _ -> new ArrayList<>()).add(row);
        }
        if (byMessage.size() == limit) {
            feed.beat();
        }
        byMessage.forEach((id, rows) -> {
            var kept = store.find(id);
            if (kept.isEmpty()) {
                LOG.error("message {} has queue rows but no record", id);
                return;
            }
            var byRoute = new LinkedHashMap<Destination, List<QueuedRecipient>>();
            rows.forEach(
                    row -> byRoute.computeIfAbsent(route(row), _ -> new ArrayList<>()).add(row));
            byRoute.forEach((to, some) ->
                    enqueue(
                            to,
                            kept.get().envelope(),
                            kept.get().receivedAt(),
                            some,
                            Optional.empty()));
        });
    }

    /// Delay notices and expiry of what waits in the store.
    private void sweep() {
        var now = clock.instant();
        var byMessage = new LinkedHashMap<QueueId, List<QueuedRecipient>>();
        for (var row : store.takeOverdue(now, BATCH)) {
            byMessage.computeIfAbsent(row.id(), _ -> new ArrayList<>()).add(row);
        }
        byMessage.forEach((id, rows) ->
                store.find(id)
                        .ifPresent(kept ->
                                settler.overdue(jobOf(kept, rows), now, store.content(id))));
    }

    private static Job jobOf(KeptMessage kept, List<QueuedRecipient> rows) {
        var to = rows.stream().map(QueuedRecipient::recipient).toList();
        return new Job(
                kept.id(),
                kept.receivedAt(),
                kept.envelope().withRecipients(to),
                rows,
                Optional.empty());
    }
}
