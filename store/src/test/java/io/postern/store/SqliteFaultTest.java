package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("SQLite: when the disk fails")
@Timeout(60)
class SqliteFaultTest {
    private static final Instant START = QueueContract.START;

    @TempDir private Path temp;

    private final TestClock clock = new TestClock(START);

    private SqliteStore open() {
        return SqliteStore.open(temp.resolve("data"), StoreSettings.DEFAULTS, clock);
    }

    private static NewMessage accept(SqliteStore store, Mail mail) {
        var message = mail.as(store.nextId());
        store.accept(message).join();
        return message;
    }

    private static StoreException refused(CompletableFuture<Void> future) {
        var e = assertThrows(CompletionException.class, future::join);
        return assertThrows(
                StoreException.class,
                () -> {
                    throw e.getCause();
                });
    }

    private static void assertSays(@Nullable String text, String part) {
        assertTrue(text != null && text.contains(part), text);
    }

    @Test
    @DisplayName("disk full: refused with words, what was accepted is intact, then it goes on")
    void full() {
        try (var store = open()) {
            var kept = accept(store, Mail.at(START, "one@example.net").body(100_000));
            store.onWriter("PRAGMA max_page_count = 1").join(); // no page more than there are
            var large = Mail.at(START, "two@example.net").body(2_000_000).as(store.nextId());
            assertSays(refused(store.accept(large)).getMessage(), "is full: free space");
            var small = Mail.at(START, "three@example.net").body(100_000).as(store.nextId());
            assertSays(refused(store.accept(small)).getMessage(), "data is full: free space");
            assertFalse(store.health().writable());
            assertSays(store.health().reason(), "is full");
            assertArrayEquals(
                    Mail.octets(kept.content()),
                    Mail.octets(store.content(kept.id()).orElseThrow()));
            assertTrue(store.find(large.id()).isEmpty());
            store.onWriter("PRAGMA max_page_count = 1000000").join();
            store.accept(large).join();
            awaitWritable(store);
            assertEquals(2, store.take("example.net", START, 10).size());
        }
    }

    @Test
    @DisplayName("disk full: what is small may still be written, but the fault stays")
    void smallWrites() {
        try (var store = open()) {
            accept(store, Mail.at(START, "one@example.net"));
            store.onWriter("PRAGMA max_page_count = 1").join();
            refused(store.accept(Mail.at(START, "a@example.net").body(99_999).as(store.nextId())));
            var taken = store.take("example.net", START, 1).getFirst();
            store.settle(
                            List.of(new Settlement.Delivered(taken.id(), 0, START, "250 ok")),
                            List.of())
                    .join();
            assertFalse(store.health().writable());
        }
    }

    private static void awaitWritable(SqliteStore store) {
        while (!store.health().writable()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("read-only: refused with words, then it goes on with a new connection")
    void readOnly() {
        try (var store = open()) {
            var kept = accept(store, Mail.at(START, "one@example.net"));
            // Committed with the pragma inside, so that it is the next write that fails.
            store.onWriter("PRAGMA query_only = ON").handle((_, _) -> "").join();
            var failures = new ArrayList<String>();
            CompletableFuture<Void> again;
            do {
                again = store.accept(Mail.at(START, "two@example.net").as(store.nextId()));
                again.handle((_, e) -> e == null ? "" : failures.add(e.getMessage())).join();
            } while (again.isCompletedExceptionally());
            assertSays(failures.toString(), "can't be written: see that the disk is mounted");
            awaitWritable(store);
            assertTrue(store.content(kept.id()).isPresent());
        }
    }

    @Test
    @DisplayName("a file that is no database is not opened, and not touched")
    void noDatabase() throws IOException {
        accept();
        var file = temp.resolve("data").resolve(SqliteStore.FILE);
        overwrite(file, 0, 100);
        var before = Files.readAllBytes(file);
        var refusal = assertThrows(StoreException.class, this::open);
        assertSays(refusal.getMessage(), "store.db is damaged: stop the gateway, keep a copy");
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    @DisplayName("a database with damaged schema is not opened")
    void damagedSchema() throws IOException {
        accept();
        overwrite(temp.resolve("data").resolve(SqliteStore.FILE), 100, 3_000);
        var refusal = assertThrows(StoreException.class, this::open);
        assertSays(refusal.getMessage(), "is damaged");
    }

    private void accept() {
        try (var store = open()) {
            accept(store, Mail.at(START, "one@example.net").body(100_000));
        }
    }

    private static void overwrite(Path file, long at, int octets) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            var junk = new byte[octets];
            new java.util.Random(7).nextBytes(junk);
            raw.write(junk);
        }
    }

    @Test
    @DisplayName("a store of a later version is not opened")
    void laterVersion() {
        try (var store = open()) {
            store.onWriter("PRAGMA user_version = 99").join();
        }
        var refusal = assertThrows(StoreException.class, this::open);
        assertSays(refusal.getMessage(), "later version");
    }

    @Test
    @DisplayName("content that never got its 250 is gone after a restart")
    void orphans() throws IOException {
        try (var store = open()) {
            store.onWriter(
                            "INSERT INTO staging (message_id) VALUES (42)",
                            "INSERT INTO chunk (message_id, n, octets) VALUES (42, 0, x'00')")
                    .join();
            var other = SqliteQueueTest.crashed(temp.resolve("data"), temp.resolve("crashed"));
            SqliteStore.open(other, StoreSettings.DEFAULTS, clock).close();
            try (var statements =
                    new SqliteFile(other.resolve(SqliteStore.FILE), StoreSettings.DEFAULTS)
                            .reader()) {
                assertEquals(
                        List.of(0L),
                        statements.query("SELECT count(*) FROM chunk", row -> row.getLong(1)));
            } catch (java.sql.SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    @DisplayName("more than may wait: refused at once as overloaded")
    void overloaded() {
        var narrow = new StoreSettings(1 << 20, 10, 1, 4096, 1 << 20, 1 << 20);
        try (var store = SqliteStore.open(temp.resolve("data"), narrow, clock)) {
            var futures = new ArrayList<CompletableFuture<Void>>();
            var messages = new ArrayList<NewMessage>();
            for (int i = 0; i < 2_000; i++) {
                messages.add(Mail.at(START, "one@example.net").as(store.nextId()));
            }
            messages.forEach(message -> futures.add(store.accept(message)));
            var refusals =
                    futures.stream()
                            .map(future -> future.handle((_, e) -> e == null ? "" : e.getMessage()))
                            .map(CompletableFuture::join)
                            .filter(text -> !text.isEmpty())
                            .toList();
            assertFalse(refusals.isEmpty());
            assertSays(refusals.getFirst(), "overloaded: 10 writes");
            assertEquals(futures.size() - refusals.size(), store.count(QueueFilter.ALL));
        }
    }
}
