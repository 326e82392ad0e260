package io.postern.gateway.rates;

import io.micrometer.core.instrument.Counter;
import io.postern.gateway.config.RateConfig;
import io.postern.gateway.events.Figures;
import io.postern.gateway.policy.Check;
import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import io.postern.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rates in force and their buckets: counted in memory, written down behind, read back at
/// start.
///
/// What a power cut takes with it is the counting since the last [#flush], and more than
/// [#MOST_WRITTEN] buckets that changed since then.
public final class Rates implements RateDesk {
    private static final Logger LOG = LoggerFactory.getLogger(Rates.class);

    /// Buckets in memory that are not full; 46 octets each.
    static final int MOST = 1 << 20;

    /// Buckets of one [#flush]: writing them takes the store some 100 ms.
    private static final int MOST_WRITTEN = 20_000;

    private static final long LAST_FLUSH_SECONDS = 10;

    private final StateStore store;
    private final InstantSource clock;
    private final Figures figures;
    private final BucketTable table;

    /// A rate's number is its name's for as long as the process runs, whatever a reload brings.
    private final Map<String, Integer> numbers = new HashMap<>();

    private final Map<String, Counter> refused = new HashMap<>();
    private volatile List<Rate> rates = List.of();
    private CompletableFuture<Void> flushing = CompletableFuture.completedFuture(null);

    /// Without rates, until [#use].
    ///
    /// @param clock dates what is written down
    /// @param ticker nanoseconds, never less than before: [System#nanoTime]
    /// @param seed by chance
    public Rates(
            StateStore store,
            Figures figures,
            InstantSource clock,
            LongSupplier ticker,
            long seed) {
        this.store = store;
        this.clock = clock;
        this.figures = figures;
        table = new BucketTable(MOST, ticker, seed);
        figures.gauge("postern.rates.buckets", "Buckets that are not full.", table::count);
        figures.gauge(
                "postern.rates.forgotten",
                "Buckets forgotten before they were full, for lack of room.",
                table::forgotten);
    }

    /// Puts rates in force and gives the check that asks them. Buckets of a rate that keeps its
    /// name stay as they are.
    public synchronized Check use(List<RateConfig> configured) {
        var used = new ArrayList<Rate>();
        for (var config : configured) {
            int next = numbers.size();
            int number = numbers.computeIfAbsent(config.name(), _ -> next);
            refused.computeIfAbsent(
                    config.name(),
                    name ->
                            figures.counter(
                                    "postern.rates.refused",
                                    "Commands and contents beyond a rate, those of shadows included.",
                                    "rate",
                                    name));
            used.add(new Rate(config, number));
        }
        var counters = Map.copyOf(refused);
        rates = List.copyOf(used);
        return new RateCheck(
                table,
                rates,
                rate -> {
                    var counter = counters.get(rate.name());
                    if (counter != null) {
                        counter.increment();
                    }
                });
    }

    /// Reads back what an earlier run wrote down, of the rates in force.
    ///
    /// @throws StoreException when it can't be read
    public void load() {
        var byName = new HashMap<String, Rate>();
        rates.forEach(rate -> byName.put(rate.name(), rate));
        if (byName.isEmpty()) {
            return;
        }
        var now = clock.instant();
        store.eachState(
                StoredBucket.KIND,
                entry ->
                        StoredBucket.of(entry)
                                .ifPresent(bucket -> {
                                    var rate = byName.get(bucket.rate());
                                    if (rate != null) {
                                        // The limit may have changed since: as empty as it was, of
                                        // what it is now.
                                        double share =
                                                (double) bucket.debtAt(now) / bucket.window();
                                        rate.keyOf(bucket.owner())
                                                .ifPresent(key ->
                                                        table.restore(
                                                                key,
                                                                (long)
                                                                        (Math.min(1, share)
                                                                                * rate.window())));
                                    }
                                }));
    }

    /// Writes down what changed; does nothing while the last one is under way. To be called every
    /// few seconds.
    public synchronized void flush() {
        if (!flushing.isDone()) {
            return;
        }
        var now = clock.instant();
        var byNumber = byNumber();
        var entries = new ArrayList<StateEntry>();
        var keys = new ArrayList<byte[]>();
        table.drain(
                MOST_WRITTEN,
                (key, debt) -> {
                    var rate = byNumber.get(Rate.number(key));
                    if (rate != null) {
                        entries.add(
                                new StoredBucket(
                                                rate.name(),
                                                rate.owner(key),
                                                now,
                                                debt,
                                                rate.window(),
                                                rate.config().limit().burst(),
                                                rate.config().limit().toString())
                                        .entry());
                        keys.add(key);
                    }
                });
        if (!entries.isEmpty()) {
            flushing =
                    store.putStates(StoredBucket.KIND, entries)
                            .whenComplete((_, failure) -> {
                                if (failure != null) {
                                    // The store has said what is wrong with it.
                                    keys.forEach(table::markDirty);
                                }
                            });
        }
    }

    private Map<Integer, Rate> byNumber() {
        var byNumber = new HashMap<Integer, Rate>();
        rates.forEach(rate -> byNumber.put(numberOf(rate.name()), rate));
        return byNumber;
    }

    private synchronized int numberOf(String name) {
        return numbers.getOrDefault(name, -1);
    }

    /// Writes down what is left, before the store is closed.
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
                    "the counting of the last seconds could not be written down: {}", e.toString());
        }
    }

    @Override
    public List<RateView> show(Optional<String> key, int limit) {
        var now = clock.instant();
        var byNumber = byNumber();
        var emptiest = new Matching.Emptiest(limit);
        table.each((octets, debt) -> {
            var rate = byNumber.get(Rate.number(octets));
            if (rate == null) {
                return;
            }
            var owner = rate.owner(octets);
            if (key.isEmpty()
                    || rate.name().equals(key.get())
                    || Matching.owner(key.get(), owner)) {
                emptiest.add(
                        new RateView(
                                rate.name(),
                                owner,
                                rate.config().limit().toString(),
                                rate.units(debt),
                                rate.config().limit().burst(),
                                now.plusNanos(debt)));
            }
        });
        return emptiest.list();
    }

    @Override
    public int reset(String key) {
        var byNumber = byNumber();
        var found = new HashMap<String, byte[]>();
        table.each((octets, _) -> {
            var rate = byNumber.get(Rate.number(octets));
            if (rate != null && Matching.owner(key, rate.owner(octets))) {
                found.put(rate.name() + " " + rate.owner(octets), octets);
            }
        });
        int filled = 0;
        for (var octets : found.values()) {
            filled += table.fill(octets) ? 1 : 0;
        }
        store.removeStates(StoredBucket.KIND, found.keySet()).join();
        return filled;
    }
}
