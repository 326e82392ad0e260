package io.postern.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/// The same for each of a few, at once, on virtual threads that end before the call does.
final class AtOnce {
    private AtOnce() {}

    /// What came of each, in order; empty when the thread was interrupted, which it still is then.
    static <T, R> Optional<List<R>> each(List<T> all, Function<T, R> work) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<Future<R>>();
            for (var one : all) {
                futures.add(executor.submit(() -> work.apply(one)));
            }
            var results = new ArrayList<R>();
            try {
                for (var future : futures) {
                    results.add(future.get());
                }
            } catch (InterruptedException e) {
                executor.shutdownNow();
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IllegalStateException("trouble of the DNS is a value", e);
            }
            return Optional.of(results);
        }
    }
}
