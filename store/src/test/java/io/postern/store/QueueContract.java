package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What every engine of the store promises. After each test, every message that was accepted is
/// either waiting, with its content as it was, or has an outcome for each recipient, and never both.
@DisplayName("the queue")
public abstract class QueueContract {
    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    protected final TestClock clock = new TestClock(START);

    protected MessageStore store;

    private final Map<QueueId, NewMessage> accepted = new ConcurrentHashMap<>();

    /// Opens the store of this test, with what was left in it.
    protected abstract MessageStore open();

    /// What a crash at this moment would leave, opened elsewhere. The caller closes it.
    protected abstract MessageStore openAfterCrash() throws IOException;

    @BeforeEach
    void openFirst() {
        store = open();
    }

    @AfterEach
    void nothingIsLostAndNothingInTwoStates() {
        for (var message : accepted.values()) {
            var kept = store.find(message.id()).orElseThrow();
            var waiting = new HashSet<Integer>();
            kept.waiting().forEach(entry -> waiting.add(entry.recipient().number()));
            assertEquals(kept.waiting().size(), waiting.size());
            var recipients = message.envelope().recipients();
            for (int number = 0; number < recipients.size(); number++) {
                var path = recipients.get(number).path().toString();
                long outcomes =
                        kept.events().stream()
                                .filter(event -> event.recipient().equals(path))
                                .filter(event -> Set.of("delivered", "failed", "deleted").contains(event.kind()))
                                .count();
                assertEquals(1, outcomes + (waiting.contains(number) ? 1 : 0), kept.toString());
            }
            var content = store.content(message.id());
            assertEquals(!waiting.isEmpty(), content.isPresent());
            content.ifPresent(
                    found ->
                            assertArrayEquals(
                                    Mail.octets(message.content()), Mail.octets(found)));
        }
        store.close();
    }

    protected NewMessage accept(Mail mail) {
        var message = mail.as(store.nextId());
        store.accept(message).join();
        accepted.put(message.id(), message);
        return message;
    }

    protected void restart() {
        store.close();
        store = open();
    }

    protected static Mail mail(String... to) {
        return Mail.at(START, to);
    }

    private List<QueuedRecipient> take(String destination) {
        return store.take(destination, clock.instant(), 100);
    }

    private static Settlement.Delivered delivered(QueuedRecipient recipient) {
        return new Settlement.Delivered(
                recipient.id(), recipient.number(), START.plusSeconds(1), "250 ok");
    }

    private Settlement.Deferred deferred(QueuedRecipient recipient, Duration wait) {
        return new Settlement.Deferred(
                recipient.id(),
                recipient.number(),
                clock.instant(),
                "451 later",
                clock.instant().plus(wait),
                recipient.expires(),
                true,
                true);
    }

    private List<String> kinds(QueueId id) {
        return store.find(id).orElseThrow().events().stream().map(MessageEvent::kind).toList();
    }

    @Test
    @DisplayName("what was accepted is there after a restart, in every field")
    void acceptedIsKept() {
        var message = accept(mail("one@example.net", "Postmaster", "o'two@example.org"));
        restart();
        var kept = store.find(message.id()).orElseThrow();
        assertEquals(message.envelope(), kept.envelope());
        assertEquals(message.receivedAt(), kept.receivedAt());
        assertEquals(message.facts(), kept.facts());
        assertEquals(message.decisions(), kept.decisions());
        assertEquals(message.content().size(), kept.size());
        assertEquals(List.of("received"), kinds(message.id()));
        assertEquals(3, kept.waiting().size());
        var first = kept.waiting().getFirst();
        assertEquals(message.envelope().recipients().getFirst(), first.recipient().recipient());
        assertEquals("<author@example.com>", first.reversePath());
        assertEquals("queued", first.state());
        var content = store.content(message.id()).orElseThrow();
        assertEquals(Mail.HEADER, content.header());
        assertEquals(Mail.FACTS, content.facts());
        assertEquals(message.content().bodySize(), content.bodySize());
    }

    @Test
    @DisplayName("RFC 5321 §4.5.5 a null reverse-path stays one")
    void nullReversePath() {
        var message = accept(mail("one@example.net").from(""));
        restart();
        assertEquals(message.envelope(), store.find(message.id()).orElseThrow().envelope());
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2 a local part may hold anything")
    void oddLocalParts() {
        var message = accept(mail("a@b@example.net", "%_\\\"'@example.net", "é\n@example.net"));
        restart();
        assertEquals(message.envelope(), store.find(message.id()).orElseThrow().envelope());
        assertEquals(3, take("example.net").size());
    }

    @Test
    @DisplayName("once the future is complete, a crash does not lose the message")
    void survivesCrash() throws IOException {
        var small = accept(mail("one@example.net").taken());
        var large = accept(mail("two@example.net").body(1_000_000));
        try (var other = openAfterCrash()) {
            for (var message : List.of(small, large)) {
                assertArrayEquals(
                        Mail.octets(message.content()),
                        Mail.octets(other.content(message.id()).orElseThrow()));
            }
            assertEquals(2, other.take("example.net", START, 10).size());
        }
    }

    @Test
    @DisplayName("content of any size comes back octet for octet")
    void sizes() {
        int chunk = 256 * 1024;
        int header = Mail.HEADER.size() + 2;
        for (int size : new int[] {0, 1, chunk - header, chunk - header + 1, 3 * chunk, 5_000_001}) {
            accept(mail("one@example.net").body(size)); // compared after the test
        }
    }

    @Test
    @DisplayName("content can be read in parts, from any place, while others write")
    void readInParts() throws IOException {
        var message = accept(mail("one@example.net").body(700_000));
        try (var body = store.content(message.id()).orElseThrow().openBody()) {
            assertEquals(300_000, body.skip(300_000));
            accept(mail("two@example.net"));
            assertEquals((byte) (300_000L * 31 % 251), (byte) body.read());
            assertEquals(399_999, body.readAllBytes().length);
            assertEquals(-1, body.read());
        }
    }

    @Test
    @DisplayName("content that can't be read is not accepted, and leaves nothing")
    void unreadableContent() throws IOException {
        var whole = mail("one@example.net").body(900_000);
        var broken =
                io.postern.mail.SuppliedContent.of(
                        Mail.HEADER,
                        900_000,
                        Mail.FACTS,
                        () -> new Broken(whole.content().openBody(), 600_000),
                        () -> {});
        var message = whole.as(store.nextId(), broken);
        var failure =
                assertThrows(CompletionException.class, () -> store.accept(message).join());
        assertTrue(failure.getCause() instanceof StoreException, failure.toString());
        assertTrue(store.find(message.id()).isEmpty());
        accept(whole);
    }

    /// A stream that fails after some octets, as a failing disk does.
    private static final class Broken extends InputStream {
        private final InputStream from;
        private int left;

        Broken(InputStream from, int left) {
            this.from = from;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            if (left-- <= 0) {
                throw new IOException("the disk is gone");
            }
            return from.read();
        }
    }

    @Test
    @DisplayName("an id is used once; the second message under it is refused, others are not")
    void guiltyAloneFails() {
        var first = accept(mail("one@example.net"));
        var futures = new ArrayList<CompletableFuture<Void>>();
        var good = new ArrayList<NewMessage>();
        for (int i = 0; i < 20; i++) {
            var message = mail("n" + i + "@example.net").as(store.nextId());
            good.add(message);
            futures.add(store.accept(message));
            if (i == 10) {
                futures.add(store.accept(mail("two@example.net").as(first.id())));
            }
        }
        var failed =
                futures.stream()
                        .filter(future -> future.handle((_, e) -> e != null).join())
                        .toList();
        assertEquals(List.of(futures.get(11)), failed);
        good.forEach(message -> accepted.put(message.id(), message));
    }

    @Test
    @DisplayName("ids grow, also after a restart and when the clock steps back")
    void idsGrow() {
        long last = 0;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5; i++) {
                var id = accept(mail("one@example.net")).id().value();
                assertTrue(id > last);
                last = id;
            }
            clock.advance(Duration.ofDays(-1));
            restart();
        }
    }

    @Test
    @DisplayName("a taken recipient is not given out again until it is settled or given back")
    void takenOnce() {
        accept(mail("one@example.net", "two@example.net", "three@example.org"));
        var taken = take("example.net");
        assertEquals(List.of(0, 1), taken.stream().map(QueuedRecipient::number).toList());
        assertEquals(List.of(), take("example.net"));
        assertEquals(Set.of("example.org"), store.waitingDestinations().keySet());
        store.giveBack(taken.subList(0, 1)).join();
        assertEquals(taken.subList(0, 1), take("example.net"));
    }

    @Test
    @DisplayName("what a run had taken waits again in the next")
    void takenIsReleasedByRestart() {
        accept(mail("one@example.net").taken());
        accept(mail("two@example.net"));
        assertEquals(1, take("example.net").size());
        restart();
        assertEquals(2, take("example.net").size());
    }

    @Test
    @DisplayName("a message that the caller keeps in memory is not given out")
    void inMemoryIsNotTaken() {
        accept(mail("one@example.net").taken());
        assertEquals(List.of(), take("example.net"));
        assertEquals(Map.of(), store.waitingDestinations());
        assertEquals(1, store.count(QueueFilter.ALL));
    }

    @Test
    @DisplayName("take gives what is due, earliest first")
    void takeInOrder() {
        var late = accept(mail("late@example.net").due(START.plusSeconds(60)));
        var second = accept(mail("second@example.net").due(START.minusSeconds(1)));
        var first = accept(mail("first@example.net").due(START.minusSeconds(2)));
        assertEquals(
                Map.of("example.net", START.minusSeconds(2)), store.waitingDestinations());
        assertEquals(
                List.of(first.id()),
                store.take("example.net", START, 1).stream().map(QueuedRecipient::id).toList());
        assertEquals(List.of(second.id()), take("example.net").stream().map(QueuedRecipient::id).toList());
        assertEquals(Map.of("example.net", START.plusSeconds(60)), store.waitingDestinations());
        clock.advance(Duration.ofSeconds(60));
        assertEquals(List.of(late.id()), take("example.net").stream().map(QueuedRecipient::id).toList());
    }

    @Test
    @DisplayName("a delivered recipient leaves; the content goes with the last")
    void delivered() {
        var message = accept(mail("one@example.net", "two@example.net").body(300_000));
        var taken = take("example.net");
        store.settle(List.of(delivered(taken.getFirst())), List.of()).join();
        assertTrue(store.content(message.id()).isPresent());
        store.settle(List.of(delivered(taken.getLast())), List.of()).join();
        assertTrue(store.content(message.id()).isEmpty());
        assertEquals(List.of("received", "delivered", "delivered"), kinds(message.id()));
        var event = store.find(message.id()).orElseThrow().events().getLast();
        assertEquals(
                message.envelope().recipients().getLast().path().toString(), event.recipient());
        assertEquals("250 ok", event.detail());
        assertEquals(START.plusSeconds(1), event.at());
        restart();
        assertEquals(0, store.count(QueueFilter.ALL));
    }

    @Test
    @DisplayName("an outcome twice counts once")
    void settledTwice() {
        var message = accept(mail("one@example.net"));
        var taken = take("example.net").getFirst();
        store.settle(List.of(delivered(taken)), List.of()).join();
        store.settle(List.of(delivered(taken)), List.of()).join();
        store.settle(List.of(deferred(taken, Duration.ZERO)), List.of()).join();
        assertEquals(List.of("received", "delivered"), kinds(message.id()));
    }

    @Test
    @DisplayName("a deferred recipient waits for its next attempt")
    void deferred() {
        var message = accept(mail("one@example.net"));
        var wait = Duration.ofMinutes(5);
        store.settle(List.of(deferred(take("example.net").getFirst(), wait)), List.of()).join();
        assertEquals(List.of(), take("example.net"));
        var entry = store.list(QueueFilter.ALL, Optional.empty(), 10).getFirst();
        assertEquals("451 later", entry.lastDetail());
        clock.advance(wait);
        restart();
        var again = take("example.net").getFirst();
        assertEquals(1, again.attempts());
        assertEquals(clock.instant(), again.due());
        assertEquals(message.expires(), again.deadline());
        assertTrue(again.delayNoticeSent());
        assertEquals(List.of("received", "deferred"), kinds(message.id()));
    }

    @Test
    @DisplayName("an attempt that never reached the recipient leaves no event")
    void deferredWithoutAttempt() {
        var message = accept(mail("one@example.net"));
        var taken = take("example.net").getFirst();
        store.settle(
                        List.of(
                                new Settlement.Deferred(
                                        taken.id(),
                                        taken.number(),
                                        START,
                                        "no route",
                                        START,
                                        taken.deadline(),
                                        false,
                                        false)),
                        List.of())
                .join();
        assertEquals(List.of("received"), kinds(message.id()));
        assertEquals(0, take("example.net").getFirst().attempts());
    }

    @Test
    @DisplayName("a failure and the DSN it causes are one transaction")
    void failedWithDsn() {
        var message = accept(mail("one@example.net"));
        var taken = take("example.net").getFirst();
        var failed = new Settlement.Failed(taken.id(), 0, START, "550 no such user");
        // The DSN has an id that is taken: it can't be kept, so the failure must not be either.
        var impossible = mail("author@example.com").from("").as(message.id());
        assertThrows(
                CompletionException.class,
                () -> store.settle(List.of(failed), List.of(impossible)).join());
        assertEquals(List.of("received"), kinds(message.id()));
        var dsn =
                mail("author@example.com")
                        .from("")
                        .fact(MessageStore.DSN_OF, message.id().toString())
                        .as(store.nextId());
        store.settle(List.of(failed), List.of(dsn)).join();
        accepted.put(dsn.id(), dsn);
        assertEquals(List.of("received", "failed", "dsn"), kinds(message.id()));
        assertEquals(
                dsn.id().toString(),
                store.find(message.id()).orElseThrow().events().getLast().detail());
        assertEquals(1, take("example.com").size());
    }

    @Test
    @DisplayName("takeOverdue gives what is past its deadline, of any destination")
    void overdue() {
        accept(mail("one@example.net").due(START.plus(Duration.ofDays(1))));
        accept(mail("two@example.org"));
        accept(mail("three@example.org").taken());
        assertEquals(List.of(), store.takeOverdue(START, 10));
        clock.advance(Duration.ofHours(4));
        assertEquals(1, store.takeOverdue(clock.instant(), 1).size());
        assertEquals(1, store.takeOverdue(clock.instant(), 10).size());
        assertEquals(List.of(), store.takeOverdue(clock.instant(), 10));
    }

    @Test
    @DisplayName("many writers: every answer is true")
    void manyWriters() throws InterruptedException {
        var threads =
                IntStream.range(0, 50)
                        .mapToObj(n -> Thread.startVirtualThread(() -> writeSome(n)))
                        .toList();
        for (var thread : threads) {
            thread.join();
        }
        assertEquals(500, accepted.size());
        assertEquals(250, store.count(QueueFilter.ALL));
        restart();
    }

    private void writeSome(int n) {
        for (int i = 0; i < 10; i++) {
            var message = accept(mail("r" + i + "@d" + n + ".example.net").taken());
            if (i % 2 == 0) {
                store.settle(
                                List.of(
                                        new Settlement.Delivered(
                                                message.id(), 0, START, "250 ok")),
                                List.of())
                        .join();
            }
        }
    }

    @Test
    @DisplayName("closing commits or fails everything that waits")
    void closing() {
        var futures = new ConcurrentHashMap<NewMessage, CompletableFuture<Void>>();
        var threads =
                IntStream.range(0, 8)
                        .mapToObj(
                                _ ->
                                        Thread.startVirtualThread(
                                                () -> {
                                                    for (int i = 0; i < 200; i++) {
                                                        var message =
                                                                mail("one@example.net")
                                                                        .as(store.nextId());
                                                        futures.put(
                                                                message, store.accept(message));
                                                    }
                                                }))
                        .toList();
        while (futures.size() < 50) {
            Thread.onSpinWait();
        }
        store.close();
        for (var thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        futures.forEach(
                (message, future) -> {
                    assertTrue(future.isDone());
                    if (!future.isCompletedExceptionally()) {
                        accepted.put(message.id(), message);
                    }
                });
        store = open();
        assertEquals(accepted.size(), store.count(QueueFilter.ALL));
    }

    @Test
    @DisplayName("values: put, replace, list by name, remove")
    void values() {
        store.putValue("dkim", "b", new byte[] {1}).join();
        store.putValue("dkim", "a", new byte[] {2}).join();
        store.putValue("dkim", "b", new byte[] {3, 4}).join();
        store.putValue("other", "c", new byte[0]).join();
        restart();
        assertArrayEquals(new byte[] {3, 4}, store.value("dkim", "b").orElseThrow());
        assertEquals(List.of("a", "b"), List.copyOf(store.values("dkim").keySet()));
        assertArrayEquals(new byte[0], store.value("other", "c").orElseThrow());
        store.removeValue("dkim", "b").join();
        assertTrue(store.value("dkim", "b").isEmpty());
    }

    @Test
    @DisplayName("health: writable, nothing waits, disk has room")
    void healthy() {
        accept(mail("one@example.net"));
        var health = store.health();
        assertTrue(health.writable(), health.reason());
        assertTrue(health.freeBytes() > 0);
    }
}
