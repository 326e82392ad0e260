package io.postern.gateway.users;

import static io.postern.gateway.users.UserRig.client;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Lock-out after failed logins")
class LockoutsTest {
    private static final String BOUNDS =
            "failures = 2\nfailures_per_client = 4\nlock = \"30s\"\nlongest_lock = \"2m\"\n";

    @TempDir private Path folder;

    private static Optional<Duration> seconds(long seconds) {
        return Optional.of(Duration.ofSeconds(seconds));
    }

    private static void fails(UserRig rig, String user, String client) {
        assertEquals(Optional.empty(), rig.lockouts.begin(user, client(client)));
    }

    private static Optional<Duration> lock(UserRig rig, String user, String client) {
        return rig.lockouts.begin(user, client(client));
    }

    @Test
    @DisplayName("a name is locked after so many failures, from everywhere, for longer each time")
    void name() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            fails(rig, "alice", "192.0.2.1");
            fails(rig, "alice", "192.0.2.2");
            assertEquals(seconds(30), lock(rig, "alice", "192.0.2.3"));
            rig.clock.advance(Duration.ofSeconds(10));
            assertEquals(
                    seconds(20), lock(rig, "alice", "192.0.2.3"), "asking does not lengthen it");
            for (long next : new long[] {60, 120, 120}) {
                rig.clock.advance(Duration.ofMinutes(2));
                fails(rig, "alice", "192.0.2." + next);
                assertEquals(seconds(next), lock(rig, "alice", "192.0.2.3"));
            }
            fails(rig, "bob", "192.0.2.3");
        }
    }

    @Test
    @DisplayName("a clock that is set back makes no lock longer than the longest")
    void clockSetBack() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            fails(rig, "alice", "192.0.2.1");
            fails(rig, "alice", "192.0.2.2");
            assertEquals(seconds(30), lock(rig, "alice", "192.0.2.3"));
            rig.clock.advance(Duration.ofHours(-1));
            fails(rig, "alice", "192.0.2.3");
        }
    }

    @Test
    @DisplayName("a client is locked out for every name; an IPv6 /64 is one client")
    void client64() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            for (int i = 1; i <= 4; i++) {
                fails(rig, "user" + i, "2001:db8::" + i);
            }
            assertEquals(seconds(30), lock(rig, "user9", "2001:db8::9"));
            fails(rig, "user9", "2001:db8:0:1::9");
        }
    }

    @Test
    @DisplayName("success forgets the name's failures, but of the client's only its own")
    void success() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            fails(rig, "alice", "192.0.2.1");
            fails(rig, "mallory", "192.0.2.1");
            rig.lockouts.succeeded("mallory", client("192.0.2.1"));
            fails(rig, "carol", "192.0.2.1");
            fails(rig, "mallory", "192.0.2.1");
            rig.lockouts.succeeded("mallory", client("192.0.2.1"));
            fails(rig, "dave", "192.0.2.1");
            fails(rig, "erin", "192.0.2.1");
            assertEquals(seconds(30), lock(rig, "mallory", "192.0.2.1"));
        }
    }

    @Test
    @DisplayName("others' failures don't lock a user out of where the user has logged in before")
    void known() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            fails(rig, "alice", "192.0.2.1");
            rig.lockouts.succeeded("alice", client("192.0.2.1"));
            fails(rig, "alice", "198.51.100.1");
            fails(rig, "alice", "198.51.100.1");
            assertEquals(seconds(30), lock(rig, "alice", "198.51.100.1"));
            fails(rig, "alice", "192.0.2.1");
        }
    }

    @Test
    @DisplayName("an attempt that came to nothing through us counts no more")
    void undecided() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            for (int i = 0; i < 10; i++) {
                fails(rig, "alice", "192.0.2.1");
                rig.lockouts.undecided("alice", client("192.0.2.1"));
            }
        }
    }

    @Test
    @DisplayName("failures are forgotten after a day")
    void forgotten() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            fails(rig, "alice", "192.0.2.1");
            rig.clock.advance(Duration.ofHours(25));
            fails(rig, "alice", "192.0.2.1");
            fails(rig, "bob", "192.0.2.9");
        }
    }

    @Test
    @DisplayName("a lock outlives the process")
    void restart() {
        try (var rig = new UserRig(folder, BOUNDS)) {
            fails(rig, "alice", "192.0.2.1");
            fails(rig, "alice", "192.0.2.1");
        } // closing writes what waits
        try (var rig = new UserRig(folder, BOUNDS)) {
            assertEquals(seconds(30), lock(rig, "alice", "192.0.2.7"));
            rig.clock.advance(Duration.ofMinutes(1));
            fails(rig, "alice", "192.0.2.7");
            assertEquals(seconds(60), lock(rig, "alice", "192.0.2.7"), "the count went on");
        }
    }
}
