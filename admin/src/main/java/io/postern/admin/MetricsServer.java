package io.postern.admin;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/// `/metrics` for Prometheus and `/health` for whoever restarts things, on a TCP address of the
/// configuration. Reads only; tells nothing of single messages.
public final class MetricsServer implements AutoCloseable {
    private final Server server;
    private final ServerConnector connector;

    private MetricsServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /// Listens there.
    ///
    /// @param scrape the metrics in Prometheus' text format
    /// @param health asked at every request
    /// @throws OperationException when the address can't be used
    public static MetricsServer start(
            InetSocketAddress address, Supplier<String> scrape, Supplier<HealthView> health) {
        var server = Servers.create("metrics");
        server.setHandler(new Pages(scrape, health));
        var connector = new ServerConnector(server, 1, 1, Servers.http());
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        Servers.start(
                server,
                connector,
                address.getHostString() + ":" + address.getPort() + " for metrics",
                "another program may use the port; change [metrics] address");
        return new MetricsServer(server, connector);
    }

    /// The port, for when 0 was asked for.
    public int port() {
        return connector.getLocalPort();
    }

    /// Idempotent.
    @Override
    public void close() {
        Servers.stop(server);
    }

    private static final class Pages extends Handler.Abstract {
        private final Supplier<String> scrape;
        private final Supplier<HealthView> health;

        Pages(Supplier<String> scrape, Supplier<HealthView> health) {
            this.scrape = scrape;
            this.health = health;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (!request.getMethod().equals("GET")) {
                return write(response, callback, 405, "text/plain", "use GET\n");
            }
            return switch (Request.getPathInContext(request)) {
                case "/metrics" ->
                        write(
                                response,
                                callback,
                                200,
                                "text/plain; version=0.0.4; charset=utf-8",
                                scrape.get());
                case "/health" -> {
                    var view = health.get();
                    yield write(
                            response,
                            callback,
                            view.status().equals(HealthView.OK) ? 200 : 503,
                            "application/json",
                            Json.text(view) + "\n");
                }
                default ->
                        write(
                                response,
                                callback,
                                404,
                                "text/plain",
                                "there are /metrics and /health\n");
            };
        }

        private static boolean write(
                Response response, Callback callback, int status, String type, String text) {
            var octets = text.getBytes(StandardCharsets.UTF_8);
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, octets.length);
            response.write(true, ByteBuffer.wrap(octets), callback);
            return true;
        }
    }
}
