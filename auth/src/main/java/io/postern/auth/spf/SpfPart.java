package io.postern.auth.spf;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A domain's SPF record, or one of its terms that asks the DNS, with all that it leads to.
///
/// @param term as written, made visible; empty for the record that the survey began with
/// @param name what is asked for; empty when it depends on the message
/// @param parts the terms of the record there that ask the DNS, in order
public record SpfPart(Kind kind, String term, String name, Said said, List<SpfPart> parts) {
    /// What a part is. RFC 7208 §5, §6.1.
    public enum Kind {
        START,
        INCLUDE,
        REDIRECT,
        A,
        MX,
        PTR,
        EXISTS
    }

    /// What the DNS says there.
    public sealed interface Said {
        /// One record that can be read.
        ///
        /// @param text made visible and cut when long
        /// @param octets of the record
        /// @param all the mechanism `all` with its qualifier, such as `-all`; empty without one
        record One(String text, int octets, Optional<String> all) implements Said {}

        /// No record: none at the start, else a permerror (RFC 7208 §5.2, §6.1).
        record NoRecord(String why) implements Said {}

        /// A permerror for everybody who gets as far (RFC 7208 §4.6).
        record Wrong(String why) implements Said {}

        /// Addresses or hosts.
        record Found() implements Said {}

        /// Neither record nor address: a void look-up (RFC 7208 §4.6.4).
        record Nothing(String why) implements Said {}

        /// Known only once there is a message.
        record Depends() implements Said {}

        /// Nothing is known now.
        record Unknown(String why) implements Said {}

        /// Not looked at: there is too much already.
        record NotRead() implements Said {}
    }

    public SpfPart {
        parts = List.copyOf(parts);
    }

    /// How many terms that ask the DNS may be evaluated, this one and those that it leads to; more
    /// than ten in all is a permerror. RFC 7208 §4.6.4.
    public int lookups() {
        int below = parts.stream().mapToInt(SpfPart::lookups).sum();
        return kind == Kind.START ? below : below + 1;
    }

    /// This part and all that it leads to, in the order of evaluation.
    public Stream<SpfPart> all() {
        return Stream.concat(Stream.of(this), parts.stream().flatMap(SpfPart::all));
    }

    /// The mechanism `all` that decides when nothing else does: that of the record or of what it
    /// redirects to. Empty when there is none, or none that is known.
    public Optional<String> lastResort() {
        if (said instanceof Said.One(_, _, var all) && all.isPresent()) {
            return all;
        }
        return parts.stream()
                .filter(part -> part.kind == Kind.REDIRECT)
                .findFirst()
                .flatMap(SpfPart::lastResort);
    }
}
