package io.postern.auth.dmarc;

import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// Evaluates messages by DMARC. RFC 9989 §5.3. Immutable, safe for many threads if the resolver is.
///
/// At most 8 TXT questions and one for the author domain's existence are asked for the policy, and
/// at most 24 more TXT questions, of which 8 for the author domain again where its own record is
/// not enough, to find what is aligned; no name is asked for twice.
public final class DmarcVerifier {
    private final Resolver resolver;

    public DmarcVerifier(Resolver resolver) {
        this.resolver = resolver;
    }

    /// Finds the policy that applies and evaluates. Blocks as long as the resolver does.
    public DmarcResult evaluate(DmarcInput input) {
        return evaluate(input, discover(input.author()));
    }

    /// Finds the policy that applies to an author domain, which may be done before anything is
    /// known of the message's identifiers. Blocks as long as the resolver does.
    public Discovery discover(Domain author) {
        return PolicyDiscovery.of(author, resolver);
    }

    /// The organizational domain of a domain; empty when the DNS does not tell now. Asks up to 8
    /// questions. RFC 9989 §4.10.2.
    public Optional<Domain> organizationalDomain(Domain domain) {
        var lookup = new PolicyLookup(resolver, Map.of(), new ArrayList<>(), TreeNames.MAX_QUERIES);
        return TreeWalk.from(domain, lookup).organization()
                        instanceof TreeWalk.Organization.Known(var organization)
                ? Optional.of(organization)
                : Optional.empty();
    }

    /// Evaluates with a policy found before. Asks the DNS where alignment depends on it.
    ///
    /// @throws IllegalArgumentException when the discovery is about another author domain: our bug
    public DmarcResult evaluate(DmarcInput input, Discovery discovery) {
        if (!discovery.author().equals(input.author())) {
            throw new IllegalArgumentException(
                    "discovery for " + discovery.author() + ", author " + input.author());
        }
        return new Evaluation(resolver, input, discovery).evaluate();
    }
}
