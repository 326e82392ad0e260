package io.postern.auth.dmarc;

import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;

/// Names on the way from a domain up to its top-level domain. RFC 9989 §4.10.
final class TreeNames {
    /// RFC 9989 §4.10: no more than eight queries for one walk.
    static final int MAX_QUERIES = 8;

    private TreeNames() {}

    /// The domains at which a walk from this one asks, in order: itself, then its last seven labels
    /// or what there is of them, one label less each time.
    static List<Domain> walk(Domain start) {
        var targets = new ArrayList<Domain>(MAX_QUERIES);
        targets.add(start);
        for (int labels = Math.min(labels(start) - 1, MAX_QUERIES - 1); labels > 0; labels--) {
            targets.add(last(start, labels));
        }
        return targets;
    }

    /// The domain one label below an ancestor of this one, on the way to it.
    static Domain below(Domain ancestor, Domain domain) {
        return last(domain, labels(ancestor) + 1);
    }

    static boolean isWithin(Domain domain, Domain parent) {
        return domain.equals(parent) || domain.name().endsWith("." + parent.name());
    }

    static int labels(Domain domain) {
        return (int) domain.name().chars().filter(c -> c == '.').count() + 1;
    }

    static Domain last(Domain domain, int labels) {
        var name = domain.name();
        int at = name.length();
        for (int i = 0; i < labels && at >= 0; i++) {
            at = name.lastIndexOf('.', at - 1);
        }
        return at < 0 ? domain : new Domain(name.substring(at + 1));
    }
}
