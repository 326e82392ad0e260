package io.postern.gateway;

import io.postern.dns.Resolver;
import io.postern.dns.Survey;
import io.postern.gateway.authentication.Authentication;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.delivery.Delivery;
import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.events.Figures;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.lookups.ConfiguredResolver;
import io.postern.gateway.path.Delays;
import io.postern.gateway.path.Descriptors;
import io.postern.gateway.path.MailPath;
import io.postern.gateway.path.PerimeterHandler;
import io.postern.gateway.path.Storage;
import io.postern.gateway.perimeter.Counting;
import io.postern.gateway.perimeter.Perimeter;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.reports.DmarcReporting;
import io.postern.gateway.seen.SeenLog;
import io.postern.gateway.signing.KeyKeeping;
import io.postern.gateway.signing.Resigner;
import io.postern.gateway.signing.Signing;
import io.postern.gateway.tls.TlsFiles;
import io.postern.gateway.treat.Treatment;
import io.postern.gateway.users.Authenticator;
import io.postern.gateway.users.DirectoryUsers;
import io.postern.gateway.users.Lockouts;
import io.postern.gateway.users.Owners;
import io.postern.gateway.users.Users;
import io.postern.keys.DkimKeys;
import io.postern.keys.StartSecret;
import io.postern.mail.ContentBuilder;
import io.postern.mail.ContentRewriter;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.smtp.server.Endpoint;
import io.postern.smtp.server.Limits;
import io.postern.smtp.server.ServerSettings;
import io.postern.smtp.server.ServerTls;
import io.postern.smtp.server.SmtpServer;
import io.postern.smtp.server.SteadyClock;
import io.postern.store.MessageStore;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running gateway: store, keys, delivery and listeners, opened in this order and closed in the
/// reverse.
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /// How long sessions and deliveries under way may go on after a stop was asked for.
    private static final Duration DRAIN = Duration.ofSeconds(10);

    /// How often fixed hosts are asked what they can do: one that was given a larger SIZE is not
    /// refused mail for longer.
    private static final long GREET_MINUTES = 10;

    private volatile Config config;
    private final MessageStore store;
    private final DkimKeys keys;
    private final Users users;
    private final Optional<DirectoryUsers> directoryUsers;
    private final TlsFiles tlsFiles;
    private final Figures figures = new Figures();
    private final Descriptors descriptors = Descriptors.ofProcess();
    private final DeliveryEngine engine;
    private final List<SmtpServer> servers = new ArrayList<>();
    private final ScheduledExecutorService chores =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("chores").daemon().factory());
    private boolean closed;

    /// Opens everything but the listeners. Locks the data folder.
    ///
    /// @throws io.postern.store.StoreException when the data folder or the store can't be used
    /// @throws io.postern.keys.KeysException when the keys can't be read
    public static Gateway open(Config config, InstantSource clock) {
        var dns = new ConfiguredResolver(config, clock);
        return open(config, clock, dns.resolver(), dns.authorities()::survey);
    }

    /// The same with another resolver than the configuration's, and no authoritative servers that
    /// could be found.
    public static Gateway open(Config config, InstantSource clock, Resolver resolver) {
        return open(config, clock, resolver, _ -> new Survey.Unknown("nobody to ask"));
    }

    /// The same with other authoritative servers as well.
    public static Gateway open(
            Config config,
            InstantSource clock,
            Resolver resolver,
            Function<String, Survey> survey) {
        var store = SqliteStore.open(config.data(), StoreSettings.DEFAULTS, clock);
        try {
            return new Gateway(config, store, store.folder().spool(), clock, resolver, survey);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private Gateway(
            Config config,
            MessageStore store,
            Path spool,
            InstantSource clock,
            Resolver resolver,
            Function<String, Survey> survey) {
        this.config = config;
        this.store = store;
        this.tlsFiles = tlsFiles(config, clock);
        var random = new SecureRandom();
        var secret = startSecret(config, store, random);
        this.keys = new DkimKeys(store, secret, clock, random);
        this.users = new Users(store, secret, clock, random);
        this.directoryUsers = directoryUsers(config, clock);
        var limits = config.limits();
        var rewriter =
                new ContentRewriter(
                        spool,
                        ContentBuilder.DEFAULT_MEMORY_THRESHOLD,
                        new ContentRewriter.Limits(
                                limits.mimeDepth(),
                                limits.mimeParts(),
                                (int) limits.header().bytes()));
        var signing = new Signing(config, keys, resolver, figures, clock);
        var treatment = new Treatment(config, signing, rewriter, random);
        this.routes = new Routes(config, postmaster(config));
        this.engine =
                Delivery.engine(
                        config,
                        store,
                        routes,
                        treatment,
                        resolver,
                        tlsFiles::nextHops,
                        figures,
                        spool,
                        clock,
                        RandomGenerator.getDefault());
        this.resigner = signing.resigner(store, inMemory(engine));
        this.keeping =
                new KeyKeeping(config, keys, survey, resigner, resigner::wake, figures, clock);
        signing.sampling().onMismatch(keeping::attend);
        var storage = new Storage(store::health, limits.freeDisk().bytes());
        storage.look();
        this.recipients =
                new OwnRecipients(
                        config,
                        new OwnRecipients.Means(
                                clock,
                                random,
                                own -> Delivery.towards(config, own, tlsFiles::nextHops, clock)));
        this.counting = new Counting(config, store, figures, clock, System::nanoTime, random);
        engine.onRefused(counting::refused);
        this.dmarc =
                new DmarcReporting(
                        config,
                        store,
                        routes,
                        treatment,
                        resolver,
                        engine::wake,
                        figures,
                        clock,
                        random);
        var names = new ReverseNames(resolver, config.dns().reverseTimeout());
        this.perimeter =
                new Perimeter(
                        recipients,
                        new Perimeter.Means(
                                config,
                                store,
                                routes,
                                engine,
                                resolver,
                                names,
                                storage,
                                new Owners(users, directoryUsers),
                                counting,
                                figures,
                                clock));
        this.delays = new Delays(config.tarpit().sessions(), config.tarpit().longest());
        this.authenticator =
                new Authenticator(
                        config.submission(),
                        users,
                        directoryUsers,
                        new Lockouts(config.submission(), store, clock),
                        figures,
                        random,
                        delays::await);
        this.seen = new SeenLog(config.history().replay(), store, clock, random.nextLong());
        this.path =
                new MailPath(
                        config,
                        routes,
                        treatment,
                        store,
                        engine,
                        storage,
                        figures,
                        spool,
                        perimeter::policy,
                        delays,
                        names,
                        new Authentication(config, resolver, clock),
                        dmarc,
                        seen,
                        clock);
        this.clock = clock;
    }

    private static Resigner.Memory inMemory(DeliveryEngine engine) {
        return new Resigner.Memory() {
            @Override
            public void giveBack() {
                engine.giveBackWaiting();
            }

            @Override
            public void goOn() {
                engine.tryNow();
            }

            @Override
            public void wake() {
                engine.wake();
            }
        };
    }

    private final Resigner resigner;
    private final KeyKeeping keeping;
    private final MailPath path;
    private final Routes routes;
    private final Authenticator authenticator;
    private final OwnRecipients recipients;
    private final Perimeter perimeter;
    private final Counting counting;
    private final DmarcReporting dmarc;
    private final Delays delays;
    private final SeenLog seen;
    private final InstantSource clock;

    private static StartSecret startSecret(Config config, MessageStore store, SecureRandom random) {
        return config.secrets()
                .startSecret()
                .map(StartSecret::read)
                .orElseGet(() -> StartSecret.of(store, config.data(), random));
    }

    /// Where `<Postmaster>` mail goes. RFC 5321 §4.5.1.
    private static Mailbox postmaster(Config config) {
        var text =
                config.postmaster()
                        .orElseGet(() ->
                                "postmaster@"
                                        + config.domain().stream()
                                                .filter(own -> !own.deliverTo().isEmpty())
                                                .findFirst()
                                                .orElse(config.domain().getFirst())
                                                .name());
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    throw new IllegalArgumentException(
                            "postmaster = \"" + text + "\" is no address: " + why);
        };
    }

    private static Optional<DirectoryUsers> directoryUsers(Config config, InstantSource clock) {
        return config.submission()
                .directory()
                .map(users ->
                        new DirectoryUsers(
                                users,
                                config.directory().stream()
                                        .filter(one -> one.name().equals(users.name()))
                                        .findFirst()
                                        .orElseThrow(),
                                clock));
    }

    private static TlsFiles tlsFiles(Config config, InstantSource clock) {
        try {
            return new TlsFiles(config, clock);
        } catch (IOException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        }
    }

    /// TLS with the gateway's certificates of now, for a service beside the listeners; empty when
    /// it has none.
    public Optional<SSLContext> tls() {
        return tlsFiles.own();
    }

    /// Reads the certificates again; sessions under TLS stay as they are.
    ///
    /// @throws IOException when one can't be used: then nothing changes
    public void reloadCertificates() throws IOException {
        tlsFiles.reload();
        tlsFiles.watchExpiry();
    }

    /// Begins to deliver and opens the listeners.
    ///
    /// @throws IOException when an address can't be bound; those before it are open
    public void start() throws IOException {
        keeping.start();
        engine.start();
        resigner.start(keeping::attend);
        recipients.start();
        engine.greet(routes.fixed());
        for (var listener : config.listener()) {
            var settings = settings(listener);
            try {
                servers.add(
                        SmtpServer.open(
                                settings,
                                () -> new PerimeterHandler(path, listener, authenticator)));
            } catch (IOException e) {
                throw new IOException(
                        "can't listen on "
                                + listener.address()
                                + ": "
                                + e.getMessage()
                                + ". Is another program on that port, or is it below 1024 without the capability?",
                        e);
            }
        }
        engine.measure(figures);
        figures.gauge("postern.sessions", "Sessions open now.", this::sessions);
        figures.gauge(
                "postern.content.memory",
                "Octets in memory of mail being received: envelopes, header sections, bodies.",
                path.budget()::used);
        figures.gauge(
                "postern.content.spooled",
                "Octets on disk of content being received.",
                path.storage()::spooled);
        figures.gauge(
                "postern.sessions.delayed", "Sessions that wait for a refusal.", delays::waiting);
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(path.storage()::look), 1, 1, TimeUnit.SECONDS);
        var _ = chores.scheduleWithFixedDelay(guarded(descriptors::look), 1, 1, TimeUnit.SECONDS);
        long every = Counting.EVERY.toSeconds();
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(counting::flush), every, every, TimeUnit.SECONDS);
        var _ = chores.scheduleWithFixedDelay(guarded(counting::expire), 1, 1, TimeUnit.MINUTES);
        long behind = SeenLog.EVERY.toSeconds();
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(seen::flush), behind, behind, TimeUnit.SECONDS);
        figures.gauge(
                "postern.seen.lost",
                "Messages that `postern replay` will not know, for lack of room.",
                seen::lost);
        perimeter.strangers().start(chores);
        dmarc.start();
        var _ =
                chores.scheduleWithFixedDelay(
                        guarded(() -> engine.greet(routes.fixed())),
                        GREET_MINUTES,
                        GREET_MINUTES,
                        TimeUnit.MINUTES);
        var _ = chores.scheduleWithFixedDelay(guarded(this::forget), 1, 10, TimeUnit.MINUTES);
        watchTls();
    }

    private void watchTls() {
        for (var listener : config.listener()) {
            if (listener.role() == Config.Role.SUBMISSION
                    && tls(listener).isEmpty()
                    && !config.submission().scramInClear()) {
                LOG.warn(
                        "nobody can authenticate on {}: it has no certificate; give it one with"
                                + " tls_certificate or [[certificate]]",
                        listener.address());
            }
        }
        if (tlsFiles.firstEnd().isEmpty()) {
            return;
        }
        figures.gauge(
                "postern.tls.certificate.seconds",
                "Until the first certificate ends.",
                () ->
                        tlsFiles.firstEnd()
                                .map(end -> Duration.between(clock.instant(), end).toSeconds())
                                .orElse(0L));
        var _ = chores.scheduleWithFixedDelay(guarded(tlsFiles::look), 20, 20, TimeUnit.SECONDS);
        var _ = chores.scheduleWithFixedDelay(guarded(tlsFiles::watchExpiry), 0, 1, TimeUnit.HOURS);
    }

    private ServerSettings settings(Config.Listener listener) throws IOException {
        var bounds = config.limits();
        var limits =
                Limits.DEFAULT
                        .withMessageSize(bounds.messageSize().bytes())
                        .withRecipients(bounds.recipients())
                        .withMessages(bounds.messagesPerSession())
                        .withCommands(bounds.commands())
                        .withErrors(bounds.errors())
                        .withJunk(bounds.junkCommands())
                        .withSessions(bounds.sessions(), bounds.sessionsPerClient())
                        .withWaits(
                                bounds.idle(),
                                bounds.dataBlock(),
                                Limits.DEFAULT.session(),
                                Limits.DEFAULT.linger());
        return new ServerSettings(
                listener.name(),
                config.hostname().name(),
                endpoint(listener),
                limits,
                tls(listener),
                new SteadyClock(),
                address ->
                        listener.proxyFrom().stream()
                                .anyMatch(network -> network.contains(address)),
                listener.role().sendsOut(),
                listener.role().sendsOut() ? () -> true : descriptors::admit);
    }

    private Optional<ServerTls> tls(Config.Listener listener) {
        int place = config.listener().indexOf(listener);
        if (tlsFiles.context(place).isEmpty()) {
            return Optional.empty();
        }
        boolean required =
                listener.requireTls()
                        || (listener.role() == Config.Role.SUBMISSION
                                && !config.submission().scramInClear());
        var requirement =
                switch (listener.tls()) {
                    case IMPLICIT -> ServerTls.Requirement.IMPLICIT;
                    case STARTTLS ->
                            required
                                    ? ServerTls.Requirement.REQUIRED
                                    : ServerTls.Requirement.OFFERED;
                };
        var certificates =
                listener.clientCa().isEmpty()
                        ? ServerTls.ClientCertificates.NOT_ASKED
                        : listener.requireClientCertificate()
                                ? ServerTls.ClientCertificates.REQUIRED
                                : ServerTls.ClientCertificates.ASKED;
        return Optional.of(
                new ServerTls(
                        () -> tlsFiles.context(place).orElseThrow(), requirement, certificates));
    }

    /// The socket that systemd handed over as standard input (`StandardInput=socket`), when it is
    /// for this listener; so the service needs no right to bind a port below 1024.
    private static Endpoint endpoint(Config.Listener listener) throws IOException {
        var address = listener.address().toSocketAddress();
        if (address.isUnresolved()) {
            throw new IOException(
                    "can't listen on "
                            + listener.address()
                            + ": "
                            + listener.address().host()
                            + " is neither an address nor a name that can be looked up");
        }
        if (System.inheritedChannel() instanceof java.nio.channels.ServerSocketChannel inherited
                && inherited.getLocalAddress() instanceof java.net.InetSocketAddress bound
                && bound.getPort() == address.getPort()) {
            return new Endpoint.Inherited(inherited);
        }
        return new Endpoint.Address(address);
    }

    private void forget() {
        while (store.expireHistory(clock.instant().minus(config.history().keep()), 5000) == 5000) {
            // In pieces, so that mail is kept in between.
        }
    }

    private static Runnable guarded(Runnable chore) {
        return () -> {
            try {
                chore.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("a chore failed and will be repeated: {}", e.toString());
            }
        };
    }

    /// Sessions open now.
    public long sessions() {
        return servers.stream().mapToLong(server -> server.counts().sessionsNow()).sum();
    }

    /// Sessions that wait for a refusal now.
    public int delayed() {
        return delays.waiting();
    }

    /// The ports of the listeners, in the order of the configuration.
    public List<Integer> ports() {
        return servers.stream().map(SmtpServer::port).toList();
    }

    public Config config() {
        return config;
    }

    public MessageStore store() {
        return store;
    }

    public OwnRecipients recipients() {
        return recipients;
    }

    public Perimeter perimeter() {
        return perimeter;
    }

    public Counting counting() {
        return counting;
    }

    /// DMARC reports, both ways.
    public DmarcReporting dmarc() {
        return dmarc;
    }

    /// What was seen of strangers' messages.
    public SeenLog seen() {
        return seen;
    }

    public DkimKeys keys() {
        return keys;
    }

    /// The life of the keys.
    public KeyKeeping keeping() {
        return keeping;
    }

    /// Signs anew what waits in the queue.
    public Resigner resigner() {
        return resigner;
    }

    public Users users() {
        return users;
    }

    public Figures figures() {
        return figures;
    }

    /// Puts another configuration in force, whole or not at all. What can change while mail flows
    /// is what [Reload#CHANGEABLE] names.
    ///
    /// @return the keys that changed
    /// @throws ConfigException when something in it can't be used, or something else changed that
    ///   needs a restart; then everything stays as it was
    public synchronized List<String> reload(Config next) {
        var reload = Reload.from(config, next);
        reload.refuseWhatNeedsRestart();
        var prepared = perimeter.prepare(next);
        try {
            reloadCertificates();
        } catch (IOException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        }
        prepared.run();
        config = next;
        return reload.changed();
    }

    /// To be called before an operator's command changes the queue: what waits in memory goes back
    /// to the store.
    public void beforeQueueChange() {
        engine.giveBackWaiting();
    }

    /// To be called after it: what became due is tried now.
    public void afterQueueChange() {
        engine.tryNow();
    }

    /// Stops taking mail, lets what is under way end within a bound, and closes the store.
    /// Idempotent.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        chores.shutdownNow();
        keeping.close();
        resigner.close();
        delays.close();
        var draining =
                servers.stream()
                        .map(server -> Thread.ofVirtual().start(() -> server.drain(DRAIN)))
                        .toList();
        for (var thread : draining) {
            try {
                thread.join(DRAIN.plusSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        servers.forEach(SmtpServer::close);
        recipients.close();
        directoryUsers.ifPresent(DirectoryUsers::close);
        engine.stop(DRAIN);
        counting.close();
        dmarc.close();
        seen.close();
        perimeter.strangers().close();
        store.close();
    }
}
