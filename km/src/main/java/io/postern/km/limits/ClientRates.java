package io.postern.km.limits;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/// Requests a minute of each client, as a bucket that holds a minute's worth and fills steadily.
/// Bounded: of more clients than [#CLIENTS] those that were silent longest are forgotten. Any
/// number of threads.
public final class ClientRates {
    private static final int CLIENTS = 20_000;
    private static final double MINUTE = 60e9;

    private final int perMinute;
    private final LongSupplier nanos;
    private final LinkedHashMap<ClientNetwork, Bucket> buckets =
            new LinkedHashMap<>(16, 0.75f, true);
    private long refused;

    private static final class Bucket {
        private double left;
        private long at;

        Bucket(double left, long at) {
            this.left = left;
            this.at = at;
        }
    }

    /// @param perMinute at least 1
    /// @param nanos a clock that never steps back, such as [System#nanoTime]
    public ClientRates(int perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    /// Whether the client may be answered; what costs more than is left is refused and takes
    /// nothing, unless it costs more than a minute has.
    ///
    /// @param cost in requests, 1 or more
    public synchronized boolean take(InetAddress client, int cost) {
        long now = nanos.getAsLong();
        var bucket =
                buckets.computeIfAbsent(ClientNetwork.of(client), _ -> new Bucket(perMinute, now));
        bucket.left = Math.min(perMinute, bucket.left + (now - bucket.at) * (perMinute / MINUTE));
        bucket.at = now;
        if (buckets.size() > CLIENTS) {
            buckets.pollFirstEntry();
        }
        double price = Math.min(cost, perMinute);
        if (bucket.left < price) {
            refused++;
            return false;
        }
        bucket.left -= price;
        return true;
    }

    /// How many were refused since the start.
    public synchronized long refused() {
        return refused;
    }
}
