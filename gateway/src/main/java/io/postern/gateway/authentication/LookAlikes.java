package io.postern.gateway.authentication;

import com.ibm.icu.text.SpoofChecker;
import io.postern.mail.Domain;
import java.net.IDN;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Domains that look like one of ours and are not, and such as mix scripts to look like any other.
/// Unicode Technical Standard 39. Immutable, safe for many threads.
public final class LookAlikes {
    /// Its tables take a tenth of a second to read, which the first message waits for and no start.
    private static final class Unicode {
        static final SpoofChecker CHECKER =
                new SpoofChecker.Builder()
                        .setChecks(
                                SpoofChecker.RESTRICTION_LEVEL
                                        | SpoofChecker.MIXED_NUMBERS
                                        | SpoofChecker.INVISIBLE)
                        .setRestrictionLevel(SpoofChecker.RestrictionLevel.HIGHLY_RESTRICTIVE)
                        .build();
    }

    private final List<Domain> ours;
    private volatile @Nullable Map<String, Domain> skeletons;

    /// @param ours domains that others would like to look like
    public LookAlikes(List<Domain> ours) {
        this.ours = List.copyOf(ours);
    }

    private Map<String, Domain> skeletons() {
        var known = skeletons;
        if (known == null) {
            known = new HashMap<>();
            for (var domain : ours) {
                known.put(skeleton(domain), domain);
            }
            skeletons = known;
        }
        return known;
    }

    /// What a domain pretends to be, in words; empty when it pretends nothing.
    Optional<String> of(Domain domain) {
        if (ours.stream().anyMatch(own -> isBelow(domain, own))) {
            return Optional.empty();
        }
        var text = unicode(domain);
        var like = skeletons().get(skeleton(domain));
        if (like != null) {
            return Optional.of("the domain " + domain + " (" + text + ") looks like " + like);
        }
        if (!text.equals(domain.name())) {
            for (int at = 0; at < text.length(); ) {
                int dot = text.indexOf('.', at);
                var label = text.substring(at, dot < 0 ? text.length() : dot);
                if (Unicode.CHECKER.failsChecks(label)) {
                    return Optional.of("the domain " + domain + " mixes scripts");
                }
                at = dot < 0 ? text.length() : dot + 1;
            }
        }
        return Optional.empty();
    }

    private static boolean isBelow(Domain domain, Domain own) {
        return domain.equals(own) || domain.name().endsWith("." + own.name());
    }

    private static String skeleton(Domain domain) {
        return Unicode.CHECKER.getSkeleton(unicode(domain));
    }

    private static String unicode(Domain domain) {
        return IDN.toUnicode(domain.name(), IDN.ALLOW_UNASSIGNED);
    }
}
