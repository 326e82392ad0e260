package io.postern.gateway.signing;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.keys.life.LifeRules;
import io.postern.mail.Domain;
import java.util.Optional;

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
                                config.dkim().watch()));
    }
}
