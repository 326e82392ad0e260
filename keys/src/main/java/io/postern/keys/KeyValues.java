package io.postern.keys;

import io.postern.store.MessageStore;
import io.postern.store.StoreException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The part of the store in which keys are kept.
interface KeyValues {
    /// All values, by name.
    Map<String, byte[]> all();

    /// Returns when all of them are on stable storage, or none.
    ///
    /// @throws StoreException when that cannot be said
    void put(Map<String, byte[]> values);

    /// The DKIM keys in a store.
    static KeyValues in(MessageStore store) {
        return new KeyValues() {
            @Override
            public Map<String, byte[]> all() {
                return store.values(DkimKeys.KIND);
            }

            @Override
            public void put(Map<String, byte[]> values) {
                await(store.putValues(DkimKeys.KIND, values));
            }
        };
    }

    private static void await(CompletableFuture<Void> writes) {
        try {
            writes.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException ours
                    ? ours
                    : new StoreException("cannot keep the key: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new StoreException("the store did not keep the key within 60 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while the key was being kept", e);
        }
    }
}
