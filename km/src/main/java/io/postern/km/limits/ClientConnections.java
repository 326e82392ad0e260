package io.postern.km.limits;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Connections of each client that are open now. Any number of threads.
public final class ClientConnections {
    private final int most;
    private final Map<ClientNetwork, Integer> open = new HashMap<>();

    /// @param most of one client at once
    public ClientConnections(int most) {
        this.most = most;
    }

    /// Counts one more, unless that is too many; what is counted is to [#leave].
    public synchronized boolean enter(InetAddress client) {
        var key = ClientNetwork.of(client);
        int now = open.getOrDefault(key, 0);
        if (now >= most) {
            return false;
        }
        open.put(key, now + 1);
        return true;
    }

    /// One that was counted is closed.
    public synchronized void leave(InetAddress client) {
        open.computeIfPresent(ClientNetwork.of(client), (_, now) -> now > 1 ? now - 1 : null);
    }
}
