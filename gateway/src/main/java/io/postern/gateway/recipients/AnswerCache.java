package io.postern.gateway.recipients;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.gateway.config.Durations;
import io.postern.gateway.config.Remembering;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/// Answers of a source that has to be asked over the network, kept for a while. A dictionary attack
/// does not push the real recipients out: the cache keeps what is asked for often.
///
/// Two threads that ask for the same address at once both ask the source; nobody waits for somebody
/// else's question.
final class AnswerCache {
    private final Remembering limits;
    private final InstantSource clock;
    private final Cache<String, Answer> answers;

    private record Answer(boolean known, String words, Instant at) {}

    AnswerCache(Remembering limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        // On the caller's thread, so that its size is bounded at any moment.
        this.answers =
                Caffeine.newBuilder().maximumSize(limits.size()).executor(Runnable::run).build();
    }

    /// The answer that is kept, else what the source says now, else an older "known" if that may
    /// stand in.
    Found answer(String address, Supplier<Found> source) {
        var kept = answers.getIfPresent(address);
        if (kept != null && fits(kept, kept.known() ? limits.known() : limits.unknown())) {
            var words = kept.words() + ", asked " + age(kept) + " ago";
            return kept.known() ? new Found.Known(words) : new Found.Unknown(words);
        }
        var found = source.get();
        switch (found) {
            case Found.Known(var words) -> put(address, true, words);
            case Found.Unknown(var words) -> put(address, false, words);
            case Found.Unavailable(var why) -> {
                if (kept != null
                        && kept.known()
                        && fits(kept, limits.known().plus(limits.stale()))) {
                    return new Found.Known(
                            kept.words() + ", asked " + age(kept) + " ago; now " + why);
                }
            }
        }
        return found;
    }

    private void put(String address, boolean known, String words) {
        answers.put(address, new Answer(known, words, clock.instant()));
    }

    private boolean fits(Answer answer, Duration limit) {
        var age = Duration.between(answer.at(), clock.instant());
        // A clock that was set back would keep an answer for that much longer.
        return !age.isNegative() && age.compareTo(limit) < 0;
    }

    private String age(Answer answer) {
        return Durations.print(
                Duration.ofSeconds(Duration.between(answer.at(), clock.instant()).toSeconds()));
    }

    /// How many answers are kept.
    long size() {
        return answers.estimatedSize();
    }
}
