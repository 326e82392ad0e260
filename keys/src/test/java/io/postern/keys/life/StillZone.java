package io.postern.keys.life;

import io.postern.dns.Survey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A test double of the servers of one zone, which stand still: each has what it was told to have.
final class StillZone {
    static final Duration TTL = Duration.ofHours(1);
    static final Duration NEGATIVE_TTL = Duration.ofHours(3);

    private final Map<String, Map<String, Survey.Word>> servers = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private int passedOver;

    StillZone(String... names) {
        for (var name : names) {
            servers.put(name, new HashMap<>());
            order.add(name);
        }
    }

    /// Puts a record on every server, or takes it from all of them.
    void put(String name, Optional<String> text) {
        for (var server : order) {
            put(server, name, text);
        }
    }

    void put(String server, String name, Optional<String> text) {
        text.ifPresentOrElse(
                record -> on(server, name, new Survey.Word.Texts(List.of(record), TTL)),
                () -> words(server).remove(name));
    }

    void texts(String name, Duration ttl, String... texts) {
        for (var server : order) {
            on(server, name, new Survey.Word.Texts(List.of(texts), ttl));
        }
    }

    void alias(String name, String target) {
        for (var server : order) {
            on(server, name, new Survey.Word.Alias(target.toLowerCase(Locale.ROOT), TTL));
        }
    }

    void on(String server, String name, Survey.Word word) {
        words(server).put(name, word);
    }

    private Map<String, Survey.Word> words(String server) {
        return servers.computeIfAbsent(server, _ -> new HashMap<>());
    }

    /// The server answers nothing any more, until [#speak].
    void silence(String server) {
        on(server, "*", new Survey.Word.Trouble("no answer within 5 s"));
    }

    void speak(String server) {
        words(server).remove("*");
    }

    /// So many more servers has the zone.
    void more(int count) {
        passedOver = count;
    }

    /// What the first server has.
    Optional<String> text(String name) {
        return words(order.getFirst()).get(name) instanceof Survey.Word.Texts(var texts, _)
                ? Optional.of(texts.getFirst())
                : Optional.empty();
    }

    /// Whether every server has that record, aliases followed.
    boolean shows(String name, String text) {
        return order.stream().allMatch(server -> shows(server, name, text));
    }

    private boolean shows(String server, String name, String text) {
        return switch (words(server).get(name)) {
            case Survey.Word.Texts(var texts, _) -> texts.contains(text);
            case Survey.Word.Alias(var target, _) -> shows(server, target, text);
            case null, default -> false;
        };
    }

    /// How many questions were answered until now.
    int questions() {
        return asked.size();
    }

    Survey survey(String name) {
        asked.add(name);
        var said = new ArrayList<Survey.Said>();
        for (var server : order) {
            var its = words(server);
            var nothing = new Survey.Word.Nothing(false, NEGATIVE_TTL);
            var word = its.getOrDefault("*", its.getOrDefault(name, nothing));
            said.add(new Survey.Said(server, Optional.empty(), word));
        }
        return new Survey.Asked("example.com", said, passedOver, NEGATIVE_TTL);
    }
}
