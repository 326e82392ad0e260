package io.postern.auth.dmarc;

import io.postern.auth.dmarc.TreeWalk.Organization;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether identifiers are aligned with an author domain. RFC 9989 §4.10.2. Confined to one thread.
final class AlignmentCheck {
    /// Whether an identifier is aligned.
    sealed interface Aligned {
        record Yes() implements Aligned {}

        record No() implements Aligned {}

        /// Nothing is known now.
        record Unknown(String why) implements Aligned {}
    }

    /// For all identifiers together: one or two questions each are usual, and a message whose
    /// signers make us ask more is not worth more.
    private static final int MAX_QUESTIONS = 16;

    private final Domain author;
    private final List<String> steps;
    private final PolicyLookup authorLookup;
    private final Resolver resolver;
    private final Map<Domain, Aligned> relaxed = new HashMap<>();

    /// Made with the first question about another domain than the author's.
    private @Nullable PolicyLookup lookup;

    private @Nullable Organization organization;

    AlignmentCheck(Resolver resolver, Discovery discovery, List<String> steps) {
        this.resolver = resolver;
        this.steps = steps;
        author = discovery.author();
        authorLookup = new PolicyLookup(resolver, discovery.levels(), steps, TreeNames.MAX_QUERIES);
    }

    /// The author's organizational domain, if it had to be found and was.
    Optional<Domain> organizationalDomain() {
        return organization instanceof Organization.Known(var domain)
                ? Optional.of(domain)
                : Optional.empty();
    }

    /// Whether an authenticated identifier is aligned.
    Aligned check(Domain identifier, Alignment mode) {
        // Equal domains have equal organizational domains, whatever they are.
        if (identifier.equals(author)) {
            return new Aligned.Yes();
        }
        return switch (mode) {
            case STRICT -> new Aligned.No();
            case RELAXED -> {
                // Two walks, so computeIfAbsent would be changed under its feet.
                var known = relaxed.get(identifier);
                var aligned = known == null ? relaxed(identifier) : known;
                relaxed.put(identifier, aligned);
                yield aligned;
            }
        };
    }

    /// Whether an identifier would be aligned, for all that is known without a walk for it.
    boolean mayAlign(Domain identifier, Alignment mode) {
        if (identifier.equals(author)) {
            return true;
        }
        return switch (mode) {
            case STRICT -> false;
            case RELAXED ->
                    sharesTop(identifier)
                            && switch (organization()) {
                                case Organization.Known(var own) ->
                                        TreeNames.isWithin(identifier, own);
                                case Organization.Failed _, Organization.NotAsked _ -> true;
                            };
        };
    }

    private Aligned relaxed(Domain identifier) {
        // An organizational domain is the domain itself or above it, so domains that share no
        // label at their end need no walk, and none is made for what is not under the author's.
        if (!sharesTop(identifier)) {
            return new Aligned.No();
        }
        return switch (organization()) {
            case Organization.Failed(var why) -> new Aligned.Unknown(why);
            case Organization.NotAsked() -> new Aligned.No();
            case Organization.Known(var own) ->
                    TreeNames.isWithin(identifier, own)
                            ? compare(identifier, own)
                            : new Aligned.No();
        };
    }

    private Aligned compare(Domain identifier, Domain own) {
        var walks = lookup;
        if (walks == null) {
            walks = new PolicyLookup(resolver, authorLookup.known(), steps, MAX_QUESTIONS);
            lookup = walks;
        }
        return switch (TreeWalk.from(identifier, walks).organization()) {
            case Organization.Failed(var why) -> new Aligned.Unknown(why);
            case Organization.NotAsked() -> {
                steps.add(
                        identifier + ": not looked at, more than " + MAX_QUESTIONS + " questions");
                yield new Aligned.No();
            }
            case Organization.Known(var other) -> {
                steps.add("organizational domain of " + identifier + ": " + other);
                yield other.equals(own) ? new Aligned.Yes() : new Aligned.No();
            }
        };
    }

    private Organization organization() {
        var known = organization;
        if (known == null) {
            known = TreeWalk.from(author, authorLookup).organization();
            organization = known;
            if (known instanceof Organization.Known(var domain)) {
                steps.add("organizational domain of " + author + ": " + domain);
            }
        }
        return known;
    }

    private boolean sharesTop(Domain identifier) {
        return TreeNames.last(identifier, 1).equals(TreeNames.last(author, 1));
    }
}
