package io.postern.gateway.seen;

import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import io.postern.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes down what is seen, behind the sessions: they put a message into a bounded buffer and go
/// on; [#flush] writes it. What does not fit is counted and lost, for no mail may wait for this.
///
/// What is stored is bounded too, by number and octets: the oldest go first, for a configuration is
/// tried on what comes in now.
///
/// Safe for many threads.
public final class SeenLog implements SeenDesk, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SeenLog.class);

    /// How often what is in the buffer is written.
    public static final Duration EVERY = Duration.ofSeconds(2);

    /// Entries read or removed at once.
    private static final int STEP = 1_000;

    /// Steps of one flush, which must not keep other chores waiting.
    private static final int STEPS = 10;

    /// @param waiting entries in the buffer
    /// @param waitingOctets of them together
    /// @param entry octets of one; more only if a stranger tries hard
    /// @param stored entries
    /// @param storedOctets of them together
    record Bounds(int waiting, long waitingOctets, int entry, long stored, long storedOctets) {
        /// Two seconds of 5,000 messages each; some 300 MB on disk when the entries are usual ones.
        static final Bounds STANDARD =
                new Bounds(
                        10_000,
                        Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 16),
                        24 << 10,
                        200_000,
                        512L << 20);
    }

    private final Duration keep;
    private final StateStore store;
    private final StoredSeen stored;
    private final InstantSource clock;
    private final Bounds bounds;
    private final String run;
    private final AtomicLong lost = new AtomicLong();

    private final Object buffer = new Object();
    private List<StateEntry> waiting = new ArrayList<>();
    private long waitingOctets;
    private long number;

    private final Tally tally = new Tally();

    /// Up to where earlier runs' entries have been counted; empty when all have.
    private Optional<String> counted = Optional.of("");

    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

    /// @param keep how long; zero to write nothing down
    /// @param run tells keys of this run from those of others
    public SeenLog(Duration keep, StateStore store, InstantSource clock, long run) {
        this(keep, store, clock, run, Bounds.STANDARD);
    }

    SeenLog(Duration keep, StateStore store, InstantSource clock, long run, Bounds bounds) {
        this.keep = keep;
        this.store = store;
        this.stored = new StoredSeen(store, clock);
        this.clock = clock;
        this.run = "-%016x-".formatted(run);
        this.bounds = bounds;
    }

    /// Takes a message; never blocks on the store, and never throws: the message has had its reply,
    /// and a client that does not get it would send it again.
    ///
    /// @param message made only when it is wanted
    public void add(Supplier<SeenMessage> message) {
        if (keep.isZero()) {
            return;
        }
        try {
            add(message.get());
        } catch (RuntimeException e) {
            lost.incrementAndGet();
            LOG.warn("a message is not kept for replay: {}", e.toString());
        }
    }

    private void add(SeenMessage message) {
        var octets = SeenText.write(message).getBytes(StandardCharsets.UTF_8);
        var expires = Optional.of(message.at().plus(keep));
        synchronized (buffer) {
            if (octets.length > bounds.entry()
                    || waiting.size() >= bounds.waiting()
                    || waitingOctets + octets.length > bounds.waitingOctets()) {
                lost.incrementAndGet();
                return;
            }
            number++;
            var key = StoredSeen.key(message.at()) + run + "%012d".formatted(number);
            waiting.add(new StateEntry(key, octets, expires));
            waitingOctets += octets.length;
        }
    }

    /// Messages that were not kept since the start, for lack of room or trouble with the store.
    public long lost() {
        return lost.get();
    }

    /// Writes what is in the buffer, and removes what is too much. To be called every [#EVERY]; if
    /// the last writing has not ended, it does nothing.
    public synchronized void flush() {
        if (!writing.isDone()) {
            return;
        }
        var batch = take();
        if (!batch.isEmpty()) {
            for (var entry : batch) {
                tally.add(StoredSeen.at(entry.key()), entry.value().length);
            }
            writing =
                    store.putStates(StoredSeen.KIND, batch)
                            .exceptionally(e -> {
                                lost.addAndGet(batch.size());
                                LOG.warn(
                                        "{} messages are not kept for replay: {}",
                                        batch.size(),
                                        e.toString());
                                return null;
                            });
        }
        if (!keep.isZero()) {
            count();
            trim();
        }
    }

    private List<StateEntry> take() {
        synchronized (buffer) {
            var batch = waiting;
            waiting = new ArrayList<>();
            waitingOctets = 0;
            return batch;
        }
    }

    /// Counts what earlier runs left, a few steps at a time.
    private void count() {
        for (int step = 0; step < STEPS && counted.isPresent(); step++) {
            var page = store.states(StoredSeen.KIND, counted.get(), STEP);
            for (var entry : page) {
                if (!entry.key().contains(run)) {
                    tally.add(StoredSeen.at(entry.key()), entry.value().length);
                }
            }
            counted = page.size() < STEP ? Optional.empty() : Optional.of(page.getLast().key());
        }
    }

    /// Removes the oldest when there are too many.
    private void trim() {
        tally.forget(clock.instant(), keep);
        for (int step = 0; step < STEPS && excess(); step++) {
            var keys = new ArrayList<String>();
            for (var entry : store.states(StoredSeen.KIND, "", STEP)) {
                if (!excess()) {
                    break;
                }
                keys.add(entry.key());
                tally.remove(StoredSeen.at(entry.key()), entry.value().length);
            }
            if (keys.isEmpty()) {
                return; // what is being written is too much by itself, and goes next time
            }
            settle(store.removeStates(StoredSeen.KIND, keys));
        }
    }

    private boolean excess() {
        return tally.entries() > bounds.stored() || tally.octets() > bounds.storedOctets();
    }

    private static void settle(CompletableFuture<Void> work) {
        try {
            work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException cause ? cause : e;
        }
    }

    /// What is in the buffer is written first.
    @Override
    public SeenPage page(Duration since, Optional<String> after, int limit) {
        if (after.isEmpty()) {
            drain();
        }
        return stored.page(since, after, limit);
    }

    private synchronized void drain() {
        writing.join();
        flush();
        writing.join();
    }

    /// Writes what is left, before the store is closed.
    @Override
    public void close() {
        try {
            drain();
        } catch (RuntimeException e) {
            // The store has to be closed all the same.
            LOG.warn("messages are not kept for replay: {}", e.toString());
        }
    }
}
