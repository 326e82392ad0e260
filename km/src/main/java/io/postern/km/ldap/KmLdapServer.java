package io.postern.km.ldap;

import io.postern.km.http.Published;
import io.postern.km.limits.ClientConnections;
import io.postern.km.limits.ServiceLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory on a TCP address. Strangers may ask; all is bounded: connections, sizes, depth,
/// requests, and every wait.
///
/// The loop is ours, the codec is UnboundID's: its listener has a platform thread for each
/// connection, waits for ever for a client that is silent, and decodes filters of any depth by
/// calling itself.
public final class KmLdapServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KmLdapServer.class);
    private static final int BACKLOG = 100;
    private static final long LOOK_SECONDS = 1;

    /// Answers of megabytes at once; a list of 100,000 entries has four, and is copied twice.
    private static final int LARGE = 8;

    private final ServerSocket listening;
    private final boolean implicitTls;
    private final Connection.Means means;
    private final Semaphore permits;
    private final ClientConnections clients;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Thread accepting;
    private final Thread watching;

    /// Who asks, and by which door.
    ///
    /// @param implicit whether TLS is from the beginning (`ldaps`), or on request (StartTLS)
    /// @param context the certificates of now, asked at each handshake; empty for no TLS
    public record Tls(boolean implicit, Supplier<Optional<SSLContext>> context) {}

    private KmLdapServer(
            ServerSocket listening, Tls tls, Connection.Means means, ServiceLimits limits) {
        this.listening = listening;
        implicitTls = tls.implicit();
        this.means = means;
        permits = new Semaphore(limits.connections());
        clients = new ClientConnections(limits.perClient());
        accepting = Thread.ofVirtual().name("km-ldap-accept").unstarted(this::accept);
        watching = Thread.ofVirtual().name("km-ldap-watch").unstarted(this::watch);
    }

    /// Listens there.
    ///
    /// @param address port 0 for any
    /// @throws IOException when the address can't be used
    public static KmLdapServer start(
            InetSocketAddress address,
            Tls tls,
            Published published,
            DirectoryRules rules,
            ServiceLimits limits)
            throws IOException {
        var answers = new Answers(published, rules);
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address, BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "can't listen on "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + ": "
                            + e.getMessage(),
                    e);
        }
        var server =
                new KmLdapServer(
                        socket,
                        tls,
                        new Connection.Means(
                                answers, limits.rates()::take, tls.context(), new Semaphore(LARGE)),
                        limits);
        server.accepting.start();
        server.watching.start();
        return server;
    }

    /// The port, for when 0 was asked for.
    public int port() {
        return listening.getLocalPort();
    }

    /// Connections open now.
    public int connections() {
        return open.size();
    }

    private void accept() {
        while (!listening.isClosed()) {
            boolean taken = false;
            try {
                permits.acquire();
                taken = true;
                var socket = listening.accept();
                if (clients.enter(socket.getInetAddress())) {
                    serve(socket);
                    taken = false; // given back at its end
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    LOG.warn("the directory takes no connection for now: {}", e.toString());
                    pause();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                if (taken) {
                    permits.release();
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(LOOK_SECONDS); // such as for want of file handles
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket socket) {
        var connection = new Connection(socket, implicitTls, means);
        open.add(connection);
        Thread.ofVirtual()
                .name("km-ldap")
                .start(() -> {
                    try {
                        connection.run();
                    } finally {
                        open.remove(connection);
                        clients.leave(socket.getInetAddress());
                        permits.release();
                    }
                });
        if (listening.isClosed()) {
            connection.close();
        }
    }

    private void watch() {
        while (!listening.isClosed()) {
            long now = System.nanoTime();
            open.forEach(connection -> connection.watch(now));
            pause();
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    /// Ends what is under way. Idempotent.
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            LOG.info("a server did not stop cleanly: {}", e.toString());
        }
        accepting.interrupt();
        watching.interrupt();
        open.forEach(Connection::close);
    }
}
