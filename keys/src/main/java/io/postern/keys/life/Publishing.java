package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// Hands records to publishers: no more often than is of use, and none in place of a foreign key.
/// Safe for many threads.
final class Publishing {
    private final Telling telling;
    private final InstantSource clock;
    private final Map<String, Handed> handed = new ConcurrentHashMap<>();

    private record Handed(Optional<String> text, Instant at) {}

    Publishing(Telling telling, InstantSource clock) {
        this.telling = telling;
        this.clock = clock;
    }

    /// Drops what was remembered of a key.
    void forget(DkimKey gone) {
        handed.remove(Telling.id(gone));
    }

    /// Hands over what the DNS should show and does not.
    ///
    /// @param looks what it shows
    /// @param all the keys of a domain, as they were after that look
    /// @param stillSo whether a key is as it was then: a publisher may take minutes
    /// @return whether a new key's record was handed over
    boolean publish(
            Publisher publisher,
            LifeRules rules,
            Looks looks,
            List<DkimKey> all,
            Predicate<DkimKey> stillSo) {
        boolean any = false;
        for (var key : all) {
            var one = looks.one(key);
            if (key.state() == State.REMOVED || one.isEmpty()) {
                continue;
            }
            boolean moved = one.get().key().state().record() != key.state().record();
            var wanted = moved ? key.state().record() : one.get().wanted();
            boolean due =
                    switch (one.get().looked()) {
                        case Looked.Right _ -> moved;
                        case Looked.Wrong wrong -> !isForeign(wrong);
                        // What was ours when it was seen last is taken for ours.
                        case Looked.Unknown _ -> moved && key.sight().seenAt().isPresent();
                    };
            if (due && stillSo.test(key)) {
                any |= publish(publisher, rules, key, wanted) && key.state() == State.CREATED;
            }
        }
        return any;
    }

    /// Whether that was handed over a short time ago: servers that lag are waited for, not asked
    /// again. When it has been seen since, it vanished.
    private boolean isUnderWay(DkimKey key, Optional<String> text) {
        var last = handed.get(Telling.id(key));
        return last != null
                && last.text().equals(text)
                && last.at().plus(Steps.LAG).isAfter(clock.instant())
                && key.sight().seenAt().map(seen -> !seen.isAfter(last.at())).orElse(true);
    }

    private static boolean isForeign(Looked.Wrong wrong) {
        return wrong.findings().stream()
                .anyMatch(finding -> finding.kind() == Finding.Kind.FOREIGN_KEY);
    }

    private boolean publish(
            Publisher publisher, LifeRules rules, DkimKey key, DkimKey.Shown wanted) {
        var name = rules.place(key);
        var text =
                wanted == DkimKey.Shown.NOTHING
                        ? Optional.<String>empty()
                        : Optional.of(key.recordText());
        if (isUnderWay(key, text)) {
            return false;
        }
        var came = publisher.publish(new Publisher.Change(key, name, text));
        switch (came) {
            case Publisher.Published.Done() -> {
                handed.put(Telling.id(key), new Handed(text, clock.instant()));
                telling.over(LifeEvent.Kind.NOT_PUBLISHED, key);
            }
            case Publisher.Published.ByHand() ->
                    telling.once(LifeEvent.Kind.BY_HAND, key, byHand(name, text));
            case Publisher.Published.Failed(var why) -> {
                // Who is interrupted ends: that is no failure to tell of.
                if (!Thread.currentThread().isInterrupted()) {
                    telling.once(
                            LifeEvent.Kind.NOT_PUBLISHED,
                            key,
                            name + " could not be published: " + why);
                }
            }
        }
        return came instanceof Publisher.Published.Done;
    }

    private static String byHand(String name, Optional<String> text) {
        return text.map(record -> "publish at %s the TXT record %s".formatted(name, record))
                .orElseGet(() -> "remove the TXT record at " + name);
    }
}
