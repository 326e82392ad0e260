package io.postern.gateway.seen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.SqliteStore;
import io.postern.store.StateEntry;
import io.postern.store.StoreSettings;
import io.postern.testkit.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the log of messages that were seen")
class SeenLogTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final long PLENTY = 1 << 20;

    @TempDir Path folder;
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T05:00:00Z"));
    private SqliteStore store;

    @BeforeEach
    void open() {
        store = SqliteStore.open(folder.resolve("data"), StoreSettings.DEFAULTS, clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private SeenLog log(long run, SeenLog.Bounds bounds) {
        return new SeenLog(WEEK, store, clock, run, bounds);
    }

    private static SeenLog.Bounds stored(long most) {
        return new SeenLog.Bounds(1_000, PLENTY, 10_000, most, PLENTY);
    }

    /// A message that is told by its id.
    private SeenMessage message(String id) {
        var one = SeenMessageTest.message("x", Fate.accepted(List.of()));
        return new SeenMessage(
                1,
                clock.instant(),
                Optional.of(id),
                one.listener(),
                one.client(),
                one.paths(),
                one.counts(),
                one.header(),
                one.results(),
                one.fate());
    }

    private void add(SeenLog log, int from, int to) {
        for (int i = from; i <= to; i++) {
            var id = "" + i;
            log.add(() -> message(id));
        }
    }

    private static List<String> ids(SeenDesk desk) {
        return ids(desk, WEEK);
    }

    private static List<String> ids(SeenDesk desk, Duration since) {
        var ids = new ArrayList<String>();
        var after = Optional.<String>empty();
        do {
            var page = desk.page(since, after, 3);
            page.messages().forEach(one -> ids.add(one.id().orElseThrow()));
            after = page.next();
        } while (after.isPresent());
        return ids;
    }

    @Test
    @DisplayName("page by page, in the order of time, what waits included, and after a restart")
    void pages() {
        var log = log(1, stored(100));
        add(log, 1, 7);
        assertEquals(List.of("1", "2", "3", "4", "5", "6", "7"), ids(log));
        add(log, 8, 8);
        log.close();
        // The same millisecond, another run.
        var next = log(2, stored(100));
        add(next, 9, 9);
        assertEquals(9, ids(next).size());
        assertEquals(9, ids(new StoredSeen(store, clock)).size());
        clock.advance(Duration.ofHours(1));
        add(next, 10, 10);
        assertEquals(List.of("10"), ids(next, Duration.ofMinutes(59)));
        assertEquals(10, ids(next, Duration.ofMinutes(60)).size());
    }

    @Test
    @DisplayName("what expires is not shown, and deleted with all state that expires")
    void expiry() {
        var log = log(1, stored(100));
        add(log, 1, 2);
        log.flush();
        clock.advance(WEEK.minusMillis(1));
        add(log, 3, 3);
        assertEquals(3, ids(log, WEEK.multipliedBy(2)).size());
        clock.advance(Duration.ofMillis(1));
        assertEquals(List.of("3"), ids(log, WEEK.multipliedBy(2)));
        assertEquals(2, store.expireStates(clock.instant().plusMillis(1), 10));
    }

    @Test
    @DisplayName("what does not fit the buffer is lost and counted; no session waits")
    void buffer() {
        var log = log(1, new SeenLog.Bounds(5, PLENTY, 10_000, 100, PLENTY));
        add(log, 1, 8);
        assertEquals(3, log.lost());
        assertEquals(5, ids(log).size());
        add(log, 9, 9);
        assertEquals(6, ids(log).size());
    }

    @Test
    @DisplayName("the buffer and each message are bounded by octets too")
    void octets() {
        long one = SeenText.write(message("1")).length();
        var narrow = log(1, new SeenLog.Bounds(100, 2 * one, (int) one, 100, PLENTY));
        add(narrow, 1, 3);
        assertEquals(1, narrow.lost());
        narrow.flush();
        add(narrow, 10, 10); // an octet longer
        assertEquals(2, narrow.lost());
        assertEquals(List.of("1", "2"), ids(narrow));
    }

    @Test
    @DisplayName("the oldest go first, those of earlier runs included")
    void trim() {
        var log = log(1, stored(5));
        add(log, 1, 4);
        log.close();
        clock.advance(Duration.ofSeconds(1));
        var next = log(2, stored(5));
        next.flush();
        add(next, 5, 7);
        settle(next);
        assertEquals(List.of("3", "4", "5", "6", "7"), ids(next).stream().sorted().toList());
        add(next, 8, 30);
        settle(next);
        assertEquals(List.of("26", "27", "28", "29", "30"), ids(next));
    }

    @Test
    @DisplayName("what is stored is bounded by octets")
    void storedOctets() {
        long one = SeenText.write(message("10")).length();
        var log = log(1, new SeenLog.Bounds(100, PLENTY, 10_000, 100, 3 * one));
        add(log, 10, 15);
        settle(log);
        assertEquals(List.of("13", "14", "15"), ids(log));
    }

    /// What is written by one flush is trimmed by the next.
    private static void settle(SeenLog log) {
        assertTrue(log.page(WEEK, Optional.empty(), 1).next().isPresent());
        log.flush();
    }

    @Test
    @DisplayName("what has expired does not count")
    void forgotten() {
        var log = log(1, stored(3));
        add(log, 1, 3);
        log.flush();
        clock.advance(WEEK.plusHours(2));
        add(log, 4, 6);
        settle(log);
        log.flush();
        assertEquals(List.of("4", "5", "6"), ids(log));
    }

    @Test
    @DisplayName("broken entries are passed over and counted")
    void broken() {
        var log = log(1, stored(100));
        add(log, 1, 1);
        log.flush();
        store.putState(
                        StoredSeen.KIND,
                        StateEntry.ofText(
                                StoredSeen.key(clock.instant()) + "-x", "{", Optional.empty()))
                .join();
        var page = log.page(WEEK, Optional.empty(), 10);
        assertEquals(1, page.messages().size());
        assertEquals(1, page.unreadable());
    }

    @Test
    @DisplayName("0s keeps nothing and makes nothing; trouble of ours ends no session")
    void off() {
        var off = new SeenLog(Duration.ZERO, store, clock, 1, stored(100));
        off.add(() -> {
            throw new AssertionError("made");
        });
        off.flush();
        assertEquals(List.of(), ids(off));
        var log = log(1, stored(100));
        log.add(() -> {
            throw new IllegalStateException("ours");
        });
        assertEquals(1, log.lost());
    }
}
