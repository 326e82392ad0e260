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

/// The resolver that the configuration describes.
public final class ConfiguredResolver {
    private ConfiguredResolver() {}

    /// A caching resolver.
    ///
    /// @throws io.postern.gateway.config.ConfigException when the trust anchors can't be read
    public static Resolver of(Config.Dns dns, InstantSource clock) {
        return cached(resolver(dns, clock));
    }

    private static DnsResolver resolver(Config.Dns dns, InstantSource clock) {
        var servers =
                dns.servers().isEmpty()
                        ? DnsResolver.systemServers()
                        : dns.servers().stream().map(server -> server.toSocketAddress()).toList();
        return new DnsResolver(servers, dns.timeout(), dnssec(dns, clock), new SecureRandom());
    }

    private static Resolver cached(DnsResolver resolver) {
        return new CachingResolver(resolver, CachingResolver.Limits.DEFAULT, Ticker.systemTicker());
    }

    /// The authoritative servers of any name, found by that resolver.
    public static Authorities authorities(Config config, InstantSource clock) {
        var resolver = resolver(config.dns(), clock);
        return new Authorities(
                resolver,
                cached(resolver),
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
