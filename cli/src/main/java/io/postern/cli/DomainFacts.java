package io.postern.cli;

import io.postern.admin.KeyCheckView;
import io.postern.admin.KeyView;
import io.postern.admin.OperationException;
import io.postern.admin.Operations;
import io.postern.auth.published.OwnKey;
import io.postern.auth.published.Subject;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.config.DkimConfig;
import io.postern.mail.Domain;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is known here of a domain: by the configuration, and by the keys of a gateway that was
/// named or that is here.
///
/// @param config the gateway's, when it is known
/// @param keys of the domain
/// @param checks what the gateway sees of them on every authoritative server; empty when it was not
///   asked, or does not look
record DomainFacts(
        Domain domain, Optional<Config> config, List<KeyView> keys, List<KeyCheckView> checks) {
    /// @param look whether the gateway is to look at the keys' records
    static DomainFacts of(Io io, DataOptions data, Domain domain, boolean look) {
        var config = data.readConfig(io);
        boolean named = data.data.isPresent() || data.config.isPresent();
        if (!Files.isDirectory(data.folder(io)) && (!named || config.isPresent())) {
            return new DomainFacts(domain, config, List.of(), List.of());
        }
        try (var operations = Access.open(io, data)) {
            var name = Optional.of(domain.name());
            var keys = operations.dkimKeys(name);
            return new DomainFacts(
                    domain,
                    config.or(() -> inForce(operations)),
                    keys,
                    look && !keys.isEmpty() ? checks(operations, name) : List.of());
        }
    }

    private static List<KeyCheckView> checks(Operations operations, Optional<String> name) {
        try {
            return operations.checkDkimKeys(name);
        } catch (OperationException _) {
            // Without a configuration nobody knows how: then one resolver tells.
            return List.of();
        }
    }

    /// What a gateway that runs has read, as far as it is still there to be read.
    private static Optional<Config> inForce(Operations operations) {
        try {
            var file = operations.config().file();
            return file.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ConfigReader.read(Path.of(file)));
        } catch (OperationException | ConfigException _) {
            return Optional.empty();
        }
    }

    /// The domain in the configuration.
    Optional<Config.OwnDomain> own() {
        return config.flatMap(known -> known.own(domain));
    }

    /// What a gateway has to do with the domain; empty when it is not in the configuration.
    Optional<Subject.Gateway> gateway() {
        return own().map(one ->
                gateway(
                        config.orElseThrow(),
                        one.sign() ? Optional.of(signing(one)) : Optional.empty(),
                        takesMail(one)));
    }

    private Subject.Signing signing(Config.OwnDomain own) {
        // As the gateway does it: mail of a domain that never had a key to sign with is deferred.
        boolean signed =
                keys.stream()
                        .flatMap(key -> key.history().stream())
                        .anyMatch(step -> step.state().equals("active"));
        var missing =
                signed
                        ? own.dkim().missing().orElse(config.orElseThrow().dkim().missing())
                        : DkimConfig.Missing.DEFER;
        return new Subject.Signing(
                own.dkim().check() == DkimConfig.Check.ON,
                switch (missing) {
                    case HOLD -> Subject.WithoutKey.HELD;
                    case UNSIGNED -> Subject.WithoutKey.UNSIGNED;
                    case DEFER -> Subject.WithoutKey.DEFERRED;
                });
    }

    static Subject.Gateway gateway(
            Config config, Optional<Subject.Signing> signing, boolean takesMail) {
        return new Subject.Gateway(
                config.hostname(),
                signing,
                takesMail,
                config.outbound().smartHost().map(host -> host.host()));
    }

    private static boolean takesMail(Config.OwnDomain one) {
        return !one.deliverTo().isEmpty();
    }

    /// As it is to be checked.
    Subject subject(
            List<OwnKey> sights,
            List<String> selectors,
            List<InetAddress> senders,
            Resolver resolver) {
        var gateway = gateway();
        return new Subject(
                domain,
                gateway,
                sights,
                selectors,
                senders.isEmpty() ? senders(gateway, resolver) : senders,
                own().flatMap(Config.OwnDomain::dmarcReports));
    }

    /// `hostname` should resolve to the address that the gateway sends from. Behind a smart host
    /// nobody sees it.
    static List<InetAddress> senders(Optional<Subject.Gateway> gateway, Resolver resolver) {
        var all = new ArrayList<InetAddress>();
        gateway.filter(one -> one.smartHost().isEmpty())
                .map(one -> one.host().name())
                .ifPresent(host -> {
                    for (var answer : List.of(resolver.a(host), resolver.aaaa(host))) {
                        if (answer instanceof Answer.Records<InetAddress>(var found, _, _)) {
                            all.addAll(found);
                        }
                    }
                });
        return all.stream().limit(8).toList();
    }
}
