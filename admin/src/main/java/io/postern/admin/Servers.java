package io.postern.admin;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the HTTP servers here are made and stopped: few threads, small bounds, no talk about
/// themselves.
final class Servers {
    private static final Logger LOG = LoggerFactory.getLogger(Servers.class);

    /// A connector takes two; the rest answer. An operator and a scraper need no more.
    private static final int THREADS = 8;

    private static final long STOP_MILLIS = 2_000;

    private Servers() {}

    /// A server without connectors, not started.
    static Server create(String name) {
        var threads = new QueuedThreadPool(THREADS, 1);
        threads.setName(name);
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        var server = new Server(threads);
        server.setStopTimeout(STOP_MILLIS);
        return server;
    }

    /// HTTP/1.1 with small bounds.
    static HttpConnectionFactory http() {
        var config = new HttpConfiguration();
        config.setSendServerVersion(false);
        config.setRequestHeaderSize(8 * 1024);
        config.setIdleTimeout(TimeUnit.SECONDS.toMillis(30));
        return new HttpConnectionFactory(config);
    }

    /// Opens a connector with its server; on failure nothing stays open.
    ///
    /// @throws OperationException that names where it should have listened
    static void start(Server server, Connector connector, String where, String remedy) {
        server.addConnector(connector);
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            var cause = e.getCause() == null ? e : e.getCause();
            throw OperationException.unavailable(
                    "can't listen on " + where + ": " + cause.getMessage(), remedy, e);
        }
    }

    /// Lets running requests end for a short while. Idempotent.
    static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.info("a server did not stop cleanly: {}", e.toString());
        }
    }
}
