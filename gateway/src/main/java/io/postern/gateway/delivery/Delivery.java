package io.postern.gateway.delivery;

import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.gateway.treat.Treatment;
import io.postern.mail.Domain;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.Timeouts;
import io.postern.smtp.client.TlsContexts;
import io.postern.smtp.client.TlsPolicy;
import io.postern.store.MessageStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;

/// Puts the delivery engine together from the configuration.
public final class Delivery {
    private Delivery() {}

    /// An engine that is not started yet.
    ///
    /// @param spool where large reports are written
    public static DeliveryEngine engine(
            Config config,
            MessageStore store,
            Routes routes,
            Treatment treatment,
            Resolver resolver,
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
        var connect = new Connect(config, TlsContexts.acceptingAny(), clock);
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
    public static Function<Optional<Domain>, ClientSettings> towards(
            Config config, Config.OwnDomain own, InstantSource clock) {
        var connect = new Connect(config, TlsContexts.acceptingAny(), clock);
        return host -> connect.to(own.deliverTls().orElse(config.outbound().tls()), host);
    }

    /// How hosts are connected to.
    private record Connect(Config config, SSLContext anyCertificate, InstantSource clock) {
        ClientSettings to(Destination destination, Optional<Domain> host) {
            return to(
                    destination instanceof Destination.Hosts(_, _, var tls)
                            ? tls
                            : config.outbound().tls(),
                    host);
        }

        ClientSettings to(Config.TlsMode mode, Optional<Domain> host) {
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
                        case OPPORTUNISTIC -> new TlsPolicy.Opportunistic(anyCertificate);
                        // The wire is encrypted; whose certificate it is, is not checked: RFC 7435
                        // has no way to know.
                        case REQUIRED -> new TlsPolicy.Required(anyCertificate);
                        case VERIFIED -> new TlsPolicy.Required(TlsContexts.verifying());
                    };
            return new ClientSettings(
                    config.hostname(), Optional.empty(), timeouts, policy, host, clock);
        }

        private static Duration shorter(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }
    }
}
