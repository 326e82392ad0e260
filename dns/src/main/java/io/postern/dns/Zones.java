package io.postern.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Finds the zone that a name is in and the servers of that zone, and remembers both for as long as
/// their TTLs allow. Safe for many threads; two that want to know the same at once both ask.
///
/// Names here are lower case, without the trailing dot.
final class Zones {
    /// A server of a zone.
    ///
    /// @param addresses empty when it has none, or when they can't be found out
    /// @param trouble why there are none
    record Host(String name, List<InetSocketAddress> addresses, String trouble) {}

    /// A zone and whom to ask about it.
    ///
    /// @param keep how long this may be remembered
    record Zone(String apex, List<Host> hosts, int passedOver, Duration keep) {}

    /// What became of the search.
    sealed interface Found {
        record In(Zone zone) implements Found {}

        record NoZone(String why) implements Found {}

        record Unknown(String why) implements Found {}
    }

    /// A name's zone by its name.
    ///
    /// @param until of the ticker: no longer than the NS records say
    private record Apex(String name, long until) {}

    private record Located(Host host, Duration keep) {}

    /// Some TTLs are 0, and ten thousand names of one zone are looked at one after another.
    private static final Duration LEAST = Duration.ofSeconds(5);

    private static final Duration MOST = Duration.ofHours(1);

    /// A server without an address is a mistake that somebody repairs.
    private static final Duration WITHOUT_ADDRESS = Duration.ofMinutes(1);

    /// Names whose zone is remembered, those on the way to it among them; about 200 octets each.
    private static final int NAMES = 100_000;

    /// Servers and addresses that are remembered, of all zones together; about 150 octets each.
    private static final int ADDRESSES = 200_000;

    private final Delegations delegations;
    private final Resolver resolver;
    private final Authorities.Settings settings;
    private final RandomGenerator random;
    private final Ticker ticker;
    private final Cache<String, Apex> apexes;
    private final Cache<String, Zone> zones;

    Zones(
            Delegations delegations,
            Resolver resolver,
            Authorities.Settings settings,
            RandomGenerator random,
            Ticker ticker) {
        this.delegations = delegations;
        this.resolver = resolver;
        this.settings = settings;
        this.random = random;
        this.ticker = ticker;
        apexes =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .maximumSize(NAMES)
                        .expireAfter(
                                Expiry.creating((String _, Apex apex) ->
                                        Duration.ofNanos(apex.until() - ticker.read())))
                        .build();
        zones =
                Caffeine.newBuilder()
                        .ticker(ticker)
                        .executor(Runnable::run)
                        .maximumWeight(ADDRESSES)
                        .weigher((String _, Zone zone) -> weight(zone))
                        .expireAfter(Expiry.creating((String _, Zone zone) -> zone.keep()))
                        .build();
    }

    private static int weight(Zone zone) {
        return 1 + zone.hosts().stream().mapToInt(host -> 1 + host.addresses().size()).sum();
    }

    /// What is remembered of a name may not be true any more.
    void forget(String name, Zone zone) {
        for (var at = name; !at.isEmpty() && !at.equals(zone.apex()); at = above(at)) {
            apexes.invalidate(at);
        }
        apexes.invalidate(zone.apex());
        zones.asMap().remove(zone.apex(), zone);
    }

    /// Up from the name until a zone begins, or one that is remembered.
    ///
    /// A resolver fails for a name that is an alias in a circle, or into a zone that does not
    /// answer. The servers of the zone above can say so: that one failure does not end the way.
    Found find(String name) {
        var missing = Optional.<String>empty();
        var failure = Optional.<Found>empty();
        for (var at = name; !at.isEmpty(); at = above(at)) {
            var known = apexes.getIfPresent(at);
            var zone = known == null ? null : zones.getIfPresent(known.name());
            if (known != null && zone != null) {
                return failure.isPresent()
                        ? beyond(failure.get(), zone)
                        : in(zone, name, known, missing);
            }
            switch (delegations.ns(at)) {
                case Answer.Records<String>(var hosts, var ttl, _) -> {
                    var keep = within(ttl, MOST);
                    var apex = new Apex(at, ticker.read() + keep.toNanos());
                    var begins = zone(at, hosts, keep);
                    if (begins.isEmpty()) {
                        return new Found.Unknown("interrupted");
                    }
                    return failure.isPresent()
                            ? beyond(failure.get(), begins.get())
                            : in(begins.get(), name, apex, missing);
                }
                case Answer.NoSuchName<String>() -> missing = Optional.of(at);
                case Answer.NoData<String>() -> missing = Optional.empty();
                case Answer.TemporaryFailure<String>(var why) -> {
                    if (!at.equals(name)) {
                        return failure.orElse(new Found.Unknown("NS of " + at + ": " + why));
                    }
                    failure = Optional.of(new Found.Unknown("NS of " + at + ": " + why));
                }
            }
        }
        if (failure.isPresent()) {
            return failure.get();
        }
        return missing.<Found>map(top -> new Found.NoZone(top + " does not exist"))
                .orElse(new Found.Unknown("no zone has " + name + " in it"));
    }

    /// The zone above a name that the resolver failed for, but no top level domain: its servers
    /// know nothing of what is two levels below. Not remembered, for a zone may begin at the name.
    private static Found beyond(Found failure, Zone zone) {
        return zone.apex().indexOf('.') < 0 ? failure : new Found.In(zone);
    }

    /// That is the zone, and it is remembered of all names on the way to it: the other keys of a
    /// domain are not far.
    private Found in(Zone zone, String name, Apex apex, Optional<String> missing) {
        if (missing.isPresent() && isNotOurs(zone.apex(), missing.get())) {
            return new Found.NoZone(missing.get() + " does not exist");
        }
        for (var at = name; !at.equals(zone.apex()); at = above(at)) {
            apexes.put(at, apex);
        }
        apexes.put(zone.apex(), apex);
        return new Found.In(zone);
    }

    /// Whether the zone is a top level domain that has not delegated the one below it. Without a
    /// delegation there is no domain there, and that zone's servers need not be asked. (A key of a
    /// top level domain's own is below `_domainkey`.)
    private static boolean isNotOurs(String apex, String missing) {
        return apex.indexOf('.') < 0 && !missing.startsWith("_");
    }

    private static String above(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    /// Empty when the thread is interrupted.
    private Optional<Zone> zone(String apex, List<String> named, Duration keep) {
        var kept = zones.getIfPresent(apex);
        if (kept == null) {
            var chosen = new ArrayList<>(named.stream().distinct().sorted().toList());
            int passedOver = Math.max(0, chosen.size() - Authorities.MAX_SERVERS);
            if (passedOver > 0) {
                Collections.shuffle(chosen, random);
                chosen.subList(Authorities.MAX_SERVERS, chosen.size()).clear();
            }
            var located = AtOnce.each(chosen, this::locate);
            if (located.isEmpty()) {
                return Optional.empty();
            }
            var shortest = keep;
            for (var one : located.get()) {
                shortest = one.keep().compareTo(shortest) < 0 ? one.keep() : shortest;
            }
            kept =
                    new Zone(
                            apex,
                            located.get().stream().map(Located::host).toList(),
                            passedOver,
                            shortest);
            zones.put(apex, kept);
        }
        return Optional.of(kept);
    }

    private Located locate(String host) {
        var elsewhere = settings.elsewhere().get(host);
        if (elsewhere != null) {
            return new Located(new Host(host, List.of(elsewhere), ""), MOST);
        }
        var four = resolver.a(host);
        var six = resolver.aaaa(host);
        var chosen = choose(addresses(four), addresses(six));
        var keep = shorter(keep(four), keep(six));
        if (!chosen.isEmpty()) {
            return new Located(new Host(host, chosen, ""), keep);
        }
        var why = failure(four).or(() -> failure(six));
        return new Located(
                new Host(
                        host,
                        List.of(),
                        why.map(w -> "its address is not known: " + w).orElse("it has no address")),
                why.isPresent() ? LEAST : WITHOUT_ADDRESS);
    }

    /// One of each family where there are both, but none that no way leads to from here, as long as
    /// there is another: a machine without IPv6 asks the same server over IPv4.
    private List<InetSocketAddress> choose(
            List<InetSocketAddress> four, List<InetSocketAddress> six) {
        var nearFour = four.stream().filter(Transport::hasRoute).toList();
        var nearSix = six.stream().filter(Transport::hasRoute).toList();
        return nearFour.isEmpty() && nearSix.isEmpty()
                ? mixed(four, six)
                : mixed(nearFour, nearSix);
    }

    private static List<InetSocketAddress> mixed(
            List<InetSocketAddress> four, List<InetSocketAddress> six) {
        var all = new ArrayList<InetSocketAddress>();
        int most = Authorities.MAX_ADDRESSES;
        all.addAll(four.subList(0, Math.min(four.size(), six.isEmpty() ? most : most / 2)));
        all.addAll(six.subList(0, Math.min(six.size(), most - all.size())));
        return List.copyOf(all);
    }

    private List<InetSocketAddress> addresses(Answer<InetAddress> answer) {
        return answer instanceof Answer.Records<InetAddress>(var addresses, _, _)
                ? addresses.stream()
                        // Without the name that dnsjava puts into it, in the question's case.
                        .map(InetAddress::getHostAddress)
                        .map(InetAddress::ofLiteral)
                        .map(address -> new InetSocketAddress(address, settings.port()))
                        .toList()
                : List.of();
    }

    private static Optional<String> failure(Answer<?> answer) {
        return answer instanceof Answer.TemporaryFailure<?>(var why)
                ? Optional.of(why)
                : Optional.empty();
    }

    private static Duration keep(Answer<?> answer) {
        return switch (answer) {
            case Answer.Records<?>(_, var ttl, _) -> within(ttl, MOST);
            case Answer.NoSuchName<?>(), Answer.NoData<?>() -> MOST;
            case Answer.TemporaryFailure<?> _ -> LEAST;
        };
    }

    private static Duration within(Duration ttl, Duration most) {
        return ttl.compareTo(LEAST) < 0 ? LEAST : shorter(ttl, most);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
