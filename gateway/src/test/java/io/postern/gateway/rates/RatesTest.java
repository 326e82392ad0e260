package io.postern.gateway.rates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.RateConfig;
import io.postern.gateway.events.Figures;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.store.SqliteStore;
import io.postern.store.StateEntry;
import io.postern.store.StoreSettings;
import io.postern.testkit.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Rates on a real store")
class RatesTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final Situations ONE = Situations.of("192.0.2.1");
    private static final List<RateConfig> FIVE_AN_HOUR =
            Situations.rates(Situations.rate("hourly", "client", "messages", "5/1h"));

    @TempDir private Path temp;

    private final TestClock clock = new TestClock(START);
    private final AtomicLong ticker = new AtomicLong(-5);

    private SqliteStore store() {
        return SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock);
    }

    /// A process that runs, with its rates.
    private record Running(SqliteStore store, Rates rates, Check check, Figures figures)
            implements AutoCloseable {
        int granted(Situations who, int tries) {
            int granted = 0;
            for (int i = 0; i < tries; i++) {
                granted += check.ask(who.mail()).equals(Opinion.PASS) ? 1 : 0;
            }
            return granted;
        }

        @Override
        public void close() {
            rates.close();
            store.close();
        }
    }

    private Running run(List<RateConfig> configured) {
        var store = store();
        var figures = new Figures();
        var rates = new Rates(store, figures, clock, ticker::get, 99);
        var check = rates.use(configured);
        rates.load();
        return new Running(store, rates, check, figures);
    }

    private void pass(Duration time) {
        clock.advance(time);
        ticker.addAndGet(time.toNanos());
    }

    @Test
    @DisplayName("a bucket is as empty after a restart as it was, less the time in between")
    void restart() {
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(4, running.granted(ONE, 4));
        }
        clock.advance(Duration.ofMinutes(12)); // the process is down; its ticker begins anew
        ticker.set(1_000_000);
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(2, running.granted(ONE, 9));
            assertEquals(5, running.granted(Situations.of("192.0.2.2"), 9));
        }
    }

    @Test
    @DisplayName("a power cut loses what came since the last flush, and no more")
    void powerCut() {
        var running = run(FIVE_AN_HOUR);
        assertEquals(3, running.granted(ONE, 3));
        running.rates().flush();
        assertEquals(1, running.granted(ONE, 1));
        running.store().close(); // without the last flush
        try (var again = run(FIVE_AN_HOUR)) {
            assertEquals(2, again.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("a clock that jumps while the gateway runs changes nothing")
    void jumps() {
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(4, running.granted(ONE, 4));
            clock.advance(Duration.ofDays(-400));
            assertEquals(1, running.granted(ONE, 9));
            clock.advance(Duration.ofDays(4_000));
            assertEquals(0, running.granted(ONE, 9));
            assertEquals(5, running.granted(Situations.of("192.0.2.2"), 9));
            pass(Duration.ofMinutes(12));
            assertEquals(1, running.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("a clock put back over a restart makes nobody wait longer than before")
    void putBack() {
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
        }
        clock.advance(Duration.ofDays(-400));
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(0, running.granted(ONE, 9));
            pass(Duration.ofMinutes(12));
            assertEquals(1, running.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("a clock put on over a restart gives a full bucket, and no more")
    void putOn() {
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
        }
        clock.advance(Duration.ofDays(4_000));
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("a limit that changed: the bucket keeps its share")
    void changed() {
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
        }
        var lower = Situations.rates(Situations.rate("hourly", "client", "messages", "2/1m"));
        try (var running = run(lower)) {
            assertEquals(0, running.granted(ONE, 9));
            pass(Duration.ofMinutes(1));
            assertEquals(2, running.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("a reload keeps buckets by the rate's name; a rate that is gone refuses nobody")
    void reload() {
        var other = Situations.rates(Situations.rate("other", "client", "messages", "3/1h"));
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(4, running.granted(ONE, 4));
            var both = running.rates().use(other);
            assertEquals(Opinion.PASS, both.ask(ONE.mail()));
            var again = running.rates().use(FIVE_AN_HOUR);
            assertEquals(Opinion.PASS, again.ask(ONE.mail()));
            assertInstanceOf(Opinion.Refuse.class, again.ask(ONE.mail()));
        }
    }

    @Test
    @DisplayName("what is damaged or another's is passed over")
    void damaged() {
        try (var store = store()) {
            store.putStates(
                            StoredBucket.KIND,
                            List.of(
                                    StateEntry.ofText("hourly", "", Optional.empty()),
                                    StateEntry.ofText(
                                            "hourly 192.0.2.1", "nonsense", Optional.empty()),
                                    StateEntry.ofText(
                                            "hourly no-address",
                                            "1 2000000000 3 4 5/1h",
                                            Optional.empty()),
                                    StateEntry.ofText(
                                            "hourly 192.0.2.1", "1 -2 0 0 5/1h", Optional.empty())))
                    .join();
        }
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("show: the emptiest first, by key and by rate, running or not")
    void show() {
        var both =
                Situations.rates(
                        Situations.rate("hourly", "client", "messages", "5/1h"),
                        Situations.rate("net", "network", "messages", "10/1h"));
        List<String> live;
        try (var running = run(both)) {
            running.granted(ONE, 2);
            running.granted(Situations.of("192.0.2.2"), 3);
            running.granted(Situations.of("2001:db8::1"), 1);
            live = views(running.rates(), Optional.empty());
            assertEquals(
                    List.of(
                            "hourly 192.0.2.2 3/5",
                            "net 192.0.2.0/24 5/10",
                            "hourly 192.0.2.1 2/5",
                            "hourly 2001:db8:0:0:0:0:0:1 1/5",
                            "net 2001:db8:0:0:0:0:0:0/64 1/10"),
                    live);
            assertEquals(
                    List.of("net 192.0.2.0/24 5/10", "hourly 192.0.2.1 2/5"),
                    views(running.rates(), Optional.of("192.0.2.1")));
            assertEquals(
                    List.of("net 2001:db8:0:0:0:0:0:0/64 1/10"),
                    views(running.rates(), Optional.of("2001:db8::/64")));
            assertEquals(2, views(running.rates(), Optional.of("net")).size());
            assertEquals(List.of(), views(running.rates(), Optional.of("")));
            assertEquals(1, running.rates().show(Optional.empty(), 1).size());
        }
        try (var store = store()) {
            var stored = new StoredRates(store, clock);
            assertEquals(live, views(stored, Optional.empty()));
            assertEquals(2, stored.reset("192.0.2.1"));
            assertEquals(List.of("hourly 192.0.2.2 3/5"), views(stored, Optional.of("192.0.2.2")));
        }
    }

    private static List<String> views(RateDesk desk, Optional<String> key) {
        return desk.show(key, 100).stream()
                .map(view ->
                        view.rate() + " " + view.key() + " " + view.used() + "/" + view.burst())
                .toList();
    }

    @Test
    @DisplayName("reset fills the buckets of a key, now and after a restart")
    void reset() {
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
            running.rates().flush();
            assertEquals(1, running.rates().reset("192.0.2.1"));
            assertEquals(0, running.rates().reset("192.0.2.1"));
            running.store().close();
        }
        try (var running = run(FIVE_AN_HOUR)) {
            assertEquals(5, running.granted(ONE, 9));
        }
    }

    @Test
    @DisplayName("rows of buckets that are full again expire")
    void expire() {
        try (var running = run(FIVE_AN_HOUR)) {
            running.granted(ONE, 5);
            running.rates().close();
            assertEquals(1, running.store().states(StoredBucket.KIND, "", 9).size());
            assertEquals(0, running.store().expireStates(START.plusSeconds(3_600), 9));
            assertEquals(1, running.store().expireStates(START.plusSeconds(3_661), 9));
        }
    }

    @Test
    @DisplayName("refusals are counted by rate")
    void figures() {
        try (var running = run(FIVE_AN_HOUR)) {
            running.granted(ONE, 9);
            var page = running.figures().scrape();
            assertTrue(page.contains("postern_rates_refused_total{rate=\"hourly\"} 4.0"), page);
            assertTrue(page.contains("postern_rates_buckets 1.0"), page);
        }
    }
}
