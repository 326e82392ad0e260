package io.postern.km.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Counts wrong tries of a client: ten in a quarter of an hour, then none for the rest of it. A
/// token can't be guessed anyhow; this keeps the noise down. Any number of threads.
final class Tries {
    static final Duration WINDOW = Duration.ofMinutes(15);
    private static final int MOST = 10;
    private static final int CLIENTS = 10_000;

    /// Of IPv6 a client has a network of 64 bits.
    private static final int NETWORK = 8;

    private final InstantSource clock;
    private final Map<Client, Count> counts =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Client, Count> eldest) {
                    return size() > CLIENTS;
                }
            };

    private record Client(java.util.List<Byte> prefix) {}

    private record Count(Instant until, int wrong) {}

    Tries(InstantSource clock) {
        this.clock = clock;
    }

    private static Client client(InetAddress address) {
        var octets = address.getAddress();
        var prefix = address instanceof Inet6Address ? Arrays.copyOf(octets, NETWORK) : octets;
        var list = new java.util.ArrayList<Byte>();
        for (byte octet : prefix) {
            list.add(octet);
        }
        return new Client(java.util.List.copyOf(list));
    }

    synchronized boolean allowed(InetAddress address) {
        var count = counts.get(client(address));
        return count == null || count.wrong < MOST || !clock.instant().isBefore(count.until);
    }

    synchronized void wrong(InetAddress address) {
        var client = client(address);
        var now = clock.instant();
        var count = counts.get(client);
        counts.put(
                client,
                count == null || !now.isBefore(count.until)
                        ? new Count(now.plus(WINDOW), 1)
                        : new Count(count.until, count.wrong + 1));
    }
}
