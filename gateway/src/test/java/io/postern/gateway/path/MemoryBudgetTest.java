package io.postern.gateway.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The memory for mail being received")
@Timeout(60)
class MemoryBudgetTest {
    private static final long ALL = 64 << 20;

    private final MemoryBudget budget = new MemoryBudget(ALL);

    @Test
    @DisplayName("one session gets a 64th and no more, and gives it back")
    void one() {
        try (var share = budget.share()) {
            assertFalse(share.take(ALL / 64 + 1));
            assertEquals(0, budget.used(), "nothing was taken");
            assertTrue(share.take(ALL / 64));
            assertFalse(share.take(1));
            share.give(1000);
            assertEquals(ALL / 64 - 1000, budget.used());
        }
        assertEquals(0, budget.used());
    }

    @Test
    @DisplayName("when all sessions of one client hold what they can, another gets 16 KiB still")
    void greedy() {
        var greedy = new ArrayList<MemoryBudget.Share>();
        for (int i = 0; i < 1500; i++) {
            var share = budget.share();
            greedy.add(share);
            while (share.take(256)) {}
        }
        try (var next = budget.share()) {
            assertTrue(next.take(MemoryBudget.TIGHT));
            assertFalse(next.take(1));
        }
        greedy.forEach(MemoryBudget.Share::close);
        assertEquals(0, budget.used());
    }

    @Test
    @DisplayName("an envelope leaves half to the content")
    void half() {
        try (var share = budget.share()) {
            assertTrue(share.takeHalf(ALL / 128));
            assertFalse(share.takeHalf(1));
            assertTrue(share.take(ALL / 128));
        }
    }

    @Test
    @DisplayName("full is full")
    void full() {
        var shares = new ArrayList<MemoryBudget.Share>();
        for (int i = 0; i < 10_000; i++) {
            var share = budget.share();
            shares.add(share);
            while (share.take(256)) {}
        }
        assertEquals(ALL, budget.used());
        try (var next = budget.share()) {
            assertFalse(next.take(1));
        }
        shares.forEach(MemoryBudget.Share::close);
        assertEquals(0, budget.used());
    }

    @Test
    @DisplayName("many threads together never have more than there is")
    void threads() throws InterruptedException {
        var most = new AtomicLong();
        var threads =
                IntStream.range(0, 64)
                        .mapToObj(n ->
                                Thread.startVirtualThread(() -> {
                                    for (int i = 0; i < 200; i++) {
                                        try (var share = budget.share()) {
                                            while (share.take(1 + n * 97)) {
                                                most.accumulateAndGet(budget.used(), Math::max);
                                            }
                                        }
                                    }
                                }))
                        .toList();
        for (var thread : threads) {
            thread.join();
        }
        assertTrue(most.get() <= ALL, most.toString());
        assertEquals(0, budget.used());
    }
}
