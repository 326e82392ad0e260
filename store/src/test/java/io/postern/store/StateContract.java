package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.testkit.TestClock;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What every engine of the store promises of small state.
@DisplayName("small state")
public abstract class StateContract {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    protected final TestClock clock = new TestClock(START);

    private MessageStore store;

    /// Opens the store of this test, with what was left in it.
    protected abstract MessageStore open();

    /// What a crash at this moment would leave, opened elsewhere. The caller closes it.
    protected abstract MessageStore openAfterCrash() throws IOException;

    @BeforeEach
    void openFirst() {
        store = open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static StateEntry entry(String key, String text) {
        return StateEntry.ofText(key, text, Optional.empty());
    }

    private static StateEntry until(String key, Instant expires) {
        return StateEntry.ofText(key, "", Optional.of(expires));
    }

    private List<StateEntry> all(String kind) {
        var found = new ArrayList<StateEntry>();
        store.eachState(kind, found::add);
        return found;
    }

    @Test
    @DisplayName("what was written is there after a restart and after a crash, in every field")
    void kept() throws IOException {
        var one = new StateEntry("192.0.2.1", new byte[] {0, -1, 7}, Optional.empty());
        var two = new StateEntry("2001:db8::/64", new byte[0], Optional.of(START));
        store.putStates("rate", List.of(one, two)).join();
        try (var crashed = openAfterCrash()) {
            assertEquals(List.of(one, two), crashed.states("rate", "", 9));
        }
        store.close();
        store = open();
        assertEquals(List.of(one, two), all("rate"));
        assertEquals(Optional.of(two), store.state("rate", "2001:db8::/64"));
        assertEquals(Optional.empty(), store.state("rate", "2001:db8::"));
    }

    @Test
    @DisplayName("a later entry of the same key replaces value and expiry")
    void replaced() {
        store.putState("a", until("k", START)).join();
        store.putState("a", entry("k", "later")).join();
        assertEquals(List.of(entry("k", "later")), all("a"));
        assertEquals(0, store.expireStates(START.plusSeconds(9), 9));
    }

    @Test
    @DisplayName("kinds do not see each other")
    void kinds() {
        store.putState("a", entry("k", "1")).join();
        store.putState("b", entry("k", "2")).join();
        store.removeState("a", "k").join();
        store.removeState("a", "was never there").join();
        assertEquals(List.of(), all("a"));
        assertEquals(List.of(entry("k", "2")), all("b"));
    }

    @Test
    @DisplayName("pages follow each other by key, and large batches are written whole")
    void pages() {
        var entries =
                IntStream.range(0, 12_345).mapToObj(i -> entry("%05d".formatted(i), "v")).toList();
        var put = store.putStates("a", entries);
        // Written while the batch is: it does not wait for its end, and is not lost in it.
        CompletableFuture<Void> other = store.putState("b", entry("k", "v"));
        CompletableFuture.allOf(put, other).join();
        assertEquals(entries.subList(100, 103), store.states("a", "00099", 3));
        assertEquals(entries, all("a"));
        store.removeStates("a", entries.stream().skip(1).map(StateEntry::key).toList()).join();
        assertEquals(entries.subList(0, 1), all("a"));
    }

    @Test
    @DisplayName("an empty batch succeeds")
    void empty() {
        store.putStates("a", List.of()).join();
        store.removeStates("a", List.of()).join();
        assertEquals(List.of(), all("a"));
    }

    @Test
    @DisplayName("expireStates deletes what expired before then, of all kinds, up to its limit")
    void expire() {
        store.putStates("a", List.of(until("1", START.minusMillis(1)), until("2", START))).join();
        store.putStates("b", List.of(until("3", START.minusSeconds(9)), entry("4", ""))).join();
        assertTrue(store.state("a", "1").orElseThrow().expired(START));
        assertEquals(0, store.expireStates(START, 0));
        assertEquals(1, store.expireStates(START, 1));
        assertEquals(1, store.expireStates(START, 9));
        assertEquals(List.of(until("2", START)), all("a"));
        assertEquals(List.of(entry("4", "")), all("b"));
    }

    @Test
    @DisplayName("keys and values have bounds")
    void bounds() {
        assertThrows(IllegalArgumentException.class, () -> entry("", ""));
        assertThrows(IllegalArgumentException.class, () -> entry("k".repeat(1_001), ""));
        assertThrows(IllegalArgumentException.class, () -> entry("k", "v".repeat(65_537)));
        var largest = entry("k".repeat(1_000), "v".repeat(65_536));
        store.putState("a", largest).join();
        assertEquals(List.of(largest), all("a"));
    }
}
