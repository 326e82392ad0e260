package io.postern.gateway.users;

import java.time.Duration;

/// How a reply is held back: a sleep of the session's virtual thread, which holds no other thread.
@FunctionalInterface
public interface Pause {
    /// Returns after that time, or at once when the thread is interrupted.
    void rest(Duration time);

    /// A real one.
    Pause SLEEP =
            time -> {
                try {
                    Thread.sleep(time);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            };
}
