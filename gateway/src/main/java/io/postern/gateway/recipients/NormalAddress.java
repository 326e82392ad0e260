package io.postern.gateway.recipients;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.util.Optional;

/// An address in the one form in which all sources compare: the domain in lower-case A-labels, the
/// local part as [LocalParts#folded].
///
/// @param localPart without quotes
/// @param base the local part without its detail, `info` for `info+shop`; empty when it has none,
///   or the domain has no separator
record NormalAddress(String localPart, Optional<String> base, Domain domain) {
    /// The form of an address.
    ///
    /// @param separator what begins the detail of a local part, such as `+`; empty when nothing
    ///   does. At the beginning of a local part it is a letter like others
    static NormalAddress of(String localPart, Domain domain, Optional<String> separator) {
        var folded = LocalParts.folded(localPart);
        int cut = separator.map(folded::indexOf).orElse(-1);
        return new NormalAddress(
                folded, cut > 0 ? Optional.of(folded.substring(0, cut)) : Optional.empty(), domain);
    }

    /// As text, quoted only when it must be: `info+shop@example.com`.
    String whole() {
        return new Mailbox(localPart, domain).toString();
    }

    /// The address that mail for a detail is for: `info@example.com`. It has no detail of its own.
    Optional<NormalAddress> withoutDetail() {
        return base.map(local -> new NormalAddress(local, Optional.empty(), domain));
    }

    /// How a whole domain is written in a list: `@example.com`.
    static String everybodyAt(Domain domain) {
        return "@" + domain.name();
    }
}
