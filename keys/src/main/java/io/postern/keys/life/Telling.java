package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.mail.Domain;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Tells what happened to keys, and what lasts only once. Safe for many threads.
final class Telling {
    private final Consumer<LifeEvent> events;

    /// What was said last, for each key and kind.
    private final Map<String, Map<LifeEvent.Kind, String>> told = new ConcurrentHashMap<>();

    Telling(Consumer<LifeEvent> events) {
        this.events = events;
    }

    void made(DkimKey key, String cause) {
        events.accept(new LifeEvent(LifeEvent.Kind.MADE, key.domain(), Optional.of(key), cause));
    }

    /// What one round did to a domain's keys, and what it saw.
    void round(
            Domain domain,
            LifeRules rules,
            List<DkimKey> before,
            List<DkimKey> after,
            Looks looks,
            Instant now) {
        for (int i = 0; i < after.size(); i++) {
            moves(before.get(i), after.get(i));
            sight(after.get(i), looks, now);
        }
        boolean signed = before.stream().anyMatch(rules::signs);
        boolean signs = after.stream().anyMatch(rules::signs);
        if (signed && !signs) {
            events.accept(
                    new LifeEvent(
                            LifeEvent.Kind.NO_KEY,
                            domain,
                            Optional.empty(),
                            after.stream().anyMatch(key -> key.state() == State.ACTIVE)
                                    ? "no key of the types in its `algorithms` is in the DNS any more, so none signs"
                                    : "no key of the domain is in the DNS any more, so none signs"));
        }
    }

    private void moves(DkimKey before, DkimKey after) {
        int known = before.history().size();
        for (var change : after.history().subList(known, after.history().size())) {
            boolean back = change.state() == State.CREATED;
            events.accept(
                    new LifeEvent(
                            back ? LifeEvent.Kind.VANISHED : LifeEvent.Kind.MOVED,
                            after.domain(),
                            Optional.of(after),
                            change.state().word() + ": " + change.cause()));
        }
    }

    private void sight(DkimKey key, Looks looks, Instant now) {
        if (looks.isRight(key) || key.state() == State.REMOVED) {
            // When it is lost again, that is something new.
            told.remove(id(key));
        }
        boolean needed = key.state() == State.RETIRING && key.lastSigned(now).isPresent();
        if (needed && !key.compromised() && looks.isWrong(key)) {
            once(
                    LifeEvent.Kind.VANISHED,
                    key,
                    "mail on its way that it signed can't be verified: " + key.sight().words());
        }
    }

    /// The same words about the same key are not said at each round.
    void once(LifeEvent.Kind kind, DkimKey key, String words) {
        var its = told.computeIfAbsent(id(key), _ -> new ConcurrentHashMap<>());
        if (!words.equals(its.put(kind, words))) {
            events.accept(new LifeEvent(kind, key.domain(), Optional.of(key), words));
        }
    }

    /// Words of that kind are news again.
    void over(LifeEvent.Kind kind, DkimKey key) {
        var its = told.get(id(key));
        if (its != null) {
            its.remove(kind);
        }
    }

    /// Tells keys apart, also those that had the same slot.
    static String id(DkimKey key) {
        return key.recordName() + "/" + key.generation();
    }
}
