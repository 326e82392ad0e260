package io.postern.keys.life;

import io.postern.dns.Survey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.random.RandomGenerator;

/// A test double of one zone's servers, and of a resolver somewhere that caches what they say: a
/// change comes to each server after a time of its own, and servers fail for hours.
final class SimulatedDns {
    static final Duration TTL = Duration.ofHours(1);
    private static final Duration NEGATIVE_TTL = Duration.ofHours(3);

    /// What a server missed while it was down comes to it that long after.
    private static final Duration CATCHING_UP = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final List<Server> servers = new ArrayList<>();
    private final Map<String, Cached> cache = new HashMap<>();

    private record Change(Instant at, String name, Optional<String> text) {}

    private record Cached(Optional<String> text, Instant until) {}

    private static final class Server {
        private final Map<String, String> records = new HashMap<>();
        private final Queue<Change> coming = new ArrayDeque<>();
        private Instant downUntil = Instant.EPOCH;
    }

    SimulatedDns(int count, InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        for (int i = 0; i < count; i++) {
            servers.add(new Server());
        }
    }

    /// Puts a record in, or takes it out; servers after the first have it up to `lag` later.
    void change(String name, Optional<String> text, Duration lag) {
        var at = clock.instant();
        for (var server : servers) {
            server.coming.add(new Change(at, name, text));
            // In order on each server: a zone transfer never goes back.
            at = at.plusSeconds(random.nextLong(lag.toSeconds() + 1));
        }
    }

    /// What each server has now, empty where there is nothing.
    List<String> all(String name) {
        return servers.stream().map(server -> has(server, name).orElse("")).toList();
    }

    /// Makes one server unreachable for a while.
    void fail(Duration time) {
        servers.get(random.nextInt(servers.size())).downUntil = clock.instant().plus(time);
    }

    /// Whether all servers can be reached and none lacks a change.
    boolean isSettled() {
        for (var server : servers) {
            apply(server);
        }
        return servers.stream()
                .allMatch(server ->
                        server.coming.isEmpty() && !server.downUntil.isAfter(clock.instant()));
    }

    private Optional<String> has(Server server, String name) {
        apply(server);
        return Optional.ofNullable(server.records.get(name));
    }

    private void apply(Server server) {
        var now = clock.instant();
        if (server.downUntil.plus(CATCHING_UP).isAfter(now)) {
            return;
        }
        while (!server.coming.isEmpty() && !server.coming.peek().at().isAfter(now)) {
            var change = server.coming.remove();
            change.text()
                    .ifPresentOrElse(
                            text -> server.records.put(change.name(), text),
                            () -> server.records.remove(change.name()));
        }
    }

    /// What a key life sees.
    Survey survey(String name) {
        var said = new ArrayList<Survey.Said>();
        for (int i = 0; i < servers.size(); i++) {
            var server = servers.get(i);
            var word =
                    server.downUntil.isAfter(clock.instant())
                            ? new Survey.Word.Trouble("no answer")
                            : has(server, name)
                                    .<Survey.Word>map(SimulatedDns::word)
                                    .orElse(new Survey.Word.Nothing(false, NEGATIVE_TTL));
            said.add(new Survey.Said("ns" + i, Optional.empty(), word));
        }
        return new Survey.Asked("example", said, 0, NEGATIVE_TTL);
    }

    private static Survey.Word word(String text) {
        return text.startsWith("CNAME ")
                ? new Survey.Word.Alias(text.substring(6), TTL)
                : new Survey.Word.Texts(List.of(text), TTL);
    }

    /// What a receiver's resolver says: from its cache while that lasts, else from any server that
    /// answers; empty when there is no record.
    Optional<String> resolve(String name) {
        var cached = cache.get(name);
        var now = clock.instant();
        if (cached == null || !cached.until().isAfter(now)) {
            var up = servers.stream().filter(s -> !s.downUntil.isAfter(now)).toList();
            if (up.isEmpty()) {
                return cached == null ? Optional.empty() : cached.text();
            }
            var text = has(up.get(random.nextInt(up.size())), name);
            cached = new Cached(text, now.plus(text.isEmpty() ? NEGATIVE_TTL : TTL));
            cache.put(name, cached);
        }
        var text = cached.text();
        return text.filter(t -> t.startsWith("CNAME "))
                .map(t -> resolve(t.substring(6)))
                .orElse(text);
    }

    /// Whether some server that could answer is the only reason for a missing answer.
    boolean anyUp() {
        return servers.stream().anyMatch(s -> !s.downUntil.isAfter(clock.instant()));
    }
}
