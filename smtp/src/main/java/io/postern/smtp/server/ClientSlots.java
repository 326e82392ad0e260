package io.postern.smtp.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/// How many sessions each client has. A client is an IPv4 address or an IPv6 /64: who has one
/// address of a /64 has them all.
final class ClientSlots {
    private final int limit;
    private final ConcurrentHashMap<Long, Integer> taken = new ConcurrentHashMap<>();

    ClientSlots(int limit) {
        this.limit = limit;
    }

    /// Takes a slot; false when that client has all of its own.
    boolean take(InetAddress client) {
        var granted = new boolean[1];
        taken.compute(
                key(client),
                (_, count) -> {
                    int now = count == null ? 0 : count;
                    granted[0] = now < limit;
                    return granted[0] ? now + 1 : now;
                });
        return granted[0];
    }

    /// Gives a slot back that was taken.
    void giveBack(InetAddress client) {
        taken.computeIfPresent(key(client), (_, count) -> count == 1 ? null : count - 1);
    }

    /// Clients that have a session.
    int clients() {
        return taken.size();
    }

    // An IPv4 address never looks like a /64 in use: ::/64 holds loopback and nothing routed.
    private static long key(InetAddress client) {
        var octets = ByteBuffer.wrap(client.getAddress());
        return client instanceof Inet6Address ? octets.getLong() : octets.getInt() & 0xffffffffL;
    }
}
