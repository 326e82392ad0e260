package io.postern.cli;

import io.postern.gateway.Gateway;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.HostPort;
import io.postern.gateway.config.KmRules;
import io.postern.keys.StartSecret;
import io.postern.km.InviteDoor;
import io.postern.km.KmWatch;
import io.postern.km.ServedVault;
import io.postern.km.Steps;
import io.postern.km.World;
import io.postern.km.http.EnrolPages;
import io.postern.km.http.KmHttpServer;
import io.postern.km.http.KmPages;
import io.postern.km.ldap.DirectoryRules;
import io.postern.km.ldap.KmLdapServer;
import io.postern.km.limits.ServiceLimits;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What `serve` publishes of a vault, beside mail: `[km]`. Made only when the section asks for it,
/// so that who has no vault never loads a class of it. Trouble with the vault is told by health,
/// metrics and log, and answered by 503 and `unavailable`; mail goes on.
final class KmService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KmService.class);

    /// For so long a revocation may go unseen in a cache that another client filled.
    private static final Duration FRESHNESS = Duration.ofHours(1);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final KmWatch watch;
    private OptionalInt http = OptionalInt.empty();
    private OptionalInt ldap = OptionalInt.empty();
    private OptionalInt ldaps = OptionalInt.empty();

    private KmService(KmWatch watch, ServedVault vault) {
        this.watch = watch;
        parts.push(vault);
        parts.push(watch);
    }

    /// Listens, and begins to look at the vault.
    ///
    /// @param gateway is open, so that there is a start secret
    static KmService open(Config config, Gateway gateway, InstantSource clock) {
        var secret =
                config.secrets()
                        .startSecret()
                        .map(StartSecret::read)
                        .orElseGet(() -> StartSecret.read(config.data().resolve(StartSecret.FILE)));
        var world =
                new World(
                        config.data().toAbsolutePath().normalize(),
                        clock,
                        new SecureRandom(),
                        "gateway",
                        Steps.NONE);
        var vault = new ServedVault(world, secret);
        var watch = new KmWatch(world, secret, vault);
        var service = new KmService(watch, vault);
        boolean opened = false;
        try {
            service.listen(
                    config,
                    gateway,
                    vault,
                    new EnrolPages(new InviteDoor(world, secret), clock),
                    clock);
            KmFigures.show(gateway.figures(), watch, clock);
            watch.start();
            opened = true;
            return service;
        } finally {
            if (!opened) {
                service.close();
            }
        }
    }

    private void listen(
            Config config,
            Gateway gateway,
            ServedVault vault,
            EnrolPages enrol,
            InstantSource clock) {
        var rules = config.km();
        var pages = new KmPages(vault, clock, FRESHNESS);
        if (rules.http().isPresent()) {
            var limits = limits(rules, rules.httpRequests());
            KmFigures.refused(gateway.figures(), "http", limits.rates());
            var server =
                    started(
                            "http",
                            rules.http().get(),
                            at ->
                                    KmHttpServer.start(
                                            at.toSocketAddress(),
                                            pages,
                                            Optional.of(enrol),
                                            limits));
            http = OptionalInt.of(server.port());
            parts.push(server);
        }
        if (rules.ldap().isEmpty() && rules.ldaps().isEmpty()) {
            return;
        }
        var limits = limits(rules, rules.ldapRequests());
        KmFigures.refused(gateway.figures(), "ldap", limits.rates());
        var directory =
                new DirectoryRules(
                        rules.base(config),
                        client ->
                                rules.ldapPrefixFrom().stream()
                                        .anyMatch(network -> network.contains(client)),
                        rules.ldapPrefix());
        ldap = ldap(rules.ldap(), false, gateway, vault, directory, limits);
        ldaps = ldap(rules.ldaps(), true, gateway, vault, directory, limits);
    }

    private OptionalInt ldap(
            Optional<HostPort> at,
            boolean implicit,
            Gateway gateway,
            ServedVault vault,
            DirectoryRules directory,
            ServiceLimits limits) {
        if (at.isEmpty()) {
            return OptionalInt.empty();
        }
        var tls = new KmLdapServer.Tls(implicit, gateway::tls);
        var server =
                started(
                        implicit ? "ldaps" : "ldap",
                        at.get(),
                        address ->
                                KmLdapServer.start(
                                        address.toSocketAddress(), tls, vault, directory, limits));
        parts.push(server);
        return OptionalInt.of(server.port());
    }

    private static ServiceLimits limits(KmRules rules, int requests) {
        return ServiceLimits.of(rules.connections(), rules.connectionsPerClient(), requests);
    }

    /// Opens a listener.
    private interface Start<T> {
        T on(HostPort address) throws IOException;
    }

    private static <T> T started(String key, HostPort address, Start<T> start) {
        try {
            return start.on(address);
        } catch (IOException e) {
            throw Failure.of(
                    String.valueOf(e.getMessage()),
                    "another program may use the port, or it is below 1024 without the capability; change [km] "
                            + key.toLowerCase(Locale.ROOT));
        }
    }

    /// What somebody should do, the worst first.
    List<String> warnings() {
        return watch.seen().warnings().stream().map(text -> "key management: " + text).toList();
    }

    /// Looks at the vault now, beside what it does each minute.
    void look() {
        watch.look();
    }

    /// Ports, for when 0 was asked for; empty where nothing listens.
    OptionalInt http() {
        return http;
    }

    /// See [#http()].
    OptionalInt ldap() {
        return ldap;
    }

    /// See [#http()].
    OptionalInt ldaps() {
        return ldaps;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.error("a part of key management did not stop cleanly", e);
            }
        }
    }
}
