package io.postern.gateway.delivery;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// When the next attempt is due. RFC 5321 §4.5.4.1.
///
/// @param waits by number of attempts made; the last one repeats
record RetrySchedule(List<Duration> waits, RandomGenerator random) {
    /// The wait after that many attempts (1 or more), lengthened by up to a fifth so that mail
    /// which failed together does not come back together.
    Duration after(int attempts) {
        var wait = waits.get(Math.min(Math.max(attempts, 1), waits.size()) - 1);
        return wait.plusMillis((long) (wait.toMillis() * 0.2 * random.nextDouble()));
    }
}
