package io.postern.gateway.perimeter;

import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.gateway.events.Webhook;
import io.postern.gateway.guard.Guard;
import io.postern.gateway.policy.Check;
import io.postern.gateway.rates.Rates;
import io.postern.store.MessageStore;
import io.postern.store.QueueId;
import io.postern.store.StoreException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What counts, and outlives the process: rates and the guard.
public final class Counting implements AutoCloseable {
    /// How often what changed is written down; what a power cut loses.
    public static final Duration EVERY = Duration.ofSeconds(3);

    /// Rows of state deleted at once when they have expired.
    private static final int MOST_EXPIRED = 50_000;

    private static final Logger LOG = LoggerFactory.getLogger(Counting.class);

    /// Messages whose next hop refused recipients that wait to be counted.
    private static final int MOST_REFUSALS = 1_000;

    private final ThreadPoolExecutor refusals =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(MOST_REFUSALS),
                    Thread.ofPlatform().name("guard").daemon().factory(),
                    new ThreadPoolExecutor.DiscardPolicy());
    private final Rates rates;
    private final Guard guard;
    private final Optional<Webhook> webhook;
    private final MessageStore store;
    private final InstantSource clock;

    /// Reads back what an earlier run counted.
    ///
    /// @param ticker nanoseconds, never less than before: [System#nanoTime]
    /// @throws io.postern.store.StoreException when it can't be read
    public Counting(
            Config config,
            MessageStore store,
            Figures figures,
            InstantSource clock,
            LongSupplier ticker,
            RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        rates = new Rates(store, figures, clock, ticker, random.nextLong());
        var _ = rates.use(config.rate());
        rates.load();
        webhook = config.guard().webhook().map(url -> new Webhook(URI.create(url), Webhook.WAITS));
        guard =
                new Guard(
                        config.guard(),
                        config.hostname().name(),
                        store,
                        figures,
                        facts -> webhook.ifPresent(hook -> hook.tell(facts)),
                        clock);
    }

    /// The checks of a configuration, in their order: a suspended account takes no tokens.
    List<Check> checks(Config config) {
        guard.use(config.guard());
        return List.of(guard, rates.use(config.rate()));
    }

    public Rates rates() {
        return rates;
    }

    public Guard guard() {
        return guard;
    }

    /// Next hops refused recipients of a message for good. Returns at once: whose message it was is
    /// read from the store by a thread of its own, and when too many wait, some are not counted.
    public void refused(QueueId id, int recipients) {
        refusals.execute(() -> {
            try {
                store.find(id).ifPresent(kept -> guard.failed(kept.facts(), recipients));
            } catch (StoreException e) {
                LOG.debug("whose message {} is can't be read", id, e);
            }
        });
    }

    /// Writes down what changed. To be called every [#EVERY].
    public void flush() {
        rates.flush();
        guard.flush();
    }

    /// Deletes state of any kind that has expired. To be called every minute or so.
    public void expire() {
        store.expireStates(clock.instant(), MOST_EXPIRED);
    }

    /// Writes down what is left, before the store is closed.
    @Override
    public void close() {
        refusals.shutdownNow();
        rates.close();
        guard.close();
        webhook.ifPresent(Webhook::close);
    }
}
