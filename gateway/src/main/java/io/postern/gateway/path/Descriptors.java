package io.postern.gateway.path;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Keeps file descriptors back for what must go on when strangers take all that they can:
/// deliveries, look-ups, files of content, sessions of our own hosts. Safe for many threads.
public final class Descriptors {
    /// A delivery is a socket, a large message a file.
    private static final long RESERVE = 256;

    private final LongSupplier most;
    private final LongSupplier open;

    /// How many more strangers there may be, as far as is known since the last look.
    private final AtomicLong room = new AtomicLong();

    /// Those of this process; without bound where the system has none.
    public static Descriptors ofProcess() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean system
                ? new Descriptors(
                        system::getMaxFileDescriptorCount, system::getOpenFileDescriptorCount)
                : new Descriptors(() -> Integer.MAX_VALUE, () -> 0);
    }

    /// @param most that the process may have open
    /// @param open now
    Descriptors(LongSupplier most, LongSupplier open) {
        this.most = most;
        this.open = open;
        look();
    }

    /// Counts again. Called about once a second, and not for each connection: counting costs as
    /// much as there is to count.
    public void look() {
        long bound = most.getAsLong();
        long reserve = Math.min(RESERVE, bound / 8);
        long now = open.getAsLong();
        // Counting needs one itself: without any it fails.
        room.set(now < 0 ? 0 : bound - reserve - now);
    }

    /// Whether one more stranger may come in.
    public boolean admit() {
        return room.decrementAndGet() >= 0;
    }
}
