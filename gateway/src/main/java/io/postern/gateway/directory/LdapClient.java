package io.postern.gateway.directory;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.PasswordProvider;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchResultEntry;
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
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Asks an LDAP directory for entries, or whether a password is an entry's, within a deadline that
/// holds whatever a server does: not answer, dribble octets, or never come to an end.
///
/// Each question runs on a thread of its own, so that the one who asked can leave; the question
/// keeps its permit until its connection is closed, so that no more than the configured number are
/// ever open. RFC 4511.
///
/// Servers are asked in their order, each for its share of the time. One that failed is not the
/// first to be asked for a minute.
public final class LdapClient implements AutoCloseable {
    /// Octets of one message from the directory: an entry's name, and addresses when we ask for
    /// them.
    private static final int MAX_MESSAGE = 256 * 1024;

    /// Load balancers and directories drop what is open for long.
    private static final Duration MAX_CONNECTION_AGE = Duration.ofMinutes(10);

    private static final Duration BACK_TO_FIRST = Duration.ofMinutes(1);

    private final Directory settings;
    private final Semaphore permits;
    private final List<Server> servers;
    private volatile Order order;

    private record Server(HostPort host, LDAPConnectionPool searches, LDAPConnectionPool binds) {
        LDAPConnectionPool pool(boolean binds) {
            return binds ? this.binds : searches;
        }
    }

    /// Which server is the first to be asked.
    private record Order(int first, long since) {}

    /// What came of a question.
    public sealed interface Answer<T> {
        /// What the directory said.
        record Said<T>(T what) implements Answer<T> {}

        /// No answer.
        ///
        /// @param ofTheDirectory whether the next question would meet the same
        record Trouble<T>(String why, boolean ofTheDirectory) implements Answer<T> {}
    }

    /// Connects to nobody yet.
    ///
    /// @throws ConfigException when the certificates can't be read
    public LdapClient(Directory settings) {
        this.settings = settings;
        permits = new Semaphore(settings.connections());
        servers = settings.servers().stream().map(host -> server(settings, host)).toList();
        order = new Order(0, System.nanoTime());
    }

    /// Whether there is an entry.
    public Answer<Boolean> ask(Filter filter) {
        return ask(new Presence(settings, filter));
    }

    /// The entries that there are, with the attributes that hold addresses.
    ///
    /// @param most that many at most, whatever more there is
    public Answer<List<SearchResultEntry>> entries(Filter filter, int most) {
        return ask(new Lookup(settings, filter, most));
    }

    /// Whether that is the password of an entry. Goes over connections of its own, since a bind
    /// changes whose a connection is.
    ///
    /// @throws IllegalArgumentException when name or password are empty: the directory would take
    ///   such a bind for an anonymous one and say yes (RFC 4513 §5.1.1, §5.1.2)
    public Answer<Login.Result> bind(String dn, String password) {
        return ask(new Login(dn, password));
    }

    private <T> Answer<T> ask(Question<T> question) {
        long end = System.nanoTime() + settings.timeout().toNanos();
        try {
            if (!permits.tryAcquire(settings.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
                return new Answer.Trouble<>(
                        "all " + settings.connections() + " connections are busy", false);
            }
            var asking = new Asking<>(question);
            // It releases the permit.
            Thread.ofVirtual().name("ldap").start(asking);
            try {
                return asking.answer.get(
                        Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                return asking.giveUp();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Answer.Trouble<>("interrupted", false);
        }
    }

    /// A connection to the first server that there is, for longer work; the caller closes it.
    public LDAPConnection connect() throws LDAPException {
        LDAPException last = null;
        for (var server : servers) {
            try {
                return server.searches().getConnection();
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
        for (var server : servers) {
            server.searches().close();
            server.binds().close();
        }
    }

    /// One question, asked on its own thread.
    private final class Asking<T> implements Runnable {
        private final Question<T> question;
        private final CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
        private @Nullable LDAPConnection connection;
        private volatile int asking;
        private boolean givenUp;

        Asking(Question<T> question) {
            this.question = question;
        }

        @Override
        public void run() {
            try {
                answer.complete(ask());
            } catch (RuntimeException | Error e) {
                // The library decodes what a stranger may have sent.
                answer.complete(new Answer.Trouble<>("the answer can't be read: " + e, true));
            } finally {
                permits.release();
            }
        }

        private Answer<T> ask() {
            var trouble = new ArrayList<String>();
            int first = first();
            for (int i = 0; i < servers.size() && !gone(); i++) {
                int at = (first + i) % servers.size();
                asking = at;
                switch (ask(servers.get(at))) {
                    case Answer.Trouble<T>(var why, _) ->
                            trouble.add(servers.get(at).host() + ": " + why);
                    case Answer.Said<T> said -> {
                        prefer(at);
                        return said;
                    }
                }
            }
            return gone() ? timedOut() : new Answer.Trouble<>(String.join("; ", trouble), true);
        }

        /// A connection from the pool may have been closed by the server long ago: that is no
        /// answer, and the question goes to another one, once.
        private Answer<T> ask(Server server) {
            var pool = server.pool(question.binds());
            for (int round = 0; ; round++) {
                LDAPConnection ready;
                try {
                    ready = pool.getConnection();
                } catch (LDAPException e) {
                    return new Answer.Trouble<>(words(e), true);
                }
                if (!hold(ready)) {
                    pool.discardConnection(ready);
                    return timedOut();
                }
                try {
                    var said = question.over(ready);
                    pool.releaseConnection(ready);
                    return new Answer.Said<>(said);
                } catch (LDAPException e) {
                    boolean broken =
                            !e.getResultCode().isConnectionUsable()
                                    || e.getResultCode().equals(ResultCode.TIMEOUT);
                    if (broken) {
                        pool.discardConnection(ready);
                    } else {
                        pool.releaseConnection(ready);
                    }
                    var said = broken ? question.soFar() : question.despite(e);
                    if (said.isPresent()) {
                        return new Answer.Said<>(said.get());
                    }
                    boolean late = e.getResultCode().equals(ResultCode.TIMEOUT);
                    if (!broken || round > 0 || late || gone()) {
                        return new Answer.Trouble<>(words(e), true);
                    }
                } catch (RuntimeException | Error e) {
                    pool.discardConnection(ready);
                    throw e;
                }
            }
        }

        private synchronized boolean hold(LDAPConnection ready) {
            connection = ready;
            return !givenUp;
        }

        private synchronized boolean gone() {
            return givenUp;
        }

        /// Nobody waits any more: its connection is closed, which ends it.
        Answer<T> giveUp() {
            LDAPConnection open;
            synchronized (this) {
                givenUp = true;
                open = connection;
            }
            if (open != null) {
                open.close();
            }
            prefer((asking + 1) % servers.size());
            return question.soFar().<Answer<T>>map(Answer.Said::new).orElseGet(this::timedOut);
        }

        private Answer<T> timedOut() {
            return new Answer.Trouble<>(
                    "no answer within " + settings.timeout().toMillis() + " ms", true);
        }
    }

    /// What went wrong, on one line.
    public static String words(LDAPException e) {
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
        var one = new SingleServerSet(host.host(), host.port(), sockets, options);
        return new Server(
                host,
                pool(settings, one, bind(settings), afterwards),
                pool(settings, one, null, afterwards));
    }

    private static LDAPConnectionPool pool(
            Directory settings,
            SingleServerSet server,
            @Nullable BindRequest bind,
            @Nullable PostConnectProcessor afterwards) {
        try {
            int most = settings.connections();
            var pool = new LDAPConnectionPool(server, bind, 0, most, afterwards, false);
            pool.setConnectionPoolName(settings.name());
            pool.setMaxConnectionAgeMillis(MAX_CONNECTION_AGE.toMillis());
            return pool;
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
