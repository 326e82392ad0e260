package io.postern.gateway.delivery;

import io.postern.gateway.config.Config;
import io.postern.mail.AddressLiteral;
import io.postern.mail.Domain;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Which destination a forward-path belongs to, by the configuration alone. Immutable.
public final class Routes {
    private final Map<Domain, Destination> byDomain = new HashMap<>();
    private final Optional<Destination> everything;
    private final Mailbox postmaster;
    private final Set<Domain> silent = new HashSet<>();

    /// @param postmaster where mail to `<Postmaster>` goes
    public Routes(Config config, Mailbox postmaster) {
        this.postmaster = postmaster;
        var outbound = config.outbound();
        if (outbound.capture().isPresent()) {
            everything = Optional.of(new Destination.Capture(outbound.capture().get()));
        } else {
            everything =
                    outbound.smartHost()
                            .map(host ->
                                    new Destination.Hosts(
                                            "smart-host",
                                            List.of(host),
                                            outbound.tls(),
                                            outbound.certificate()));
        }
        for (var route : config.route()) {
            byDomain.put(
                    route.domain(),
                    new Destination.Hosts(
                            "route:" + route.domain(),
                            route.to(),
                            route.tls().orElse(outbound.tls()),
                            route.certificate().or(outbound::certificate)));
        }
        for (var own : config.domain()) {
            if (!own.failureReports()) {
                silent.add(own.name());
            }
            if (!own.deliverTo().isEmpty()) {
                byDomain.put(
                        own.name(),
                        new Destination.Hosts(
                                "inside:" + own.name(),
                                own.deliverTo(),
                                own.deliverTls().orElse(outbound.tls()),
                                own.deliverCertificate().or(outbound::certificate)));
            }
        }
    }

    /// The mailbox that a forward-path means.
    public Mailbox mailboxOf(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster() -> postmaster;
            case ForwardPath.Of(var mailbox) -> mailbox;
        };
    }

    /// Whether a failure is reported: to strangers only when the domain's operator wants it, to
    /// ours always.
    boolean reportsFailure(Origin origin, ForwardPath to) {
        return origin == Origin.OURS
                || !(mailboxOf(to).host() instanceof Domain domain)
                || !silent.contains(domain);
    }

    /// The destinations whose hosts the configuration names.
    public List<Destination> fixed() {
        return Stream.concat(byDomain.values().stream(), everything.stream())
                .filter(Destination.Hosts.class::isInstance)
                .toList();
    }

    /// The destination; empty for an address literal that no route covers: the gateway connects to
    /// no address that a client names.
    public Optional<Destination> of(ForwardPath path) {
        return switch (mailboxOf(path).host()) {
            case Domain domain -> {
                var route = byDomain.get(domain);
                yield route != null
                        ? Optional.of(route)
                        : Optional.of(everything.orElseGet(() -> new Destination.Mx(domain)));
            }
            case AddressLiteral _ -> Optional.empty();
        };
    }
}
