package io.postern.gateway.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Content;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.MemoryContent;
import io.postern.mail.Notify;
import io.postern.store.QueueFilter;
import io.postern.store.QueueId;
import io.postern.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("delivery when something goes wrong")
@Timeout(60)
class DeliveryEngineTest {
    @TempDir Path folder;
    @TempDir Path spool;

    private final Set<QueueId> delivered = ConcurrentHashMap.newKeySet();

    /// A transport that asks a function.
    private static Function<DestinationQueue, Transport> by(
            BiFunction<Destination, Job, Transport.Attempt> answer) {
        return queue ->
                new Transport() {
                    @Override
                    public Attempt send(Job job, Content content) {
                        return answer.apply(queue.destination(), job);
                    }

                    @Override
                    public void close() {}
                };
    }

    private static Transport.Attempt everyone(Job job, Outcome outcome) {
        return new Transport.Attempt.Done(Collections.nCopies(job.recipients().size(), outcome));
    }

    private Transport.Attempt taken(Job job) {
        delivered.add(job.id());
        return everyone(job, new Outcome.Delivered("250 taken", true));
    }

    private static long waiting(Workshop shop) {
        return shop.real.waitingDestinations().size();
    }

    @Test
    @DisplayName(
            "a message whose record can't be read waits; the others taken with it are delivered")
    void unreadableRecord() throws Exception {
        try (var shop = new Workshop(folder, spool, by((_, job) -> taken(job)))) {
            var first = shop.keep("a@example.net");
            var second = shop.keep("b@example.net");
            var faults = new AtomicInteger();
            shop.faults.put(
                    "find",
                    arguments -> {
                        if (faults.incrementAndGet() == 1) {
                            throw new StoreException("no answer");
                        }
                        return shop.real.find((QueueId) arguments[0]);
                    });
            shop.engine.start();
            Workshop.until("one is delivered", () -> delivered.size() == 1);
            Workshop.until("the other waits again", () -> waiting(shop) == 1);
            shop.clock.advance(Duration.ofMinutes(2));
            Workshop.until("both are delivered", () -> delivered.equals(Set.of(first, second)));
        }
    }

    @Test
    @DisplayName("content that can't be read now is tried again by schedule, not at once")
    void unreadableContent() throws Exception {
        try (var shop = new Workshop(folder, spool, by((_, job) -> taken(job)))) {
            var id = shop.keep("a@example.net");
            var reads = new AtomicInteger();
            shop.faults.put(
                    "content",
                    _ -> {
                        reads.incrementAndGet();
                        throw new StoreException("damaged");
                    });
            shop.engine.start();
            Workshop.until("it was tried", () -> reads.get() > 0);
            Workshop.until(
                    "it waits",
                    () ->
                            shop.real
                                            .find(id)
                                            .orElseThrow()
                                            .waiting()
                                            .getFirst()
                                            .recipient()
                                            .attempts()
                                    == 1);
            assertEquals(1, reads.get());
            shop.faults.clear();
            shop.clock.advance(Duration.ofMinutes(2));
            Workshop.until("it is delivered", () -> delivered.contains(id));
        }
    }

    @Test
    @DisplayName("an Error in an attempt, or in the feeder, ends neither delivery nor the message")
    void errors() throws Exception {
        var attempts = new AtomicInteger();
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) -> {
                            if (attempts.incrementAndGet() == 1) {
                                throw new StackOverflowError("deep");
                            }
                            return taken(job);
                        }))) {
            var looks = new AtomicInteger();
            shop.faults.put(
                    "waitingDestinations",
                    _ -> {
                        if (looks.incrementAndGet() == 1) {
                            throw new OutOfMemoryError("not really");
                        }
                        return shop.real.waitingDestinations();
                    });
            var id = shop.keep("a@example.net");
            shop.engine.start();
            Workshop.until("it was tried", () -> attempts.get() == 1);
            Workshop.until("it waits", () -> waiting(shop) == 1);
            shop.clock.advance(Duration.ofMinutes(2));
            Workshop.until("it is delivered", () -> delivered.contains(id));
        }
    }

    @Test
    @DisplayName("what can't be given back to the store stays in memory and is delivered")
    void giveBackFails() throws Exception {
        var gate = new CountDownLatch(1);
        var begun = new AtomicInteger();
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) -> {
                            begun.incrementAndGet();
                            await(gate);
                            return taken(job);
                        }))) {
            var ids = List.of(1, 2, 3, 4, 5).stream().map(_ -> shop.keep("a@example.net")).toList();
            shop.engine.start();
            Workshop.until("both workers are busy", () -> begun.get() == 2);
            Workshop.until("nothing waits in the store", () -> waiting(shop) == 0);
            shop.faults.put(
                    "giveBack",
                    _ -> {
                        Object failed = CompletableFuture.failedFuture(new StoreException("full"));
                        return failed;
                    });
            assertThrows(StoreException.class, shop.engine::giveBackWaiting);
            gate.countDown();
            Workshop.until("all are delivered", () -> delivered.containsAll(ids));
        }
    }

    @Test
    @DisplayName("a failure is not settled before its DSN can be made; then it is, with it")
    void reportCannotBeMade() throws Exception {
        var unreadable = new java.util.concurrent.atomic.AtomicBoolean(true);
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) ->
                                job.envelope().reversePath().toString().equals("<>")
                                        ? taken(job)
                                        : everyone(
                                                job,
                                                new Outcome.Failed(
                                                        "550 no", "5.1.1", "mx", "550 no"))))) {
            var id = shop.keep("a@example.net");
            shop.faults.put(
                    "nextId",
                    _ -> {
                        if (unreadable.get()) {
                            throw new StoreException("not now");
                        }
                        return shop.real.nextId();
                    });
            shop.engine.start();
            Workshop.until(
                    "the failure waits",
                    () ->
                            shop.real.find(id).orElseThrow().waiting().stream()
                                    .anyMatch(entry -> entry.recipient().attempts() == 1));
            unreadable.set(false);
            shop.clock.advance(Duration.ofMinutes(2));
            Workshop.until("the DSN arrives", () -> delivered.size() == 1);
            assertTrue(shop.real.find(id).orElseThrow().waiting().isEmpty());
            assertFalse(delivered.contains(id));
        }
    }

    /// Asked for everything that there is.
    private static List<EnvelopeRecipient> asking(String to) {
        return List.of(
                new EnvelopeRecipient(
                        new ForwardPath.Of(Workshop.mailbox(to)),
                        Optional.of(
                                new Notify(
                                        Set.of(
                                                Notify.Outcome.SUCCESS,
                                                Notify.Outcome.DELAY,
                                                Notify.Outcome.FAILURE))),
                        Optional.empty()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"outbound-25, true", "submission-587, true", "inbound-25, false", "'', false"})
    @DisplayName(
            "a success is told to ours, never to strangers; also of mail kept by older versions")
    void successReports(String listener, boolean told) throws Exception {
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) -> everyone(job, new Outcome.Delivered("250", false))))) {
            var content = MemoryContent.of(Workshop.header(), Workshop.octets("Well?\r\n"));
            var id =
                    shop.keep(listener, content, false, Duration.ZERO, asking("a@example.net"))
                            .id();
            shop.engine.start();
            Workshop.until(
                    "it has left", () -> shop.real.find(id).orElseThrow().waiting().isEmpty());
            assertEquals(told, reported(shop, id));
        }
    }

    @ParameterizedTest(name = "{0}, due after {1} h: {2}")
    @CsvSource({
        "outbound-25, 0, true",
        "outbound-25, 8, true",
        "inbound-25, 0, false",
        "inbound-25, 8, false"
    })
    @DisplayName("a delay is told to ours, never to strangers; tried again or waiting in the store")
    void delayReports(String listener, int due, boolean told) throws Exception {
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) ->
                                job.envelope().reversePath().toString().equals("<>")
                                        ? taken(job)
                                        : everyone(
                                                job,
                                                new Outcome.Deferred("450 later", "4.2.1"))))) {
            var content = MemoryContent.of(Workshop.header(), Workshop.octets("Well?\r\n"));
            var waiting =
                    shop.keep(
                                    listener,
                                    content,
                                    false,
                                    Duration.ofHours(due),
                                    asking("a@example.net"))
                            .id();
            shop.clock.advance(Duration.ofHours(5));
            shop.engine.start();
            Workshop.until(
                    "its deadline is past",
                    () ->
                            shop.real
                                    .find(waiting)
                                    .orElseThrow()
                                    .waiting()
                                    .getFirst()
                                    .recipient()
                                    .delayNoticeSent());
            assertEquals(told, reported(shop, waiting));
        }
    }

    private static boolean reported(Workshop shop, QueueId id) {
        return shop.real.find(id).orElseThrow().events().stream()
                .anyMatch(event -> event.kind().equals("dsn"));
    }

    @Test
    @DisplayName("a slow destination does not fill the memory that others need")
    void slowDestination() throws Exception {
        var gate = new CountDownLatch(1);
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((destination, job) -> {
                            if (destination.name().equals("slow.example")) {
                                await(gate);
                            }
                            return taken(job);
                        }),
                        20)) {
            for (int i = 0; i < 60; i++) {
                shop.keep("a@slow.example");
            }
            shop.engine.start();
            Workshop.until(
                    "the slow one has its share",
                    () ->
                            !shop.engine
                                    .plan(List.of(mx("slow.example")), shop.clock.instant())
                                    .inMemory());
            assertTrue(
                    shop.engine
                            .plan(List.of(mx("quick.example")), shop.clock.instant())
                            .inMemory());
            var quick = shop.keep("a@quick.example");
            Workshop.until("the quick one is delivered", () -> delivered.contains(quick));
            gate.countDown();
            Workshop.until("all are delivered", () -> delivered.size() == 61);
        }
    }

    @Test
    @DisplayName("a destination that was down is probed by few before many are sent")
    void probe() throws Exception {
        var jobs = ConcurrentHashMap.<QueueId>newKeySet();
        var up = new java.util.concurrent.atomic.AtomicBoolean();
        var gate = new java.util.concurrent.Semaphore(0);
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) -> {
                            jobs.add(job.id());
                            gate.acquireUninterruptibly();
                            return up.get() ? taken(job) : new Transport.Attempt.Down("refused");
                        }))) {
            var first = shop.keep("a@example.net");
            shop.engine.start();
            Workshop.until("it is tried", () -> jobs.contains(first));
            gate.release();
            Workshop.until("it waits", () -> waiting(shop) == 1);
            for (int i = 0; i < 100; i++) {
                shop.keep("a@example.net");
            }
            shop.clock.advance(Duration.ofMinutes(2));
            shop.engine.wake();
            Workshop.until("it is tried again", () -> jobs.size() > 1);
            // Two looks of the feeder later there are no more in memory than before.
            var looks = new AtomicInteger();
            shop.faults.put(
                    "waitingDestinations",
                    _ -> {
                        looks.incrementAndGet();
                        return shop.real.waitingDestinations();
                    });
            shop.engine.wake();
            Workshop.until("the feeder looked", () -> looks.get() > 1);
            var taken =
                    shop.real.list(QueueFilter.ALL, java.util.Optional.empty(), 1000).size()
                            - shop.real.take("example.net", shop.clock.instant(), 1000).size();
            assertTrue(taken <= 5, taken + " are in memory");
            up.set(true);
            gate.release(1000);
        }
    }

    @Test
    @DisplayName("a destination that nothing is sent to any more is forgotten")
    void forgotten() throws Exception {
        try (var shop = new Workshop(folder, spool, by((_, job) -> taken(job)))) {
            var ids =
                    List.of("a", "b", "c").stream()
                            .map(name -> shop.keep("x@" + name + ".example"))
                            .collect(Collectors.toSet());
            shop.engine.start();
            Workshop.until("all are delivered", () -> delivered.containsAll(ids));
            assertEquals(3, shop.engine.destinations());
            shop.clock.advance(Duration.ofHours(2));
            shop.engine.wake();
            Workshop.until("they are forgotten", () -> shop.engine.destinations() == 0);
            var again = shop.keep("x@a.example");
            Workshop.until("and found again", () -> delivered.contains(again));
        }
    }

    @Test
    @DisplayName("what is offered after the stop is given back to the store")
    void offeredTooLate() throws Exception {
        try (var shop = new Workshop(folder, spool, by((_, job) -> taken(job)))) {
            shop.engine.start();
            shop.engine.stop(Duration.ofSeconds(1));
            var message =
                    shop.keep(
                            MemoryContent.of(Workshop.header(), Workshop.octets("x\r\n")),
                            true,
                            "a@example.net");
            assertEquals(0, waiting(shop));
            shop.engine.offer(message, true);
            Workshop.until("it waits in the store", () -> waiting(shop) == 1);
        }
    }

    @Test
    @DisplayName("a report about an 8-bit message fits every next hop")
    void reportInSevenBits() throws Exception {
        var reports = new java.util.concurrent.LinkedBlockingQueue<Content>();
        Function<DestinationQueue, Transport> transports =
                _ ->
                        new Transport() {
                            @Override
                            public Attempt send(Job job, Content content) {
                                if (job.envelope().reversePath().toString().equals("<>")) {
                                    reports.add(content);
                                    return taken(job);
                                }
                                return everyone(
                                        job, new Outcome.Failed("no", "5.1.1", "mx", "550 no"));
                            }

                            @Override
                            public void close() {}
                        };
        try (var shop = new Workshop(folder, spool, transports)) {
            var letter =
                    MemoryContent.of(
                            Workshop.header()
                                    .prepended(
                                            List.of(
                                                    new io.postern.mail.HeaderField(
                                                            "Content-Transfer-Encoding",
                                                            "Content-Transfer-Encoding: 8bit\r\n"),
                                                    new io.postern.mail.HeaderField(
                                                            "MIME-Version",
                                                            "MIME-Version: 1.0\r\n"))),
                            "Grüße\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            shop.keep(letter, false, "a@example.net");
            shop.engine.start();
            var report = reports.poll(10, java.util.concurrent.TimeUnit.SECONDS);
            assertTrue(report != null && !report.facts().eightBitBody());
        }
    }

    @Test
    @DisplayName("between an operator's command and its end nothing is taken from the store")
    void operatorsCommand() throws Exception {
        var gate = new CountDownLatch(1);
        var begun = new AtomicInteger();
        try (var shop =
                new Workshop(
                        folder,
                        spool,
                        by((_, job) -> {
                            begun.incrementAndGet();
                            await(gate);
                            return taken(job);
                        }))) {
            for (int i = 0; i < 20; i++) {
                shop.keep("a@example.net");
            }
            shop.engine.start();
            Workshop.until("two are being delivered", () -> begun.get() == 2);
            shop.engine.giveBackWaiting();
            shop.engine.wake();
            assertEquals(18, shop.real.hold(QueueFilter.ALL, shop.clock.instant(), "test"));
            shop.engine.tryNow();
            gate.countDown();
            Workshop.until("the two are delivered", () -> delivered.size() == 2);
            shop.real.release(QueueFilter.ALL, shop.clock.instant());
            shop.engine.tryNow();
            Workshop.until("all are delivered", () -> delivered.size() == 20);
        }
    }

    @Test
    @DisplayName("a destination that is down is looked at every ten minutes at least")
    void downForLong() {
        var queue = new DestinationQueue(mx("example.net"), 2, Workshop.START);
        var schedule =
                new RetrySchedule(
                        List.of(Duration.ofMinutes(1), Duration.ofHours(4)),
                        java.util.random.RandomGenerator.getDefault());
        var now = Workshop.START;
        for (int i = 0; i < 10; i++) {
            var down = queue.markDown("refused", now, schedule);
            assertEquals(i + 1, down.failures());
            assertFalse(down.until().isAfter(now.plus(Duration.ofMinutes(10))), down::toString);
            now = down.until();
        }
    }

    private static Destination mx(String domain) {
        return new Destination.Mx(io.postern.mail.Domain.of(domain));
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
