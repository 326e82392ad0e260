package io.postern.gateway.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.MessageStore;
import io.postern.store.QueueId;
import io.postern.store.Settlement;
import io.postern.store.StoreException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("outcomes that wait for their commit")
@Timeout(30)
class SettlementWriterTest {
    /// The commits that the store owes.
    private final LinkedBlockingQueue<CompletableFuture<Void>> owed = new LinkedBlockingQueue<>();

    private final SettlementWriter writer = new SettlementWriter(slowStore(), _ -> {});

    /// A store of which only `settle` is asked, and which answers when the test says so.
    private MessageStore slowStore() {
        return (MessageStore)
                Proxy.newProxyInstance(
                        MessageStore.class.getClassLoader(),
                        new Class<?>[] {MessageStore.class},
                        (_, method, _) -> {
                            assertEquals("settle", method.getName());
                            var commit = new CompletableFuture<Void>();
                            owed.add(commit);
                            return commit;
                        });
    }

    private Thread fill() throws InterruptedException {
        for (int i = 0; i < SettlementWriter.MOST_UNSETTLED; i++) {
            writer.writeInTurn(List.of(), List.of());
        }
        var begun = new CountDownLatch(1);
        var worker =
                Thread.ofVirtual()
                        .start(() -> {
                            begun.countDown();
                            writer.writeInTurn(List.of(), List.of());
                        });
        begun.await();
        return worker;
    }

    @SuppressWarnings("NullAway") // the only value of type Void is null
    private void commitOne() throws InterruptedException {
        owed.take().complete(null);
    }

    @Test
    @DisplayName("are bounded: the worker of one more waits until another is on stable storage")
    void bounded() throws InterruptedException {
        var worker = fill();
        assertFalse(worker.join(Duration.ofMillis(100)), "it did not wait");
        assertEquals(SettlementWriter.MOST_UNSETTLED, owed.size());
        commitOne();
        assertTrue(worker.join(Duration.ofSeconds(10)), "it waits for ever");
        assertEquals(SettlementWriter.MOST_UNSETTLED, owed.size());
    }

    @Test
    @DisplayName("keep their place while the store refuses them, until a repetition is written")
    void refused() throws InterruptedException {
        var worker = fill();
        owed.take().completeExceptionally(new StoreException("the disk is full"));
        assertFalse(worker.join(Duration.ofMillis(100)), "a refusal made room");
        owed.clear();
        writer.repeatRefused();
        assertEquals(1, owed.size(), "only the refused one is repeated");
        commitOne();
        assertTrue(worker.join(Duration.ofSeconds(10)), "it waits for ever");
    }

    @Test
    @DisplayName("of the feeder never wait")
    void feeder() throws InterruptedException {
        fill();
        writer.write(
                List.of(new Settlement.Delivered(new QueueId(1), 0, Instant.EPOCH, "taken")),
                List.of());
        assertTrue(
                owed.size() > SettlementWriter.MOST_UNSETTLED, "the feeder's write was held back");
    }
}
