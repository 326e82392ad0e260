package io.postern.gateway.delivery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 5321 §4.5.4.1: waits between attempts")
class RetryScheduleTest {
    private static final List<Duration> WAITS = List.of(Duration.ofMinutes(1), Duration.ofHours(1));

    @Test
    @DisplayName("each attempt has its wait, the last repeats, and chance adds at most a fifth")
    void waits() {
        var schedule = new RetrySchedule(WAITS, new Random(7));
        for (int attempts = 1; attempts < 50; attempts++) {
            var least = attempts == 1 ? WAITS.getFirst() : WAITS.getLast();
            var wait = schedule.after(attempts);
            assertTrue(wait.compareTo(least) >= 0, wait::toString);
            assertTrue(wait.compareTo(least.multipliedBy(6).dividedBy(5)) <= 0, wait::toString);
        }
    }
}
