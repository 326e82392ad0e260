package io.postern.gateway.delivery;

import io.postern.gateway.events.Figures;
import io.postern.mail.Content;
import io.postern.mail.ContentFacts;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.client.SendResult;
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
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
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

    /// After so long without a job a destination is forgotten.
    private static final Duration UNUSED = Duration.ofHours(1);

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

    /// Held while the store's rows are taken, so that they are either there or in memory.
    private final ReentrantLock feeding = new ReentrantLock();

    /// Destinations whose hosts are being greeted.
    private final Set<String> greeting = ConcurrentHashMap.newKeySet();

    private volatile boolean paused;
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

    /// Asks fixed hosts in the background what they can do: mail that must be converted for them
    /// has to be before it is signed, and what a stranger sends and none of them takes is refused
    /// in the dialogue. Returns at once.
    public void greet(Collection<Destination> destinations) {
        for (var destination : destinations) {
            // One that is still being asked need not be asked again.
            if (greeting.add(destination.name())) {
                Thread.ofVirtual()
                        .name("greet-" + destination.name())
                        .start(() -> greet(destination));
            }
        }
    }

    private void greet(Destination destination) {
        try {
            connections.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            greeting.remove(destination.name());
            return;
        }
        try (var transport = transports.apply(queueOf(destination))) {
            if (running) {
                transport.greet();
            }
        } catch (RuntimeException e) {
            LOG.error("{} could not be greeted", destination.name(), e);
        } finally {
            connections.release();
            greeting.remove(destination.name());
        }
    }

    private DestinationQueue queueOf(Destination destination) {
        return queues.computeIfAbsent(
                destination.name(),
                _ ->
                        new DestinationQueue(
                                destination,
                                settings.connectionsPerDestination(),
                                clock.instant()));
    }

    /// From now on tells, on a worker's thread, when next hops refused recipients of a message for
    /// good, and how many; what is told must not block.
    public void onRefused(ObjIntConsumer<QueueId> told) {
        settler.onRefused(told);
    }

    /// Shows the engine's gauges.
    public void measure(Figures figures) {
        figures.gauge("postern.delivery.jobs", "Jobs in memory.", jobsInMemory::get);
        figures.gauge(
                "postern.delivery.octets", "Octets of content in memory.", octetsInMemory::get);
        figures.gauge("postern.delivery.destinations", "Destinations in memory.", queues::size);
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
        boolean room = running;
        for (var destination : destinations) {
            room &= share(queues.get(destination.name())) > 0;
        }
        return new Plan(room, now, "");
    }

    /// Whether the destination's next hop lacked 8BITMIME when it was last asked.
    public boolean refusesEightBit(Destination destination) {
        var queue = queues.get(destination.name());
        return queue != null && queue.announced().refusesEightBit();
    }

    /// Why no host of the destination can carry such a message, by what they announced when they
    /// were last asked; empty when one can, or that is not known of all.
    ///
    /// @param envelope with the recipients of this destination only
    public Optional<SendResult.Reason> obstacle(
            Destination destination, Envelope envelope, ContentFacts facts, long size) {
        var queue = queues.get(destination.name());
        return queue == null ? Optional.empty() : queue.announced().obstacle(envelope, facts, size);
    }

    /// Takes a message that was just kept with `inMemory`. The content may be closed by the caller
    /// afterwards unless `contentStays`.
    public void offer(NewMessage message, boolean contentStays) {
        var rows = rows(message);
        if (!running) {
            settler.putBack(rows);
            return;
        }
        try {
            enqueueFresh(message, rows, contentStays);
        } catch (RuntimeException | Error e) {
            // It is kept and was promised: nobody else may hear of this.
            LOG.error("message {} could not be queued in memory; it waits", message.id(), e);
            settler.putBack(rows);
        }
    }

    private static List<QueuedRecipient> rows(NewMessage message) {
        var rows = new ArrayList<QueuedRecipient>();
        var recipients = message.envelope().recipients();
        for (int i = 0; i < recipients.size(); i++) {
            rows.add(
                    new QueuedRecipient(
                            message.id(),
                            i,
                            recipients.get(i),
                            message.destinations().get(i),
                            0,
                            message.due(),
                            message.deadline(),
                            message.expires(),
                            false));
        }
        return rows;
    }

    private void enqueueFresh(NewMessage message, List<QueuedRecipient> all, boolean contentStays) {
        var byDestination = byDestination(all);
        int jobs = byDestination.values().stream().mapToInt(rows -> pieces(rows.size())).sum();
        Optional<FreshContent> fresh =
                contentStays && octetsInMemory.get() < settings.octetsInMemory()
                        ? Optional.of(new FreshContent(message.content(), jobs, octetsInMemory))
                        : Optional.empty();
        var origin = Origin.of(message.facts());
        byDestination.forEach((destination, rows) ->
                enqueue(
                        destination,
                        origin,
                        message.envelope(),
                        message.receivedAt(),
                        rows,
                        fresh));
    }

    private Map<Destination, List<QueuedRecipient>> byDestination(List<QueuedRecipient> rows) {
        var byDestination = new LinkedHashMap<Destination, List<QueuedRecipient>>();
        rows.forEach(
                row -> byDestination.computeIfAbsent(route(row), _ -> new ArrayList<>()).add(row));
        return byDestination;
    }

    /// Puts back into the store what no worker has yet, and takes nothing from it until [#tryNow],
    /// so that an operator's command on the queue reaches it.
    ///
    /// @throws StoreException when the store can't take it now: then it stays here
    public void giveBackWaiting() {
        feeding.lock();
        try {
            paused = true;
            drainToStore();
        } finally {
            feeding.unlock();
        }
    }

    private void drainToStore() {
        for (var queue : queues.values()) {
            var jobs = queue.drain();
            if (jobs.isEmpty()) {
                continue;
            }
            var rows = jobs.stream().flatMap(job -> job.recipients().stream()).toList();
            try {
                store.giveBack(rows).join();
            } catch (CompletionException e) {
                jobs.forEach(job -> add(queue.destination(), job));
                throw e.getCause() instanceof StoreException trouble ? trouble : e;
            }
            jobs.forEach(this::done);
        }
    }

    /// An operator asked for an attempt now: destinations count as up, and the store is looked at.
    public void tryNow() {
        paused = false;
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
        long until = System.nanoTime() + patience.toNanos();
        try {
            if (feeder.getState() != Thread.State.NEW) {
                feeder.join(patience);
            }
            // Those that the store refused a moment ago: what left would leave again.
            settler.repeatUnsettled();
            for (var queue : queues.values()) {
                if (!queue.awaitIdle(until)) {
                    LOG.info(
                            "deliveries to {} did not end in time and will be repeated",
                            queue.destination().name());
                }
            }
            drainToStore();
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
                                io.postern.gateway.config.Config.TlsMode.NONE,
                                Optional.empty()));
    }

    private int pieces(int recipients) {
        return (recipients + settings.recipientsPerTransaction() - 1)
                / settings.recipientsPerTransaction();
    }

    private void enqueue(
            Destination destination,
            Origin origin,
            Envelope envelope,
            Instant receivedAt,
            List<QueuedRecipient> rows,
            Optional<FreshContent> fresh) {
        for (int from = 0; from < rows.size(); from += settings.recipientsPerTransaction()) {
            var piece =
                    rows.subList(
                            from,
                            Math.min(rows.size(), from + settings.recipientsPerTransaction()));
            List<EnvelopeRecipient> to = piece.stream().map(QueuedRecipient::recipient).toList();
            var job =
                    new Job(
                            piece.getFirst().id(),
                            origin,
                            receivedAt,
                            envelope.withRecipients(to),
                            piece,
                            fresh);
            jobsInMemory.incrementAndGet();
            add(destination, job);
        }
    }

    private void add(Destination destination, Job job) {
        while (true) {
            var queue = queueOf(destination);
            if (queue.add(job)) {
                startWorkers(queue, false);
                return;
            }
            // It was being forgotten just now: the next look makes a new one.
        }
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
            settler.wait(job.recipients(), "the message can't be read from the store");
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "attempt for message {} failed by a fault of ours; it will be repeated",
                    job.id(),
                    e);
            settler.internalFault(job, e);
        } finally {
            queue.used(clock.instant());
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
                lookAtStore();
                settler.repeatUnsettled();
                startWorkersAnywhere(true);
                forgetUnused();
            } catch (StoreException e) {
                LOG.warn("the queue can't be read now: {}", e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.error("feeder failed; it goes on", e);
            }
            feed.await(Duration.ofMillis(500));
        }
    }

    private void lookAtStore() {
        feeding.lock();
        try {
            if (!paused) {
                feed();
                sweep();
            }
        } finally {
            feeding.unlock();
        }
    }

    private void feed() {
        var now = clock.instant();
        for (var waiting : store.waitingDestinations().entrySet()) {
            if (waiting.getValue().isAfter(now) || !running) {
                continue;
            }
            int limit = room(queues.get(waiting.getKey()), now);
            if (limit > 0) {
                takeAndEnqueue(waiting.getKey(), now, limit);
            }
        }
    }

    /// How many jobs of a destination may be taken now.
    private int room(@Nullable DestinationQueue queue, Instant now) {
        // Half of it: what is taken is no longer free.
        int share = Math.min((share(queue) + 1) / 2, BATCH);
        if (queue == null) {
            return share;
        }
        if (queue.down(now).isPresent() || queue.size() >= BATCH) {
            return 0;
        }
        if (queue.probing()) {
            return queue.busy() ? 0 : Math.min(share, PROBE_BATCH);
        }
        return share;
    }

    /// How many more jobs may wait here. A queue may be as long as what is still free: so a slow
    /// destination gets half of the memory, two get a third each, and there is always some left for
    /// a quick one.
    private int share(@Nullable DestinationQueue queue) {
        int free = settings.messagesInMemory() - jobsInMemory.get();
        return free - (queue == null ? 0 : queue.size());
    }

    private void takeAndEnqueue(String destination, Instant now, int limit) {
        var rows = store.take(destination, now, limit);
        if (rows.size() == limit) {
            feed.beat();
        }
        forEachMessage(
                rows,
                (kept, some) ->
                        byDestination(some)
                                .forEach((to, its) ->
                                        enqueue(
                                                to,
                                                Origin.of(kept.facts()),
                                                kept.envelope(),
                                                kept.receivedAt(),
                                                its,
                                                Optional.empty())));
    }

    /// Delay notices and expiry of what waits in the store.
    private void sweep() {
        var now = clock.instant();
        forEachMessage(
                store.takeOverdue(now, BATCH),
                (kept, rows) ->
                        settler.overdue(jobOf(kept, rows), now, () -> store.content(kept.id())));
    }

    /// Does something with rows that were taken, message by message. Those of a message with which
    /// it does not succeed wait for another time: nobody else could take them before the next
    /// start.
    private void forEachMessage(
            List<QueuedRecipient> rows, BiConsumer<KeptMessage, List<QueuedRecipient>> work) {
        var byMessage = new LinkedHashMap<QueueId, List<QueuedRecipient>>();
        rows.forEach(row -> byMessage.computeIfAbsent(row.id(), _ -> new ArrayList<>()).add(row));
        byMessage.forEach((id, some) -> {
            try {
                var kept = store.find(id);
                if (kept.isEmpty()) {
                    throw new IllegalStateException("queue rows without a record");
                }
                work.accept(kept.get(), some);
            } catch (StoreException e) {
                LOG.warn("message {} can't be read, it waits: {}", id, e.getMessage());
                settler.wait(some, "the message can't be read from the store");
            } catch (RuntimeException | Error e) {
                LOG.error("message {} waits for a fault of ours", id, e);
                settler.wait(some, "internal fault: " + e.getClass().getSimpleName());
            }
        });
    }

    /// Lets go of destinations that nothing goes to any more: in the long run everybody writes to
    /// everywhere.
    private void forgetUnused() {
        var before = clock.instant().minus(UNUSED);
        for (var name : queues.keySet()) {
            queues.computeIfPresent(name, (_, queue) -> queue.retire(before) ? null : queue);
        }
    }

    /// Destinations that are remembered.
    int destinations() {
        return queues.size();
    }

    private static Job jobOf(KeptMessage kept, List<QueuedRecipient> rows) {
        var to = rows.stream().map(QueuedRecipient::recipient).toList();
        return new Job(
                kept.id(),
                Origin.of(kept.facts()),
                kept.receivedAt(),
                kept.envelope().withRecipients(to),
                rows,
                Optional.empty());
    }
}
