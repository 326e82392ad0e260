package io.postern.auth.dmarc;

import io.postern.auth.dmarc.Discovery.Outcome;
import io.postern.auth.dmarc.TreeWalk.Organization;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the record that applies to an author domain. RFC 9989 §4.10.1. Confined to one thread.
final class PolicyDiscovery {
    private final Domain author;
    private final List<String> steps = new ArrayList<>();
    private final PolicyLookup lookup;

    private PolicyDiscovery(Resolver resolver, Domain author) {
        this.author = author;
        lookup = new PolicyLookup(resolver, Map.of(), steps, TreeNames.MAX_QUERIES);
    }

    static Discovery of(Domain author, Resolver resolver) {
        var discovery = new PolicyDiscovery(resolver, author);
        discovery.steps.add("author domain: " + author);
        var outcome = discovery.find();
        return new Discovery(author, outcome, discovery.lookup.known(), discovery.steps);
    }

    private Outcome find() {
        // The author domain's own record decides whatever stands above it, so one question does.
        if (lookup.level(author).orElseThrow() instanceof Level.Published(var record)) {
            return own(record);
        }
        var walk = TreeWalk.from(author, lookup);
        return switch (walk.organization()) {
            case Organization.Failed(var why) -> new Outcome.Failed(why);
            // The first walk may ask all its questions.
            case Organization.NotAsked() -> throw new IllegalStateException("walk was cut");
            case Organization.Known(var organization) -> {
                var place = walk.inherited(organization);
                yield place.isPresent()
                        ? inherited(place.get())
                        : walk.unreadable()
                                .<Outcome>map(Outcome.Unreadable::new)
                                .orElseGet(() -> none("no policy record for " + author));
            }
        };
    }

    private Outcome own(DmarcRecord record) {
        var policy = record.p();
        if (policy.isEmpty()) {
            return none("the record at _dmarc." + author + " has no policy and no rua=");
        }
        steps.add("policy: p=" + policy.get().word() + " of the author domain's own record");
        return new Outcome.Applies(author, record, policy.get(), Optional.empty());
    }

    private Outcome inherited(TreeWalk.Place place) {
        var record = place.record();
        var existing = record.forSubdomain(true);
        var missing = record.forSubdomain(false);
        if (existing.isEmpty() || missing.isEmpty()) {
            return none("the record at _dmarc." + place.domain() + " has no policy and no rua=");
        }
        // Only where np= asks for something else does it matter whether the domain exists.
        if (existing.equals(missing)) {
            return applies(place, existing.get(), record.sp().isPresent() ? "sp" : "p");
        }
        return switch (lookup.existence(author)) {
            case PolicyLookup.Existence.Known(boolean exists) when exists ->
                    applies(place, existing.get(), record.sp().isPresent() ? "sp" : "p");
            case PolicyLookup.Existence.Known _ -> applies(place, missing.get(), "np");
            case PolicyLookup.Existence.Failed(var why) ->
                    new Outcome.Applies(place.domain(), record, existing.get(), Optional.of(why));
        };
    }

    private Outcome applies(TreeWalk.Place place, DmarcPolicy policy, String tag) {
        steps.add(
                "policy: %s=%s of the record at _dmarc.%s"
                        .formatted(tag, policy.word(), place.domain()));
        return new Outcome.Applies(place.domain(), place.record(), policy, Optional.empty());
    }

    private Outcome none(String why) {
        steps.add("DMARC does not apply: " + why);
        return new Outcome.NotApplied(why);
    }
}
