package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.SqliteStore;
import io.postern.store.StateEntry;
import io.postern.store.StoreSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern rates, and who is suspended, on a folder that nobody uses")
class CountingCommandsTest {
    @TempDir Path folder;

    /// What a gateway wrote down that stopped ten minutes ago.
    @BeforeEach
    void written() {
        long then = World.NOW.minusSeconds(600).toEpochMilli();
        try (var store =
                SqliteStore.open(folder.resolve("data"), StoreSettings.DEFAULTS, () -> World.NOW)) {
            store.putStates(
                            "rate",
                            List.of(
                                    StateEntry.ofText(
                                            "per-client 192.0.2.1",
                                            then + " 2400000000000 3600000000000 60 60/1h",
                                            Optional.empty()),
                                    StateEntry.ofText(
                                            "per-client 192.0.2.2",
                                            then + " 60000000000 3600000000000 60 60/1h",
                                            Optional.empty())))
                    .join();
            store.putState(
                            "suspended",
                            StateEntry.ofText(
                                    "user anna", then + " 900 recipients", Optional.empty()))
                    .join();
        }
    }

    private World.Result run(String... words) {
        return new World(folder).run(words);
    }

    @Test
    @DisplayName("rates show: what has not come back yet, in a table and as JSON")
    void show() {
        var shown = run("rates", "show");
        assertEquals(0, shown.code(), shown.err());
        assertEquals(
                """
                RATE        USED  OF  LIMIT   FULL IN  KEY
                per-client  30    60  60/1h   30m      192.0.2.1
                """
                        .replaceAll(" +", " "),
                shown.out().replaceAll(" +", " "));
        assertTrue(run("rates", "show", "192.0.2.1", "--json").out().contains("\"used\" : 30"));
        assertTrue(run("rates", "show", "192.0.2.2").out().startsWith("Nothing is used up"));
        assertEquals(Failure.USAGE, run("rates", "show", "--limit", "0").code());
        assertEquals(Failure.USAGE, run("rates").code());
    }

    @Test
    @DisplayName("rates reset: fills, and says by its exit code whether there was anything to fill")
    void reset() {
        var reset = run("rates", "reset", "192.0.2.1");
        assertEquals(0, reset.code(), reset.err());
        assertEquals("1 bucket filled\n", reset.out());
        assertEquals(Failure.NOT, run("rates", "reset", "192.0.2.1").code());
        assertEquals(Failure.NOT, run("rates", "reset", " ").code());
    }

    @Test
    @DisplayName("users suspended and resume")
    void resume() {
        var listed = run("users", "suspended");
        assertEquals(0, listed.code(), listed.err());
        assertTrue(listed.out().contains("anna  user  10m  900 recipients"), listed.out());
        assertTrue(run("users", "suspended", "--json").out().contains("\"name\" : \"anna\""));
        var resumed = run("users", "resume", "anna");
        assertEquals(0, resumed.code(), resumed.err());
        assertEquals("anna may send again\n", resumed.out());
        var again = run("users", "resume", "anna");
        assertEquals(Failure.NOT, again.code());
        assertTrue(again.err().contains("anna is not suspended; see who is with"), again.err());
        assertEquals("Nobody is suspended.\n", run("users", "suspended").out());
    }
}
