package io.postern.auth.dmarc;

import io.postern.auth.dmarc.DmarcRecord.Psd;
import io.postern.mail.Domain;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A DNS tree walk and what follows from it. RFC 9989 §4.10.
///
/// @param start where it began
/// @param levels what was found at each name asked, longest first
/// @param cut whether no more questions were allowed before it was at its end
record TreeWalk(Domain start, Map<Domain, Level> levels, boolean cut) {
    /// The organizational domain of the start.
    sealed interface Organization {
        /// This one.
        record Known(Domain domain) implements Organization {}

        /// Nothing is known now.
        record Failed(String why) implements Organization {}

        /// No more questions were allowed.
        record NotAsked() implements Organization {}
    }

    /// A record and where it was found.
    record Place(Domain domain, DmarcRecord record) {}

    static TreeWalk from(Domain start, PolicyLookup lookup) {
        var levels = new LinkedHashMap<Domain, Level>();
        for (var target : TreeNames.walk(start)) {
            var level = lookup.level(target);
            if (level.isEmpty()) {
                return new TreeWalk(start, levels, true);
            }
            levels.put(target, level.get());
            if (level.get().stops()) {
                break;
            }
        }
        return new TreeWalk(start, levels, false);
    }

    /// Why nothing certain can be said, if so.
    Optional<String> failure() {
        for (var level : levels.values()) {
            if (level instanceof Level.Failed(var why)) {
                return Optional.of(why);
            }
        }
        return Optional.empty();
    }

    /// §4.10.2, from the longest name to the shortest.
    Organization organization() {
        var failure = failure();
        if (failure.isPresent()) {
            return new Organization.Failed(failure.get());
        }
        if (cut) {
            return new Organization.NotAsked();
        }
        var found = start;
        for (var entry : levels.entrySet()) {
            if (!(entry.getValue() instanceof Level.Published(var record))) {
                continue;
            }
            var domain = entry.getKey();
            if (record.psd() == Psd.NO) {
                return new Organization.Known(domain);
            }
            // A public suffix domain is its own organizational domain when the walk began there.
            if (record.psd() == Psd.YES && !domain.equals(start)) {
                return new Organization.Known(TreeNames.below(domain, start));
            }
            found = domain;
        }
        return new Organization.Known(found);
    }

    /// §4.10.1: the record of the organizational domain, else that of the public suffix domain.
    Optional<Place> inherited(Domain organization) {
        return published(organization)
                .or(() ->
                        levels.keySet().stream()
                                .flatMap(domain -> published(domain).stream())
                                .filter(place -> place.record().psd() == Psd.YES)
                                .findFirst());
    }

    private Optional<Place> published(Domain domain) {
        return levels.get(domain) instanceof Level.Published(var record)
                ? Optional.of(new Place(domain, record))
                : Optional.empty();
    }

    /// Why a record that somebody published does not count, if one was found.
    Optional<String> unreadable() {
        for (var level : levels.values()) {
            if (level instanceof Level.Unreadable(var why)) {
                return Optional.of(why);
            }
        }
        return Optional.empty();
    }
}
