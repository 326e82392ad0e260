package io.postern.km.http;

import io.postern.km.limits.ClientConnections;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;

/// Closes a connection of a client that has too many.
final class PerClient implements Connection.Listener {
    private final ClientConnections clients;
    private final Map<Connection, InetAddress> counted = new ConcurrentHashMap<>();

    PerClient(int most) {
        clients = new ClientConnections(most);
    }

    @Override
    public void onOpened(Connection connection) {
        if (!(connection.getEndPoint().getRemoteSocketAddress()
                instanceof InetSocketAddress client)) {
            return; // gone already
        }
        if (clients.enter(client.getAddress())) {
            counted.put(connection, client.getAddress());
        } else {
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        var client = counted.remove(connection);
        if (client != null) {
            clients.leave(client);
        }
    }
}
