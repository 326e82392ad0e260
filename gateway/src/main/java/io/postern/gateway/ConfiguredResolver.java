package io.postern.gateway;

import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.dns.CachingResolver;
import io.postern.dns.DnsResolver;
import io.postern.dns.Dnssec;
import io.postern.dns.Resolver;
import io.postern.dns.TrustAnchors;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DnsRules;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;

/// The resolver that the configuration describes.
final class ConfiguredResolver {
    private ConfiguredResolver() {}

    /// @throws io.postern.gateway.config.ConfigException when the trust anchors can't be read
    static Resolver of(Config.Dns dns, InstantSource clock) {
        var servers =
                dns.servers().isEmpty()
                        ? DnsResolver.systemServers()
                        : dns.servers().stream().map(server -> server.toSocketAddress()).toList();
        return new CachingResolver(
                new DnsResolver(servers, dns.timeout(), dnssec(dns, clock), new SecureRandom()),
                CachingResolver.Limits.DEFAULT,
                Ticker.systemTicker());
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
