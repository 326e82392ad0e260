package io.postern.km.http;

import io.postern.km.limits.ClientRates;
import io.postern.km.limits.ServiceLimits;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// [KmPages] on a TCP address, in clear: what it hands out is signed, and clients that check a
/// certificate can't check another for it. Strangers may ask; all is bounded: connections, sizes,
/// and the time for a request.
public final class KmHttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KmHttpServer.class);
    private static final int THREADS = 8;
    private static final int HEADER = 32 * 1024;
    // For a request's content, however slowly it trickles in.
    private static final long CONTENT_SECONDS = 20;
    private static final long IDLE_MILLIS = 10_000;
    private static final long STOP_MILLIS = 2_000;
    private static final String MINUTE = Long.toString(TimeUnit.MINUTES.toSeconds(1));

    private final Server server;
    private final ServerConnector connector;

    private KmHttpServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /// Listens there.
    ///
    /// @param address port 0 for any
    /// @throws IOException when the address can't be used
    public static KmHttpServer start(InetSocketAddress address, KmPages pages, ServiceLimits limits)
            throws IOException {
        return start(address, pages, Optional.empty(), limits);
    }

    /// The same with the page for invited people.
    public static KmHttpServer start(
            InetSocketAddress address,
            KmPages pages,
            Optional<EnrolPages> enrol,
            ServiceLimits limits)
            throws IOException {
        var threads = new QueuedThreadPool(THREADS, 1);
        threads.setName("km-http");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        // An answer may wait for the database, and content for its sender.
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        var server = new Server(threads);
        server.setStopTimeout(STOP_MILLIS);
        server.setHandler(new Pages(pages, enrol, limits.rates()));
        var config = new HttpConfiguration();
        config.setSendServerVersion(false);
        config.setRequestHeaderSize(HEADER);
        config.setIdleTimeout(IDLE_MILLIS);
        // Base 64 in a path has slashes, encoded ones too. Paths are compared as they are sent, and
        // lead to no file: nothing is ambiguous here.
        config.setUriCompliance(UriCompliance.UNSAFE);
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(config));
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
        connector.addEventListener(new PerClient(limits.perClient()));
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            throw new IOException(
                    "can't listen on "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e);
        }
        return new KmHttpServer(server, connector);
    }

    /// The port, for when 0 was asked for.
    public int port() {
        return connector.getLocalPort();
    }

    /// Idempotent.
    @Override
    public void close() {
        stop(server);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.info("a server did not stop cleanly: {}", e.toString());
        }
    }

    private static final class Pages extends Handler.Abstract {
        private final KmPages pages;
        private final Optional<EnrolPages> enrol;
        private final ClientRates rates;

        Pages(KmPages pages, Optional<EnrolPages> enrol, ClientRates rates) {
            this.pages = pages;
            this.enrol = enrol;
            this.rates = rates;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws IOException {
            var page =
                    allowed(request)
                            ? answer(request, content(request))
                            : Page.error(429, "too many requests: come again in a minute")
                                    .with("Retry-After", MINUTE);
            response.setStatus(page.status());
            page.fields().forEach(response.getHeaders()::put);
            response.write(true, page.content(), callback);
            return true;
        }

        /// RFC 6585 §4.
        private boolean allowed(Request request) {
            return !(request.getConnectionMetaData().getRemoteSocketAddress()
                            instanceof InetSocketAddress client)
                    || rates.take(client.getAddress(), 1);
        }

        private static byte[] content(Request request) throws IOException {
            if (!request.getMethod().equals("POST")) {
                return new byte[0];
            }
            var peer = request.getConnectionMetaData().getConnection().getEndPoint();
            var deadline =
                    request.getComponents()
                            .getScheduler()
                            .schedule(peer::close, CONTENT_SECONDS, TimeUnit.SECONDS);
            try (var content = Content.Source.asInputStream(request)) {
                return content.readNBytes(KmPages.LONGEST_CONTENT + 1);
            } finally {
                deadline.cancel();
            }
        }

        private Page answer(Request request, byte[] content) {
            var uri = request.getHttpURI();
            var asked =
                    new Asked(
                            request.getMethod(),
                            uri.getPath() == null ? "" : uri.getPath(),
                            Optional.ofNullable(uri.getQuery()),
                            field(request, HttpHeader.IF_NONE_MATCH),
                            field(request, HttpHeader.IF_MODIFIED_SINCE));
            try {
                return enrol.isPresent()
                                && request.getConnectionMetaData().getRemoteSocketAddress()
                                        instanceof InetSocketAddress client
                                && pages.here(asked).path().equals(EnrolPages.PATH)
                        ? enrol.get().answer(asked, content, client.getAddress())
                        : pages.answer(asked, content);
            } catch (KmException e) {
                // Said by who looks at the vault, not for each of a thousand requests.
                LOG.debug("no answer for {}: {}", asked.path(), e.getMessage());
                return later();
            } catch (RuntimeException e) {
                // Our own trouble: clients come again.
                LOG.error("no answer for {} {}", asked.method(), asked.path(), e);
                return later();
            }
        }

        private static Page later() {
            return Page.error(503, "try again later").with("Retry-After", MINUTE);
        }

        private static Optional<String> field(Request request, HttpHeader name) {
            return Optional.ofNullable(request.getHeaders().get(name));
        }
    }
}
