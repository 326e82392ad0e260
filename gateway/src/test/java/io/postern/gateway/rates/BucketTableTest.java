package io.postern.gateway.rates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Token buckets")
class BucketTableTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong ticker = new AtomicLong();
    private final BucketTable table = new BucketTable(1 << 10, ticker::get, 42);

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(6).putInt(2, number).array();
    }

    private int taken(byte[] key, int tries, long cost, long window) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += table.take(key, cost, window) == 0 ? 1 : 0;
        }
        return taken;
    }

    record Case(String rule, long cost, long window, long rest, int first, int second) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("all at once, then none", SECOND, 5 * SECOND, 0, 5, 0),
                new Case("one comes back in its time", SECOND, 5 * SECOND, SECOND, 5, 1),
                new Case("not a moment earlier", SECOND, 5 * SECOND, SECOND - 1, 5, 0),
                new Case("no more than a bucket holds", SECOND, 5 * SECOND, 99 * SECOND, 5, 5),
                new Case("a bucket of one", SECOND, SECOND, SECOND, 1, 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void fills(Case c) {
        // System.nanoTime may begin anywhere.
        for (long origin : new long[] {0, Long.MIN_VALUE + 5, Long.MAX_VALUE - 200 * SECOND}) {
            ticker.set(origin);
            var table = new BucketTable(16, ticker::get, 1);
            var counts = new ArrayList<Integer>();
            for (int round = 0; round < 2; round++) {
                int granted = 0;
                for (int i = 0; i < 20; i++) {
                    granted += table.take(key("k"), c.cost(), c.window()) == 0 ? 1 : 0;
                }
                counts.add(granted);
                ticker.addAndGet(c.rest());
            }
            assertEquals(List.of(c.first(), c.second()), counts, "from " + origin);
        }
    }

    @Test
    @DisplayName("says after how long there will be enough")
    void says() {
        assertEquals(0, table.take(key("k"), 4 * SECOND, 5 * SECOND));
        assertEquals(2 * SECOND, table.take(key("k"), 3 * SECOND, 5 * SECOND));
        assertEquals(Long.MAX_VALUE, table.take(key("k"), 6 * SECOND, 5 * SECOND));
    }

    @Test
    @DisplayName("looking takes nothing, and what is given back is there again")
    void looksAndGivesBack() {
        assertEquals(0, table.look(key("k"), 5 * SECOND, 5 * SECOND));
        assertEquals(0, table.count());
        assertEquals(0, table.take(key("k"), 5 * SECOND, 5 * SECOND));
        assertTrue(table.look(key("k"), SECOND, 5 * SECOND) > 0);
        table.giveBack(key("k"), 5 * SECOND);
        assertEquals(5, taken(key("k"), 9, SECOND, 5 * SECOND));
    }

    @Test
    @DisplayName("what is given back whole takes no place any more")
    void givenBack() {
        var small = new BucketTable(BucketTable.WAYS, ticker::get, 7);
        small.take(key("kept"), SECOND, 5 * SECOND);
        for (int i = 0; i < 10 * BucketTable.WAYS; i++) {
            small.take(key("k" + i), 5 * SECOND, 5 * SECOND);
            small.giveBack(key("k" + i), 5 * SECOND);
        }
        assertEquals(0, small.forgotten());
        assertEquals(1, small.count());
    }

    @Test
    @DisplayName("many threads at one bucket: never more than the limit")
    void threads() throws InterruptedException {
        int threads = 16;
        var granted = new AtomicInteger();
        var start = new CountDownLatch(1);
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            all.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    start.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                    return;
                                }
                                granted.addAndGet(taken(key("k"), 1_000, SECOND, 777 * SECOND));
                            }));
        }
        start.countDown();
        for (var thread : all) {
            thread.join();
        }
        assertEquals(777, granted.get());
    }

    @Test
    @DisplayName("the number is bounded, and who took most is forgotten last")
    void bounded() {
        var heavy = key("heavy");
        assertEquals(100, taken(heavy, 100, SECOND, 100 * SECOND));
        for (int i = 0; i < 1_000_000; i++) {
            table.take(key(i), SECOND, 100 * SECOND);
        }
        assertTrue(table.count() <= 1 << 10, table.count() + " buckets");
        assertTrue(table.forgotten() >= 1_000_000 - (1 << 10), table.forgotten() + " forgotten");
        assertTrue(table.take(heavy, SECOND, 100 * SECOND) > 0, "still empty");
    }

    @Test
    @DisplayName("a full bucket is no bucket: its place is free, and nothing is forgotten")
    void fullIsNone() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 100; i++) {
                table.take(key(round * 100 + i), SECOND, 100 * SECOND);
            }
            ticker.addAndGet(SECOND);
            assertEquals(0, table.count());
        }
        assertEquals(0, table.forgotten());
    }

    @Test
    @DisplayName("three quarters of the places can be used before one in a hundred is forgotten")
    void spread() {
        var large = new BucketTable(1 << 16, ticker::get, 42);
        int wanted = 40_000;
        for (int i = 0; i < wanted; i++) {
            large.take(key(i), SECOND, 100 * SECOND);
        }
        assertTrue(large.forgotten() < wanted / 100, large.forgotten() + " forgotten");
    }

    @Test
    @DisplayName("only what changed and lasts is drained, once, and again when it was not written")
    void drains() {
        table.take(key("long"), 60 * SECOND, 100 * SECOND);
        table.take(key("short"), SECOND, 100 * SECOND);
        assertEquals(List.of("long 60"), drained(100));
        assertEquals(List.of(), drained(100));
        table.markDirty(key("long"));
        ticker.addAndGet(10 * SECOND);
        assertEquals(List.of("long 50"), drained(100));
        for (int i = 0; i < 500; i++) {
            table.take(key(i), 60 * SECOND, 100 * SECOND);
        }
        int all = 0;
        for (int part = drained(50).size(); part > 0; part = drained(50).size()) {
            assertTrue(part < 50 + BucketTable.WAYS, part + " at once");
            all += part;
        }
        assertEquals(500, all);
    }

    private List<String> drained(int most) {
        var drained = new ArrayList<String>();
        table.drain(
                most,
                (key, debt) ->
                        drained.add(new String(key, StandardCharsets.UTF_8) + " " + debt / SECOND));
        return drained;
    }

    @Test
    @DisplayName("what is restored is as empty as it was, and filling it makes it none")
    void restores() {
        table.restore(key("k"), 3 * SECOND);
        table.restore(key("full"), 0);
        assertEquals(1, table.count());
        assertEquals(2, taken(key("k"), 9, SECOND, 5 * SECOND));
        assertTrue(table.fill(key("k")));
        assertTrue(!table.fill(key("k")));
        assertEquals(5, taken(key("k"), 9, SECOND, 5 * SECOND));
    }
}
