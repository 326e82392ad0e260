package io.postern.gateway.signing;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.ReadySigningKey;
import io.postern.keys.life.LifeRules;
import io.postern.mail.Domain;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the configuration says of the keys of our domains.
final class OwnRules {
    private OwnRules() {}

    /// Empty when the domain is not ours.
    static Optional<LifeRules> of(Config config, Domain domain) {
        return config.own(domain)
                .map(own ->
                        new LifeRules(
                                own.dkim().check() == DkimConfig.Check.ON,
                                own.dkim().slots(),
                                config.dkim().bits(),
                                own.dkim().rotate().orElse(config.dkim().rotate()),
                                config.outbound().expire().plus(LifeRules.ON_THE_WAY),
                                config.dkim().revoked(),
                                config.dkim().watch(),
                                types(own)));
    }

    /// The keys that the domain's mail is signed with now, RSA first; empty when there are none.
    static List<ReadySigningKey> signing(DkimKeys keys, Config.OwnDomain own) {
        var types = types(own);
        return keys.signingKeys(own.name()).stream()
                .filter(ready -> types.contains(ready.key().type()))
                .toList();
    }

    private static Set<KeyType> types(Config.OwnDomain own) {
        var types = EnumSet.noneOf(KeyType.class);
        for (var algorithm : own.algorithms()) {
            types.add(
                    switch (algorithm) {
                        case RSA -> KeyType.RSA;
                        case ED25519 -> KeyType.ED25519;
                    });
        }
        return types;
    }
}
