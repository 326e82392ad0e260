package io.postern.gateway.delivery;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.config.HostPort;
import io.postern.mail.Domain;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Finds the hosts that take a destination's mail, in the order in which they are to be tried. RFC
/// 5321 §5.
final class HostFinder {
    /// Addresses tried for one destination: RFC 5321 §5.1 lets a client bound them, and a hostile
    /// zone must not keep a worker busy for days.
    private static final int MAX_ADDRESSES = 20;

    private static final int MAX_EXCHANGES = 20;

    private final Resolver resolver;
    private final int mxPort;
    private final RandomGenerator random;

    HostFinder(Resolver resolver, int mxPort, RandomGenerator random) {
        this.resolver = resolver;
        this.mxPort = mxPort;
        this.random = random;
    }

    /// One address of a host.
    ///
    /// @param name for SNI and the certificate; empty when the configuration gave an address
    record Target(String label, Optional<Domain> name, InetSocketAddress address) {}

    /// What was found.
    sealed interface Found {
        /// At least one.
        record Targets(List<Target> targets) implements Found {
            public Targets {
                targets = List.copyOf(targets);
            }
        }

        /// The domain takes no mail, or does not exist.
        ///
        /// @param status 5.x.x
        record Never(String status, String why) implements Found {}

        /// The DNS does not say.
        record NotNow(String why) implements Found {}
    }

    Found find(Destination destination) {
        return switch (destination) {
            case Destination.Mx(var domain) -> ofDomain(domain);
            case Destination.Hosts(var name, var hosts, _, _) -> ofHosts(name, hosts);
            case Destination.Capture _ ->
                    throw new IllegalArgumentException("a folder has no host");
        };
    }

    private Found ofHosts(String name, List<HostPort> hosts) {
        if (hosts.isEmpty()) {
            return new Found.Never("5.1.2", name + ": no route takes this address");
        }
        var targets = new ArrayList<Target>();
        var trouble = new ArrayList<String>();
        for (var host : hosts) {
            var literal = literal(host.host());
            if (literal.isPresent()) {
                targets.add(
                        new Target(
                                host.toString(),
                                Optional.empty(),
                                new InetSocketAddress(literal.get(), host.port())));
            } else {
                targets.addAll(addresses(host.host(), host.port(), trouble));
            }
        }
        if (targets.isEmpty()) {
            // The operator named it: that it does not resolve is the world's fault, not the
            // message's.
            return new Found.NotNow(String.join("; ", trouble));
        }
        return new Found.Targets(targets);
    }

    private Found ofDomain(Domain domain) {
        return switch (resolver.mx(domain.name())) {
            case Answer.Records<MxRecord>(var records, _, _) -> ofExchanges(domain, records);
            // RFC 5321 §5.1: without an MX the domain itself is the host.
            case Answer.NoData<MxRecord>() -> ofItself(domain);
            case Answer.NoSuchName<MxRecord>() ->
                    new Found.Never("5.1.2", "domain " + domain + " does not exist (NXDOMAIN)");
            case Answer.TemporaryFailure<MxRecord>(var why) ->
                    new Found.NotNow("MX of " + domain + " can't be looked up: " + why);
        };
    }

    private Found ofItself(Domain domain) {
        var trouble = new ArrayList<String>();
        var targets = addresses(domain.name(), mxPort, trouble);
        if (!targets.isEmpty()) {
            return new Found.Targets(targets);
        }
        return trouble.stream().anyMatch(why -> why.contains("can't be looked up"))
                ? new Found.NotNow(String.join("; ", trouble))
                : new Found.Never("5.1.2", "domain " + domain + " has neither MX nor address");
    }

    private Found ofExchanges(Domain domain, List<MxRecord> records) {
        // RFC 7505 §3: a single MX with the root as exchange.
        if (records.stream().allMatch(record -> record.exchange().isEmpty())) {
            return new Found.Never("5.1.10", "domain " + domain + " takes no mail (null MX)");
        }
        var sorted = new ArrayList<>(records);
        // RFC 5321 §5.1: equal preferences are tried in random order.
        Collections.shuffle(sorted, java.util.Random.from(random));
        sorted.sort(Comparator.comparingInt(MxRecord::preference));
        var trouble = new ArrayList<String>();
        var targets = new ArrayList<Target>();
        sorted.stream()
                .filter(record -> !record.exchange().isEmpty())
                .limit(MAX_EXCHANGES)
                .forEach(record -> targets.addAll(addresses(record.exchange(), mxPort, trouble)));
        if (targets.isEmpty()) {
            // The exchanges were named, so the domain wants mail; somebody is repairing something.
            return new Found.NotNow(
                    "no MX of " + domain + " has an address: " + String.join("; ", trouble));
        }
        return new Found.Targets(targets.subList(0, Math.min(targets.size(), MAX_ADDRESSES)));
    }

    private List<Target> addresses(String host, int port, List<String> trouble) {
        // An exchange may be written in U-labels by a careless operator: IDN names are not refused.
        var name = Domain.parse(host);
        if (name.isEmpty()) {
            trouble.add(host + " is not a host name");
            return List.of();
        }
        var targets = new ArrayList<Target>();
        for (var answer :
                List.of(resolver.aaaa(name.get().name()), resolver.a(name.get().name()))) {
            switch (answer) {
                case Answer.Records<InetAddress>(var records, _, _) ->
                        records.forEach(address ->
                                targets.add(
                                        new Target(
                                                host, name, new InetSocketAddress(address, port))));
                case Answer.NoData<InetAddress>() -> {}
                case Answer.NoSuchName<InetAddress>() ->
                        trouble.add("host " + host + " does not exist");
                case Answer.TemporaryFailure<InetAddress>(var why) ->
                        trouble.add("host " + host + " can't be looked up: " + why);
            }
        }
        if (targets.isEmpty() && trouble.isEmpty()) {
            trouble.add("host " + host + " has no address");
        }
        return targets;
    }

    private static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
