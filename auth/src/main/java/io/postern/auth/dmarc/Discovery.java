package io.postern.auth.dmarc;

import io.postern.mail.Domain;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which policy applies to an author domain, found before anything is known of the message's
/// identifiers. Immutable.
public final class Discovery {
    /// What was found. RFC 9989 §4.10.1.
    public sealed interface Outcome {
        /// A record that applies.
        ///
        /// @param requested what it asks for the author domain
        /// @param doubt present when the DNS did not tell whether the author domain exists, so that
        ///   `np=` may apply instead: nothing may be held against the message
        record Applies(
                Domain policyDomain,
                DmarcRecord record,
                DmarcPolicy requested,
                Optional<String> doubt)
                implements Outcome {}

        /// DMARC does not apply.
        record NotApplied(String why) implements Outcome {}

        /// The only record there is can't be read.
        record Unreadable(String why) implements Outcome {}

        /// Nothing is known now.
        record Failed(String why) implements Outcome {}
    }

    private final Domain author;
    private final Outcome outcome;
    private final Map<Domain, Level> levels;
    private final List<String> steps;

    Discovery(Domain author, Outcome outcome, Map<Domain, Level> levels, List<String> steps) {
        this.author = author;
        this.outcome = outcome;
        this.levels = Map.copyOf(levels);
        this.steps = List.copyOf(steps);
    }

    /// The author domain.
    public Domain author() {
        return author;
    }

    /// What was found.
    public Outcome outcome() {
        return outcome;
    }

    /// Each question to the DNS and each decision, in order, for people.
    public List<String> steps() {
        return steps;
    }

    /// What need not be asked again.
    Map<Domain, Level> levels() {
        return levels;
    }
}
