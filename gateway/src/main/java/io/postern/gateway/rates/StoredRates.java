package io.postern.gateway.rates;

import io.postern.store.StateStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The buckets of a gateway that does not run, as it wrote them down.
public final class StoredRates implements RateDesk {
    private final StateStore store;
    private final InstantSource clock;

    public StoredRates(StateStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public List<RateView> show(Optional<String> key, int limit) {
        var now = clock.instant();
        var emptiest = new Matching.Emptiest(limit);
        store.eachState(
                StoredBucket.KIND,
                entry ->
                        StoredBucket.of(entry)
                                .filter(bucket -> bucket.debtAt(now) > 0)
                                .filter(bucket -> meant(key, bucket))
                                .ifPresent(bucket -> emptiest.add(bucket.view(now))));
        return emptiest.list();
    }

    private static boolean meant(Optional<String> key, StoredBucket bucket) {
        return key.isEmpty()
                || bucket.rate().equals(key.get())
                || Matching.owner(key.get(), bucket.owner());
    }

    @Override
    public int reset(String key) {
        var now = clock.instant();
        var keys = new ArrayList<String>();
        var counted = new int[1];
        store.eachState(
                StoredBucket.KIND,
                entry ->
                        StoredBucket.of(entry)
                                .filter(bucket -> Matching.owner(key, bucket.owner()))
                                .ifPresent(bucket -> {
                                    keys.add(entry.key());
                                    counted[0] += bucket.debtAt(now) > 0 ? 1 : 0;
                                }));
        store.removeStates(StoredBucket.KIND, keys).join();
        return counted[0];
    }
}
