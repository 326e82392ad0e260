package io.postern.auth.arc;

import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSignature;
import io.postern.auth.dkim.KeyQuery;
import io.postern.auth.dkim.TagList;
import io.postern.mail.Domain;
import java.util.Optional;

/// The tags of an ARC-Seal. RFC 8617 §4.1.3.
///
/// @param signature `b=`, without white space
record SealTags(
        DkimAlgorithm algorithm,
        String signature,
        ChainStatus status,
        Domain sealer,
        String selector) {
    sealed interface Parsed {
        record Ok(SealTags seal) implements Parsed {}

        record Bad(String why) implements Parsed {}
    }

    static Parsed read(TagList tags) {
        // §4.1.3: an ARC-Seal with h= makes the chain fail. Its signature covers a fixed set.
        if (tags.names().contains("h")) {
            return new Parsed.Bad("h= in an ARC-Seal");
        }
        var algorithm = tags.compact("a").flatMap(DkimAlgorithm::parse);
        if (algorithm.isEmpty()) {
            return bad("a", tags);
        }
        var signature = tags.compact("b").filter(b -> !b.isEmpty());
        if (signature.isEmpty()) {
            return bad("b", tags);
        }
        var status = tags.compact("cv").flatMap(ChainStatus::parse);
        if (status.isEmpty()) {
            return bad("cv", tags);
        }
        var sealer = DkimSignature.signingDomain(tags);
        if (sealer.isEmpty()) {
            return bad("d", tags);
        }
        var selector = DkimSignature.selector(tags);
        if (selector.isEmpty()) {
            return bad("s", tags);
        }
        if (tags.compact("t").filter(t -> !isTime(t)).isPresent()) {
            return bad("t", tags);
        }
        return new Parsed.Ok(
                new SealTags(
                        algorithm.get(),
                        signature.get(),
                        status.get(),
                        sealer.get(),
                        selector.get()));
    }

    private static Parsed bad(String name, TagList tags) {
        return new Parsed.Bad(
                name + "= " + (tags.names().contains(name) ? "is not valid" : "is missing"));
    }

    /// RFC 6376 §3.5, t=: at most 12 digits.
    private static boolean isTime(String text) {
        return !text.isEmpty()
                && text.length() <= 12
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    KeyQuery keyQuery() {
        return new KeyQuery(sealer, selector, algorithm, sealer);
    }

    /// For people.
    String words() {
        return "a=%s cv=%s d=%s s=%s".formatted(algorithm.tag(), status.word(), sealer, selector);
    }

    /// `i=` of an ARC-Seal or an ARC-Message-Signature, 1 to 50. §4.2.1.
    static Optional<Integer> instance(TagList tags) {
        return tags.compact("i")
                .filter(i -> !i.isEmpty() && i.length() <= 2)
                .filter(i -> i.chars().allMatch(c -> c >= '0' && c <= '9'))
                .map(Integer::parseInt)
                .filter(i -> i >= 1 && i <= Chain.MAX_SETS);
    }
}
