package io.postern.gateway.recipients;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.PasswordProvider;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultListener;
import com.unboundid.ldap.sdk.SearchResultReference;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.SingleServerSet;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Directory;
import io.postern.gateway.config.HostPort;
import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Asks an LDAP directory whether it has an entry, within a deadline that holds whatever a server
/// does: not answer, dribble octets, or never come to an end.
///
/// Each question runs on a thread of its own, so that the one who asked can leave; the question
/// keeps its permit until its connection is closed, so that no more than the configured number are
/// ever open. RFC 4511.
///
/// Servers are asked in their order, each for its share of the time. One that failed is not the
/// first to be asked for a minute.
final class LdapClient implements AutoCloseable {
    /// Octets of one message from the directory. We ask for no attributes, so an entry is its name.
    private static final int MAX_MESSAGE = 256 * 1024;

    /// Load balancers and directories drop what is open for long.
    private static final Duration MAX_CONNECTION_AGE = Duration.ofMinutes(10);

    private static final Duration BACK_TO_FIRST = Duration.ofMinutes(1);

    private final Directory settings;
    private final Semaphore permits;
    private final List<Server> servers;
    private volatile Order order;

    private record Server(HostPort host, LDAPConnectionPool pool) {}

    /// Which server is the first to be asked.
    private record Order(int first, long since) {}

    /// What the directory said.
    sealed interface Answer {
        record Yes() implements Answer {}

        record No() implements Answer {}

        /// No answer.
        ///
        /// @param ofTheDirectory whether the next question would meet the same
        record Trouble(String why, boolean ofTheDirectory) implements Answer {}
    }

    /// Connects to nobody yet.
    ///
    /// @throws ConfigException when the certificates can't be read
    LdapClient(Directory settings) {
        this.settings = settings;
        permits = new Semaphore(settings.connections());
        servers = settings.servers().stream().map(host -> server(settings, host)).toList();
        order = new Order(0, System.nanoTime());
    }

    /// Whether there is an entry.
    Answer ask(Filter filter) {
        long end = System.nanoTime() + settings.timeout().toNanos();
        try {
            if (!permits.tryAcquire(settings.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
                return new Answer.Trouble(
                        "all " + settings.connections() + " connections are busy", false);
            }
            var question = new Question(filter);
            // It releases the permit.
            Thread.ofVirtual().name("ldap").start(question);
            try {
                return question.answer.get(
                        Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                return question.giveUp();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Answer.Trouble("interrupted", false);
        }
    }

    /// A connection to the first server that there is, for longer work; the caller closes it.
    LDAPConnection connect() throws LDAPException {
        LDAPException last = null;
        for (var server : servers) {
            try {
                return server.pool().getConnection();
            } catch (LDAPException e) {
                last = e;
            }
        }
        throw last == null ? new LDAPException(ResultCode.CONNECT_ERROR, "no server") : last;
    }

    private int first() {
        var now = order;
        return System.nanoTime() - now.since() > BACK_TO_FIRST.toNanos() ? 0 : now.first();
    }

    private void prefer(int server) {
        if (order.first() != server) {
            order = new Order(server, System.nanoTime());
        }
    }

    @Override
    public void close() {
        servers.forEach(server -> server.pool().close());
    }

    /// One question, asked on its own thread.
    private final class Question implements Runnable, SearchResultListener {
        @Serial private static final long serialVersionUID = 1L;

        private final transient Filter filter;
        private final transient CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final AtomicBoolean found = new AtomicBoolean();
        private transient @Nullable LDAPConnection connection;
        private volatile int asking;
        private boolean givenUp;

        Question(Filter filter) {
            this.filter = filter;
        }

        @Override
        public void run() {
            try {
                answer.complete(ask());
            } catch (RuntimeException | Error e) {
                // The library decodes what a stranger may have sent.
                answer.complete(new Answer.Trouble("the answer can't be read: " + e, true));
            } finally {
                permits.release();
            }
        }

        private Answer ask() {
            var trouble = new ArrayList<String>();
            int first = first();
            for (int i = 0; i < servers.size() && !gone(); i++) {
                int at = (first + i) % servers.size();
                asking = at;
                switch (ask(servers.get(at))) {
                    case Answer.Trouble(var why, _) ->
                            trouble.add(servers.get(at).host() + ": " + why);
                    case Answer.Yes yes -> {
                        prefer(at);
                        return yes;
                    }
                    case Answer.No no -> {
                        prefer(at);
                        return no;
                    }
                }
            }
            return gone() ? timedOut() : new Answer.Trouble(String.join("; ", trouble), true);
        }

        /// A connection from the pool may have been closed by the server long ago: that is no
        /// answer, and the question goes to another one, once.
        private Answer ask(Server server) {
            for (int round = 0; ; round++) {
                LDAPConnection ready;
                try {
                    ready = server.pool().getConnection();
                } catch (LDAPException e) {
                    return new Answer.Trouble(words(e), true);
                }
                if (!hold(ready)) {
                    server.pool().discardConnection(ready);
                    return timedOut();
                }
                try {
                    ready.search(request());
                    server.pool().releaseConnection(ready);
                    return found.get() ? new Answer.Yes() : new Answer.No();
                } catch (LDAPSearchException e) {
                    var said = judge(server.pool(), ready, e);
                    if (said != null) {
                        return said;
                    }
                    if (round > 0 || gone() || e.getResultCode().equals(ResultCode.TIMEOUT)) {
                        return new Answer.Trouble(words(e), true);
                    }
                } catch (RuntimeException | Error e) {
                    server.pool().discardConnection(ready);
                    throw e;
                }
            }
        }

        /// What an unsuccessful search says; null when its connection was of no use.
        private @Nullable Answer judge(
                LDAPConnectionPool pool, LDAPConnection ready, LDAPSearchException e) {
            if (!e.getResultCode().isConnectionUsable()
                    || e.getResultCode().equals(ResultCode.TIMEOUT)) {
                pool.discardConnection(ready);
                return found.get() ? new Answer.Yes() : null;
            }
            pool.releaseConnection(ready);
            // RFC 4511 §4.5.1.4: one entry was all that we asked for.
            if (found.get() || e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                return new Answer.Yes();
            }
            // Among them noSuchObject: that there is no such base says nothing of an address.
            return new Answer.Trouble(words(e), true);
        }

        private SearchRequest request() {
            int seconds = (int) Math.max(1, settings.timeout().toSeconds());
            // RFC 4511 §4.5.1.8: "1.1" asks for no attributes.
            return new SearchRequest(
                    this,
                    settings.base(),
                    SearchScope.SUB,
                    DereferencePolicy.NEVER,
                    1,
                    seconds,
                    true,
                    filter,
                    SearchRequest.NO_ATTRIBUTES);
        }

        private synchronized boolean hold(LDAPConnection ready) {
            connection = ready;
            return !givenUp;
        }

        private synchronized boolean gone() {
            return givenUp;
        }

        /// Nobody waits any more: its connection is closed, which ends it.
        Answer giveUp() {
            LDAPConnection open;
            synchronized (this) {
                givenUp = true;
                open = connection;
            }
            if (open != null) {
                open.close();
            }
            prefer((asking + 1) % servers.size());
            return found.get() ? new Answer.Yes() : timedOut();
        }

        private Answer timedOut() {
            return new Answer.Trouble(
                    "no answer within " + settings.timeout().toMillis() + " ms", true);
        }

        @Override
        public void searchEntryReturned(SearchResultEntry entry) {
            found.set(true);
        }

        @Override
        public void searchReferenceReturned(SearchResultReference reference) {
            // RFC 4511 §4.5.3: another server may know more. It is not asked: what is searched is
            // what the configuration says, and Active Directory refers to zones for every search
            // at its root.
        }
    }

    /// What went wrong, on one line.
    static String words(LDAPException e) {
        var text = e.getResultCode() + ": " + e.getMessage();
        var clean = new StringBuilder();
        text.codePoints()
                .limit(300)
                .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return clean.toString();
    }

    private static Server server(Directory settings, HostPort host) {
        var options = new LDAPConnectionOptions();
        int share = (int) Math.max(100, settings.timeout().toMillis() / settings.servers().size());
        options.setConnectTimeoutMillis(share);
        options.setResponseTimeoutMillis(share);
        options.setAbandonOnTimeout(false);
        options.setFollowReferrals(false);
        options.setMaxMessageSize(MAX_MESSAGE);
        options.setUseKeepAlive(true);
        SocketFactory sockets = SocketFactory.getDefault();
        PostConnectProcessor afterwards = null;
        switch (settings.tls()) {
            case NONE -> {}
            case LDAPS -> sockets = tls(settings);
            case STARTTLS -> afterwards = new StartTLSPostConnectProcessor(tls(settings));
        }
        try {
            var pool =
                    new LDAPConnectionPool(
                            new SingleServerSet(host.host(), host.port(), sockets, options),
                            bind(settings),
                            0,
                            settings.connections(),
                            afterwards,
                            false);
            pool.setConnectionPoolName(settings.name());
            pool.setMaxConnectionAgeMillis(MAX_CONNECTION_AGE.toMillis());
            return new Server(host, pool);
        } catch (LDAPException e) {
            throw new ConfigException("directory " + settings.name() + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable BindRequest bind(Directory settings) {
        if (settings.bindDn().isEmpty()) {
            return null; // anonymous
        }
        var file = settings.passwordFile().orElseThrow();
        return new SimpleBindRequest(
                settings.bindDn().get(),
                new PasswordProvider() {
                    @Serial private static final long serialVersionUID = 1L;

                    @Override
                    public byte[] getPasswordBytes() throws LDAPException {
                        return DirectoryFiles.password(file);
                    }
                });
    }

    private static SSLSocketFactory tls(Directory settings) {
        var context =
                settings.ca().map(DirectoryFiles::authorities).orElseGet(DirectoryFiles::system);
        return new NamedTls(context.getSocketFactory());
    }
}
