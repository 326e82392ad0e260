package io.postern.gateway.delivery;

import io.postern.dns.Resolver;
import io.postern.gateway.config.Certificate;
import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.gateway.tls.NextHopTls;
import io.postern.gateway.treat.Treatment;
import io.postern.mail.Domain;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.Timeouts;
import io.postern.smtp.client.TlsPolicy;
import io.postern.store.MessageStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Puts the delivery engine together from the configuration.
public final class Delivery {
    private Delivery() {}

    /// An engine that is not started yet.
    ///
    /// @param tls asked at each connection, so that a new certificate needs no restart
    /// @param spool where large reports are written
    public static DeliveryEngine engine(
            Config config,
            MessageStore store,
            Routes routes,
            Treatment treatment,
            Resolver resolver,
            Supplier<NextHopTls> tls,
            Figures figures,
            Path spool,
            InstantSource clock,
            RandomGenerator random) {
        var outbound = config.outbound();
        var settings =
                new DeliverySettings(
                        outbound.connectionsPerDestination(),
                        outbound.connections(),
                        outbound.recipientsPerTransaction(),
                        outbound.idle(),
                        outbound.messagesInMemory(),
                        outbound.contentInMemory().bytes());
        var reports =
                new Reports(
                        store,
                        routes,
                        treatment,
                        config.hostname(),
                        spool,
                        outbound.expire(),
                        random);
        var settler =
                new Settler(
                        store,
                        new RetrySchedule(outbound.retry(), random),
                        reports,
                        figures,
                        clock);
        var hosts = new HostFinder(resolver, outbound.port(), random);
        var connect = new Connect(config, tls, clock);
        return new DeliveryEngine(
                store,
                routes,
                settings,
                queue ->
                        queue.destination() instanceof Destination.Capture(var folder)
                                ? new CaptureTransport(folder)
                                : new SmtpTransport(
                                        queue.destination(),
                                        hosts,
                                        connect::to,
                                        outbound.messagesPerConnection(),
                                        queue.announced()),
                settler,
                clock);
    }

    /// How the inside hosts of a domain of ours are connected to, for a question aside from
    /// delivery.
    ///
    /// @param tls as above
    public static Function<Optional<Domain>, ClientSettings> towards(
            Config config, Config.OwnDomain own, Supplier<NextHopTls> tls, InstantSource clock) {
        var connect = new Connect(config, tls, clock);
        var outbound = config.outbound();
        return host ->
                connect.to(
                        own.deliverTls().orElse(outbound.tls()),
                        own.deliverCertificate().or(outbound::certificate),
                        host);
    }

    /// How hosts are connected to.
    private record Connect(Config config, Supplier<NextHopTls> tls, InstantSource clock) {
        ClientSettings to(Destination destination, Optional<Domain> host) {
            return switch (destination) {
                case Destination.Hosts(_, _, var mode, var certificate) ->
                        to(mode, certificate, host);
                case Destination.Mx _, Destination.Capture _ ->
                        to(config.outbound().tls(), config.outbound().certificate(), host);
            };
        }

        ClientSettings to(
                Config.TlsMode mode, Optional<Certificate> certificate, Optional<Domain> host) {
            var outbound = config.outbound();
            var command = outbound.commandTimeout();
            var timeouts =
                    new Timeouts(
                            outbound.connectTimeout(),
                            command,
                            command,
                            shorter(command, Duration.ofSeconds(60)),
                            command,
                            command,
                            shorter(command, Duration.ofMinutes(2)),
                            Duration.ofMinutes(3),
                            outbound.dataTimeout(),
                            Duration.ofSeconds(2));
            var policy =
                    switch (mode) {
                        case NONE -> new TlsPolicy.None();
                        case OPPORTUNISTIC ->
                                new TlsPolicy.Opportunistic(tls.get().context(certificate, false));
                        // The wire is encrypted; whose certificate it is, is not checked: RFC 7435
                        // has no way to know.
                        case REQUIRED ->
                                new TlsPolicy.Required(tls.get().context(certificate, false));
                        case VERIFIED ->
                                new TlsPolicy.Required(tls.get().context(certificate, true));
                    };
            return new ClientSettings(
                    config.hostname(), Optional.empty(), timeouts, policy, host, clock);
        }

        private static Duration shorter(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }
    }
}
