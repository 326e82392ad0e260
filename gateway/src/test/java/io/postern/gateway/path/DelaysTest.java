package io.postern.gateway.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The tarpit")
@Timeout(60)
class DelaysTest {
    @Test
    @DisplayName("holds no thread of the machine for five thousand sessions; those above wait not")
    void noThread() throws InterruptedException {
        var delays = new Delays(5000, Duration.ofMinutes(5));
        var threads = ManagementFactory.getThreadMXBean(); // virtual ones are not counted
        var sessions = new ArrayList<Thread>();
        int before = 0;
        for (int i = 0; i < 5000; i++) {
            sessions.add(Thread.startVirtualThread(() -> delays.await(Duration.ofMinutes(5))));
            if (i == 99) {
                before = threads.getThreadCount(); // carriers are there now
            }
        }
        while (delays.waiting() < 5000) {
            Thread.onSpinWait();
        }
        int more = threads.getThreadCount() - before;
        assertTrue(more < 20, more + " threads more");
        delays.await(Duration.ofMinutes(5)); // returns at once: there is no room
        delays.close();
        for (var session : sessions) {
            session.join();
        }
        assertEquals(0, delays.waiting());
    }
}
