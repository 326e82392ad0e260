package io.postern.gateway.signing;

import io.postern.mail.Domain;
import io.postern.store.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// The domains of which mail is held for want of a key that verifies. What is held says so itself,
/// in its decision record; this only remembers where to look. Safe for many threads.
public final class Withheld {
    /// Begins the reason for which such a message is held; whoever holds one for another reason
    /// keeps it.
    public static final String BECAUSE = "dkim: ";

    private static final String CHECK = "dkim-held";

    /// A message of which we were told may not be in the store for so long.
    private static final Duration UNDER_WAY = Duration.ofMinutes(2);

    private final InstantSource clock;
    private final Map<Domain, Instant> last = new ConcurrentHashMap<>();

    public Withheld(InstantSource clock) {
        this.clock = clock;
    }

    /// A message of the domain is about to be held.
    ///
    /// @return for its decision record
    public Decision add(Domain domain, String why) {
        last.put(domain, clock.instant());
        return new Decision(CHECK, why, inputs(domain));
    }

    /// The domain was found in the store.
    void found(Domain domain) {
        last.putIfAbsent(domain, Instant.EPOCH);
    }

    Set<Domain> domains() {
        return Set.copyOf(last.keySet());
    }

    /// Nothing of the domain is held any more, as far as was seen.
    void none(Domain domain) {
        last.computeIfPresent(
                domain, (_, at) -> at.plus(UNDER_WAY).isBefore(clock.instant()) ? null : at);
    }

    /// By which inputs the decision is found in the queue.
    static Map<String, String> inputs() {
        return Map.of("held-for", "a DKIM key");
    }

    static Map<String, String> inputs(Domain domain) {
        var inputs = new LinkedHashMap<>(inputs());
        inputs.put("of", domain.name());
        return inputs;
    }

    /// For the record of a message that is signed after all.
    static Decision over() {
        return new Decision(CHECK, "no longer for want of a key", Map.of());
    }

    /// Whether it was held for want of a key and was not signed since.
    static boolean isDue(List<Decision> decisions) {
        return decisions.stream()
                .filter(decision -> decision.check().equals(CHECK))
                .reduce((_, last) -> last)
                .filter(last -> !last.inputs().isEmpty())
                .isPresent();
    }

    /// The domains that a record says a message was held for.
    static Stream<Domain> domains(List<Decision> decisions) {
        return decisions.stream()
                .filter(decision -> decision.check().equals(CHECK))
                .flatMap(decision ->
                        Domain.parse(decision.inputs().getOrDefault("of", "")).stream());
    }
}
