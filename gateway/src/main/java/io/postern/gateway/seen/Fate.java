package io.postern.gateway.seen;

import static java.util.Objects.requireNonNull;

import io.postern.smtp.Reply;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How a message was treated, or would be.
///
/// @param rule that decided; empty for what is accepted
/// @param check that the rule belongs to: `rule` for the operator's rules, `access-list` for lists,
///   else as the rule
/// @param text the reply of a refusal
/// @param tags given to what is accepted or held; may be empty
public record Fate(
        Kind kind,
        Optional<String> rule,
        Optional<String> check,
        Optional<String> text,
        List<String> tags) {
    /// What a client or a recipient notices.
    public enum Kind {
        ACCEPTED("accepted"),
        /// Taken, and kept until an operator releases it.
        HELD("held"),
        /// Taken for some of its recipients.
        PARTLY_REFUSED("partly refused"),
        /// 4yz.
        DEFERRED("deferred"),
        /// 5yz.
        REFUSED("refused");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    public Fate {
        requireNonNull(kind);
        tags = List.copyOf(tags);
    }

    public static Fate accepted(List<String> tags) {
        return new Fate(Kind.ACCEPTED, Optional.empty(), Optional.empty(), Optional.empty(), tags);
    }

    /// Taken, and kept for an operator.
    ///
    /// @param reason of the check that holds it
    public static Fate held(String reason, List<String> tags) {
        return new Fate(Kind.HELD, Optional.of(reason), Optional.empty(), Optional.empty(), tags);
    }

    public static Fate refused(String rule, String check, Reply reply) {
        return new Fate(
                reply.permanent() ? Kind.REFUSED : Kind.DEFERRED,
                Optional.of(rule),
                Optional.of(check),
                Optional.of(reply.toString()),
                List.of());
    }

    /// The same for some recipients only.
    public Fate partly() {
        return new Fate(Kind.PARTLY_REFUSED, rule, check, text, tags);
    }

    /// Whether nobody outside the gateway's log would notice the difference: which rule refuses is
    /// all one.
    public boolean alike(Fate other) {
        return kind == other.kind && Set.copyOf(tags).equals(Set.copyOf(other.tags));
    }

    /// Such as `accepted`, `accepted, tagged dmarc`, `refused by dmarc`.
    public String words() {
        return kind.words
                + rule.map(one -> " by " + one).orElse("")
                + (tags.isEmpty() ? "" : ", tagged " + String.join(" ", tags));
    }
}
