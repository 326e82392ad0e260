package io.postern.gateway.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.Situations;
import io.postern.store.SqliteStore;
import io.postern.store.StateStore;
import io.postern.store.StoreSettings;
import io.postern.testkit.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("RFC 6647 greylisting")
@Timeout(60)
class GreylistTest {
    private static final String CLIENT = "192.0.2.25";
    private static final String FROM = "joe@stranger.example";
    private static final String TO = "info@example.com";
    private static final String OFF = "rcpt 451 4.7.1 come again in some minutes";
    private static final String ON = "[greylist]\nenabled = true\nentries = 1000\n";

    @TempDir Path folder;
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    private SqliteStore store;

    @BeforeEach
    void open() {
        store = SqliteStore.open(folder, StoreSettings.DEFAULTS, clock);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Greylist greylist(Config config) {
        return greylist(config, store);
    }

    private Greylist greylist(Config config, StateStore states) {
        return new Greylist(config.greylist(), states, new Postmaster(config), _ -> false, clock);
    }

    private static String play(Config config, Greylist list, String client, String from) {
        return Situations.of(config, client, "a.example").play(list, from, TO);
    }

    @Test
    @DisplayName("is off unless asked for")
    void off() {
        var config = Situations.config("");
        assertEquals("pass", play(config, greylist(config), CLIENT, FROM));
    }

    @Test
    @DisplayName("the first try is put off, a later one passes, and so do those after it")
    void triplet() {
        var config = Situations.config(ON);
        var list = greylist(config);
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofMinutes(4));
        assertEquals(OFF, play(config, list, CLIENT, FROM), "too early");
        clock.advance(Duration.ofMinutes(1));
        assertEquals("pass", play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofDays(34));
        assertEquals("pass", play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofDays(34));
        assertEquals("pass", play(config, list, CLIENT, FROM), "kept since its last use");
        clock.advance(Duration.ofDays(36));
        assertEquals(OFF, play(config, list, CLIENT, FROM), "forgotten");
    }

    @Test
    @DisplayName("a clock that is set back makes nobody wait until it has caught up")
    void clockSetBack() {
        var config = Situations.config(ON);
        var list = greylist(config);
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofHours(-12));
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofMinutes(5));
        assertEquals("pass", play(config, list, CLIENT, FROM));
    }

    @Test
    @DisplayName("another reverse-path, forward-path or network is another triplet")
    void others() {
        var config = Situations.config(ON);
        var list = greylist(config);
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofMinutes(6));
        assertEquals(OFF, play(config, list, CLIENT, "ann@stranger.example"));
        assertEquals(OFF, play(config, list, "192.0.3.25", FROM));
        assertEquals(
                OFF,
                Situations.of(config, CLIENT, "a.example").play(list, FROM, "sales@example.com"));
        assertEquals("pass", play(config, list, CLIENT, FROM.toUpperCase(java.util.Locale.ROOT)));
    }

    @Test
    @DisplayName("a host of the same /24 or /64 may come again in place of the first")
    void networks() {
        var config = Situations.config(ON);
        var list = greylist(config);
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        assertEquals(OFF, play(config, list, "2001:db8:1:2::3", FROM));
        clock.advance(Duration.ofMinutes(6));
        assertEquals("pass", play(config, list, "192.0.2.99", FROM));
        assertEquals("pass", play(config, list, "2001:db8:1:2:ffff::1", FROM));
        assertEquals(OFF, play(config, list, "2001:db8:1:3::3", FROM));
    }

    @Test
    @DisplayName("one that comes again too late is a first try")
    void window() {
        var config = Situations.config(ON);
        var list = greylist(config);
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofHours(25));
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        clock.advance(Duration.ofMinutes(6));
        assertEquals("pass", play(config, list, CLIENT, FROM));
    }

    @Test
    @DisplayName("a network of which enough triplets have passed passes whole")
    void autoAllow() {
        var config = Situations.config(ON + "auto_allow = 3\n");
        var list = greylist(config);
        for (int i = 0; i < 3; i++) {
            assertEquals(OFF, play(config, list, CLIENT, "a" + i + "@b.example"));
        }
        clock.advance(Duration.ofMinutes(6));
        for (int i = 0; i < 3; i++) {
            assertEquals(OFF, play(config, list, CLIENT, "new" + i + "@b.example"));
            assertEquals("pass", play(config, list, CLIENT, "a" + i + "@b.example"));
        }
        assertEquals("pass", play(config, list, "192.0.2.77", "never@seen.example"));
        assertEquals(OFF, play(config, list, "192.0.3.77", "never@seen.example"));
    }

    @Test
    @DisplayName("postmaster, exempt networks, inside hosts and known good clients are not put off")
    void exempt() {
        var config = Situations.config(ON + "exempt = ['198.51.100.0/24']\n");
        var list = greylist(config);
        var play = Situations.of(config, CLIENT, "a.example");
        assertEquals("pass", play.play(list, FROM, "postmaster@example.com"));
        assertEquals("pass", play(config, list, "198.51.100.9", FROM));
        assertEquals("pass", play.outbound().play(list, FROM, TO));
        var known =
                new Greylist(config.greylist(), store, new Postmaster(config), _ -> true, clock);
        assertEquals("pass", play(config, known, CLIENT, FROM));
    }

    @Test
    @DisplayName("what is remembered survives a restart")
    void restart() {
        var config = Situations.config(ON + "auto_allow = 1\n");
        var before = greylist(config);
        assertEquals(OFF, play(config, before, CLIENT, FROM));
        assertEquals(OFF, play(config, before, "198.51.100.1", FROM));
        clock.advance(Duration.ofMinutes(6));
        assertEquals("pass", play(config, before, CLIENT, FROM));
        before.flush();
        before.close();
        store.close();
        open();
        var after = greylist(config);
        assertEquals("pass", play(config, after, "192.0.2.9", "other@b.example"), "the network");
        assertEquals("pass", play(config, after, "198.51.100.2", FROM), "it had waited");
        assertEquals(OFF, play(config, after, "203.0.113.1", FROM));
    }

    @Test
    @DisplayName("a flood of first tries is bounded, and does not push out what was earned")
    void bounded() {
        var config = Situations.config(ON);
        var list = greylist(config);
        assertEquals(OFF, play(config, list, CLIENT, FROM));
        assertEquals(OFF, play(config, list, "198.51.100.1", FROM));
        clock.advance(Duration.ofMinutes(6));
        assertEquals("pass", play(config, list, CLIENT, FROM));
        // One network: only its part of what waits.
        for (int i = 0; i < 5000; i++) {
            assertEquals(OFF, play(config, list, "203.0.113." + i % 250, i + "@flood.example"));
        }
        assertTrue(list.remembered() <= 104, list.remembered() + " entries");
        assertEquals("pass", play(config, list, "198.51.100.1", FROM), "not pushed out");
        // Many networks: what waits is pushed out, what has passed is not.
        for (int i = 0; i < 5000; i++) {
            var client = "10." + i / 250 + "." + i % 250 + ".1";
            assertEquals(OFF, play(config, list, client, FROM));
        }
        assertTrue(list.remembered() <= 1000, list.remembered() + " entries");
        assertEquals("pass", play(config, list, CLIENT, FROM));
        assertEquals("pass", play(config, list, "198.51.100.1", FROM));
    }

    @Test
    @DisplayName("settings that contradict themselves stop start-up")
    void wrong() {
        for (var toml : new String[] {"reply = '550 5.7.1 never'", "delay = '1h'\nwindow = '1h'"}) {
            var config = Situations.config(ON + toml + "\n");
            assertThrows(ConfigException.class, () -> greylist(config));
        }
    }
}
