package io.postern.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The table `state`.
final class States {
    /// Rows of one transaction: some ten milliseconds.
    private static final int STEP = 1_000;

    private static final String PUT =
            "INSERT INTO state (kind, key, octets, expires) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT (kind, key)"
                    + " DO UPDATE SET octets = excluded.octets, expires = excluded.expires";

    private States() {}

    /// Submits one step and gives the future of its commit.
    @FunctionalInterface
    interface Steps<T> {
        CompletableFuture<Void> submit(List<T> step);
    }

    /// Runs steps one after the other: the next is only submitted when the last was committed, so
    /// that writes of others get in between.
    static <T> CompletableFuture<Void> inSteps(Collection<T> all, Steps<T> steps) {
        return from(new ArrayList<>(all), 0, steps);
    }

    private static <T> CompletableFuture<Void> from(List<T> all, int at, Steps<T> steps) {
        int to = Math.min(all.size(), at + STEP);
        var done = steps.submit(all.subList(at, to));
        return to == all.size() ? done : done.thenCompose(_ -> from(all, to, steps));
    }

    static void put(Statements on, String kind, List<StateEntry> entries) throws SQLException {
        for (var entry : entries) {
            on.update(PUT, kind, entry.key(), entry.value(), millis(entry.expires()));
        }
    }

    static void remove(Statements on, String kind, List<String> keys) throws SQLException {
        for (var key : keys) {
            on.update("DELETE FROM state WHERE kind = ? AND key = ?", kind, key);
        }
    }

    static Optional<StateEntry> find(Statements on, String kind, String key) throws SQLException {
        return on.first(
                "SELECT key, octets, expires FROM state WHERE kind = ? AND key = ?",
                States::entry,
                kind,
                key);
    }

    static List<StateEntry> list(Statements on, String kind, String after, int limit)
            throws SQLException {
        return on.query(
                "SELECT key, octets, expires FROM state WHERE kind = ? AND key > ?"
                        + " ORDER BY key LIMIT ?",
                States::entry,
                kind,
                after,
                limit);
    }

    static int expire(Statements on, Instant before, int limit) throws SQLException {
        return on.update(
                "DELETE FROM state WHERE (kind, key) IN"
                        + " (SELECT kind, key FROM state WHERE expires < ? LIMIT ?)",
                before.toEpochMilli(),
                limit);
    }

    private static @Nullable Long millis(Optional<Instant> expires) {
        return expires.map(Instant::toEpochMilli).orElse(null);
    }

    private static StateEntry entry(ResultSet row) throws SQLException {
        long expires = row.getLong(3);
        Optional<Instant> when =
                row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expires));
        return new StateEntry(row.getString(1), row.getBytes(2), when);
    }
}
