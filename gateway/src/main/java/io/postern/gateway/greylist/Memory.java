package io.postern.gateway.greylist;

import io.postern.store.StateEntry;
import io.postern.store.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What greylisting remembers: in memory, bounded, and behind it in the store. Safe for many
/// threads; the lock is held for a few map operations, never over I/O.
///
/// Triplets that wait are kept apart from those that have passed and from networks, and a network
/// may have only a part of them: a flood of first tries can't push out what was earned. What is
/// pushed out is the longest unused.
final class Memory {
    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
    private static final String KIND = "greylist";

    /// One network's part of the triplets that wait: a two hundredth, but so many at least.
    private static final int LEAST_PER_NETWORK = 100;

    private static final int PARTS = 200;

    private static final Duration LAST_WRITE = Duration.ofSeconds(10);

    /// How long a triplet has waited.
    sealed interface Waited {
        /// It is not known, or was and came too late.
        record Never() implements Waited {}

        /// Since its first try.
        record For(Duration time) implements Waited {}

        /// It has passed before.
        record Passed() implements Waited {}
    }

    private record Pending(Instant first, Instant until, String network) {}

    /// @param triplets of the network that have passed; 0 for a triplet
    private record Good(Instant until, int triplets) {}

    private final StateStore store;
    private final int mostPerNetwork;
    private final Map<String, Pending> pending;
    private final Map<String, Good> good;
    private final Map<String, Integer> pendingOfNetwork = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private Instant swept = Instant.MIN;
    private boolean failing;
    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

    Memory(int entries, StateStore store) {
        this.store = store;
        mostPerNetwork = Math.max(LEAST_PER_NETWORK, entries / PARTS);
        pending =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Pending> eldest) {
                        boolean over = size() > entries / 2;
                        if (over) {
                            forgotten(eldest.getKey(), eldest.getValue());
                        }
                        return over;
                    }
                };
        good =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Good> eldest) {
                        boolean over = size() > entries / 2;
                        if (over) {
                            changed.add(eldest.getKey());
                        }
                        return over;
                    }
                };
    }

    private void forgotten(String triplet, Pending entry) {
        changed.add(triplet);
        pendingOfNetwork.computeIfPresent(
                entry.network(), (_, count) -> count == 1 ? null : count - 1);
    }

    /// How many triplets of that network have passed.
    synchronized int passedTriplets(String network, Instant now) {
        var entry = good.get(network);
        return entry == null || entry.until().isBefore(now) ? 0 : entry.triplets();
    }

    /// The network was used; it is remembered until then.
    synchronized void useNetwork(String network, Instant now, Instant until) {
        var entry = good.get(network);
        // Not at each message: the store need not know the minute.
        if (entry != null && Duration.between(entry.until(), until).toHours() >= 1) {
            good.put(network, new Good(until, entry.triplets()));
            changed.add(network);
        }
    }

    synchronized Waited waited(String triplet, Instant now) {
        var passed = good.get(triplet);
        if (passed != null && !passed.until().isBefore(now)) {
            return new Waited.Passed();
        }
        var entry = pending.get(triplet);
        // First seen in the future: the clock was set back, and waiting for it to catch up could
        // take for ever.
        if (entry == null || entry.until().isBefore(now) || entry.first().isAfter(now)) {
            return new Waited.Never();
        }
        return new Waited.For(Duration.between(entry.first(), now));
    }

    /// The first try of a triplet. Not remembered when its network has too many that wait: it is
    /// put off all the same.
    synchronized void begin(String triplet, String network, Instant now, Instant until) {
        var before = pending.remove(triplet);
        if (before != null) {
            forgotten(triplet, before);
        }
        if (pendingOfNetwork.getOrDefault(network, 0) >= mostPerNetwork) {
            sweep(now);
            if (pendingOfNetwork.getOrDefault(network, 0) >= mostPerNetwork) {
                return;
            }
        }
        pendingOfNetwork.merge(network, 1, Integer::sum);
        pending.put(triplet, new Pending(now, until, network));
        changed.add(triplet);
    }

    /// Forgets what has waited too long; at most once a minute, because it looks at all.
    private void sweep(Instant now) {
        if (swept.isAfter(now.minusSeconds(60))) {
            return;
        }
        swept = now;
        pending.entrySet()
                .removeIf(entry -> {
                    boolean over = entry.getValue().until().isBefore(now);
                    if (over) {
                        forgotten(entry.getKey(), entry.getValue());
                    }
                    return over;
                });
    }

    /// A triplet passes, now for the first time or again.
    synchronized void pass(String triplet, String network, Instant until, boolean first) {
        var waiting = pending.remove(triplet);
        if (waiting != null) {
            forgotten(triplet, waiting);
        }
        var before = good.get(triplet);
        if (before == null || Duration.between(before.until(), until).toHours() >= 1) {
            good.put(triplet, new Good(until, 0));
            changed.add(triplet);
        }
        if (first) {
            good.merge(
                    network, new Good(until, 1), (old, _) -> new Good(until, old.triplets() + 1));
            changed.add(network);
        }
    }

    /// Reads all from the store.
    void load(Instant now) {
        store.eachState(KIND, entry -> take(entry, now));
    }

    private synchronized void take(StateEntry entry, Instant now) {
        if (entry.expires().isEmpty() || entry.expired(now)) {
            return;
        }
        var until = entry.expires().get();
        var parts = entry.text().split(" ", -1);
        try {
            if (parts[0].equals("wait") && parts.length == 3) {
                var first = Instant.ofEpochMilli(Long.parseLong(parts[1]));
                pending.put(entry.key(), new Pending(first, until, parts[2]));
                pendingOfNetwork.merge(parts[2], 1, Integer::sum);
            } else if (parts[0].equals("good") && parts.length == 2) {
                good.put(entry.key(), new Good(until, Integer.parseInt(parts[1])));
            }
        } catch (NumberFormatException e) {
            LOG.warn("greylist: {} in the store can't be read and is forgotten", entry.key());
        }
    }

    /// Writes what has changed; returns at once. Does nothing while the last writing is under way.
    synchronized void flush() {
        if (changed.isEmpty() || !writing.isDone()) {
            return;
        }
        var puts = new ArrayList<StateEntry>();
        var removes = new ArrayList<String>();
        for (var key : changed) {
            var entry = entry(key);
            if (entry == null) {
                removes.add(key);
            } else {
                puts.add(entry);
            }
        }
        var keys = Set.copyOf(changed);
        changed.clear();
        writing =
                CompletableFuture.allOf(
                                store.putStates(KIND, puts), store.removeStates(KIND, removes))
                        .whenComplete((_, failure) -> written(keys, failure));
    }

    /// Writes all that has changed, and waits for it within a bound.
    void close() {
        for (int i = 0; i < 2; i++) { // what is being written now, then the rest
            flush();
            CompletableFuture<Void> last;
            synchronized (this) {
                last = writing;
            }
            try {
                last.get(LAST_WRITE.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("greylist: the last changes are not written: {}", e.toString());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private @Nullable StateEntry entry(String key) {
        var passed = good.get(key);
        if (passed != null) {
            return StateEntry.ofText(key, "good " + passed.triplets(), Optional.of(passed.until()));
        }
        var waiting = pending.get(key);
        return waiting == null
                ? null
                : StateEntry.ofText(
                        key,
                        "wait " + waiting.first().toEpochMilli() + " " + waiting.network(),
                        Optional.of(waiting.until()));
    }

    private synchronized void written(Set<String> keys, @Nullable Throwable failure) {
        if (failure != null) {
            // Kept for the next time; what matters is in memory.
            changed.addAll(keys);
            if (!failing) {
                LOG.warn("greylist: what is remembered can't be written: {}", failure.toString());
            }
        }
        failing = failure != null;
    }

    /// Entries in memory.
    synchronized int size() {
        return pending.size() + good.size();
    }
}
