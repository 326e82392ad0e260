package io.postern.dns;

import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.xbill.DNS.Name;

/// Asks all authoritative servers of a name directly what they have, none of them by way of a
/// cache. Safe for many threads; holds no socket and no thread between calls.
///
/// Which servers these are a resolver says, and that is kept as long as the TTLs allow (5 s to 1
/// h), or until a server gives trouble. They are asked at once, over UDP, over TCP where the answer
/// does not fit, up to three times when there is none.
public final class Authorities {
    /// Most servers of a zone that are asked. The root zone has 13, and no zone in use many more.
    public static final int MAX_SERVERS = 32;

    /// Most addresses of a server that are asked: one of each family where it has both.
    public static final int MAX_ADDRESSES = 2;

    /// Sockets of all surveys together, so that file descriptors are left for mail.
    private static final int MAX_AT_ONCE = 256;

    /// How servers are reached.
    ///
    /// @param deadline bound on asking all servers of a name, which is done at once
    /// @param port where they listen: 53, but in laboratories
    /// @param elsewhere servers by name, in any case and with or without the trailing dot, that are
    ///   asked at this address in place of those that the DNS has for them
    public record Settings(Duration deadline, int port, Map<String, InetSocketAddress> elsewhere) {
        /// 5 s, port 53, nobody elsewhere.
        public static final Settings DEFAULT = new Settings(Duration.ofSeconds(5), 53, Map.of());

        /// Names become as [Survey.Said#server] has them.
        ///
        /// @throws IllegalArgumentException when one is not a domain name
        public Settings {
            var named = new HashMap<String, InetSocketAddress>();
            elsewhere.forEach((name, address) ->
                    named.put(
                            DnsNames.parse(name)
                                    .map(DnsNames::text)
                                    .orElseThrow(() ->
                                            new IllegalArgumentException(
                                                    "not a server's name: " + name)),
                            address));
            elsewhere = Map.copyOf(named);
        }
    }

    private record Target(String server, InetSocketAddress address) {}

    private final Zones zones;
    private final Settings settings;
    private final DnsResolver.Exchange exchange;
    private final RandomGenerator random;
    private final Semaphore turns = new Semaphore(MAX_AT_ONCE);

    /// @param delegations who serves a zone
    /// @param addresses where the servers are; a [CachingResolver] spares many zones of the same
    ///   servers the same questions
    /// @param random ids of questions and the case of their letters; nobody may guess it
    public Authorities(
            Delegations delegations,
            Resolver addresses,
            Settings settings,
            RandomGenerator random) {
        this(delegations, addresses, settings, random, Ticker.systemTicker(), DnsResolver.SOCKETS);
    }

    Authorities(
            Delegations delegations,
            Resolver addresses,
            Settings settings,
            RandomGenerator random,
            Ticker ticker,
            DnsResolver.Exchange exchange) {
        zones = new Zones(delegations, addresses, settings, random, ticker);
        this.settings = settings;
        this.exchange = exchange;
        this.random = random;
    }

    /// Asks about the TXT records of a name. Blocks, at most for the settings' deadline and the
    /// resolvers' own for each label of the name and for each server's addresses.
    public Survey survey(String name) {
        var asked = DnsNames.parse(name);
        if (asked.isEmpty()) {
            return new Survey.NoZone("not a domain name");
        }
        // As it was given, but for case and the last dot: each dot of it ends a label.
        var text = DnsNames.plain(name);
        return switch (zones.find(text)) {
            case Zones.Found.NoZone(var why) -> new Survey.NoZone(why);
            case Zones.Found.Unknown(var why) -> new Survey.Unknown(why);
            case Zones.Found.In(var zone) -> {
                var survey = survey(asked.get(), zone);
                if (hasTrouble(survey)) {
                    // It may be that these are not the servers any more.
                    zones.forget(text, zone);
                }
                yield survey;
            }
        };
    }

    private static boolean hasTrouble(Survey survey) {
        return !(survey instanceof Survey.Asked asked)
                || asked.servers().stream()
                        .anyMatch(said -> said.word() instanceof Survey.Word.Trouble);
    }

    private Survey survey(Name name, Zones.Zone zone) {
        var apex = DnsNames.parse(zone.apex()).orElse(Name.root);
        long until = System.nanoTime() + settings.deadline().toNanos();
        var targets = new ArrayList<Target>();
        for (var host : zone.hosts()) {
            for (var address : host.addresses()) {
                targets.add(new Target(host.name(), address));
            }
        }
        var heard = AtOnce.each(targets, target -> ask(target.address(), name, apex, until));
        return heard.isEmpty()
                ? new Survey.Unknown("interrupted")
                : asked(zone, targets, heard.get());
    }

    private Authority.Heard ask(InetSocketAddress address, Name name, Name apex, long until) {
        try {
            if (!turns.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return Authority.Heard.trouble("not asked: too many others to ask at this time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Authority.Heard.trouble("interrupted");
        }
        try {
            return new Authority(address, apex, exchange, random).txt(name, until);
        } finally {
            turns.release();
        }
    }

    private static Survey asked(
            Zones.Zone zone, List<Target> targets, List<Authority.Heard> heard) {
        var said = new ArrayList<Survey.Said>();
        int at = 0;
        for (var host : zone.hosts()) {
            if (host.addresses().isEmpty()) {
                said.add(
                        new Survey.Said(
                                host.name(),
                                Optional.empty(),
                                new Survey.Word.Trouble(host.trouble())));
            }
            for (var _ : host.addresses()) {
                said.add(
                        new Survey.Said(
                                host.name(),
                                Optional.of(targets.get(at).address()),
                                heard.get(at).word()));
                at++;
            }
        }
        var negativeTtl =
                heard.stream()
                        .flatMap(one -> one.negativeTtl().stream())
                        .max(Duration::compareTo)
                        .orElse(Authority.USUAL_NEGATIVE_TTL);
        return new Survey.Asked(zone.apex(), said, zone.passedOver(), negativeTtl);
    }
}
