package io.postern.keys;

import io.postern.store.StoreException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// A store of values in memory, which can be made to fail.
final class MemoryValues implements KeyValues {
    final Map<String, byte[]> kept = new TreeMap<>();
    final AtomicBoolean full = new AtomicBoolean();

    @Override
    public Map<String, byte[]> all() {
        return Map.copyOf(kept);
    }

    @Override
    public void put(Map<String, byte[]> values) {
        if (full.get()) {
            throw new StoreException("the disk is full");
        }
        kept.putAll(values);
    }
}
