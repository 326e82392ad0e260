package io.postern.gateway.signing;

import io.postern.dns.Survey;
import io.postern.dns.ZoneUpdate;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.keys.life.Publisher;
import io.postern.mail.Domain;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// The publishers of the configuration, by name.
final class Publishers {
    private final Config config;
    private final Map<String, Publisher> byName = new HashMap<>();

    /// @param survey finds out in which zone a name is
    Publishers(Config config, Function<String, Survey> survey, InstantSource clock) {
        this.config = config;
        for (var one : config.publisher()) {
            byName.put(one.name(), publisher(one, survey, clock));
        }
    }

    private static Publisher publisher(
            DkimConfig.Publisher one, Function<String, Survey> survey, InstantSource clock) {
        if (one.server().isEmpty()) {
            return new HookPublisher(one.command(), one.ttl(), one.deadline());
        }
        return new UpdatePublisher(
                new ZoneUpdate(
                        one.server().get().toSocketAddress(),
                        DkimConfig.tsigKey(one.key().orElseThrow()),
                        one.deadline(),
                        clock.withZone(ZoneOffset.UTC),
                        new SecureRandom()),
                survey,
                one.ttl());
    }

    Publisher of(Domain domain) {
        return config.own(domain)
                .map(own -> byName.getOrDefault(own.dkim().publish(), Publisher.BY_HAND))
                .orElse(Publisher.BY_HAND);
    }
}
