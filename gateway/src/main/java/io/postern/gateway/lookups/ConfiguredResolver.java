package io.postern.gateway.lookups;

import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.dns.Authorities;
import io.postern.dns.CachingResolver;
import io.postern.dns.DnsResolver;
import io.postern.dns.Dnssec;
import io.postern.dns.Resolver;
import io.postern.dns.TrustAnchors;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.gateway.config.DnsRules;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;

/// The resolver that the configuration describes, and who may be asked with its help.
public final class ConfiguredResolver {
    private final DnsResolver asking;
    private final Resolver caching;
    private final Config config;

    /// @throws io.postern.gateway.config.ConfigException when the trust anchors can't be read
    public ConfiguredResolver(Config config, InstantSource clock) {
        this.config = config;
        var dns = config.dns();
        var servers =
                dns.servers().isEmpty()
                        ? DnsResolver.systemServers()
                        : dns.servers().stream().map(server -> server.toSocketAddress()).toList();
        asking = new DnsResolver(servers, dns.timeout(), dnssec(dns, clock), new SecureRandom());
        caching =
                new CachingResolver(asking, CachingResolver.Limits.DEFAULT, Ticker.systemTicker());
    }

    /// With a cache.
    public Resolver resolver() {
        return caching;
    }

    /// The authoritative servers of any name.
    public Authorities authorities() {
        return new Authorities(
                asking,
                caching,
                new Authorities.Settings(
                        Authorities.Settings.DEFAULT.deadline(),
                        Authorities.Settings.DEFAULT.port(),
                        DkimConfig.authorities(config)),
                new SecureRandom());
    }

    private static Dnssec dnssec(Config.Dns dns, InstantSource clock) {
        return switch (dns.dnssec()) {
            case OFF -> new Dnssec.Off();
            case TRUST_AD ->
                    new Dnssec.TrustAd(server ->
                            dns.trustAdOf().stream().anyMatch(network -> network.contains(server)));
            case VALIDATE ->
                    new Dnssec.Validate(
                            dns.trustAnchors().map(DnsRules::anchors).orElseGet(TrustAnchors::iana),
                            clock.withZone(ZoneOffset.UTC));
        };
    }
}
