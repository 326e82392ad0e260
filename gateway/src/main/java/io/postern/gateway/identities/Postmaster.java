package io.postern.gateway.identities;

import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What no list may shut out: mail to our postmaster, the null reverse-path, and our own domains as
/// such. Immutable.
public final class Postmaster {
    private final Set<Domain> ours;

    public Postmaster(Config config) {
        this(config.domain().stream().map(Config.OwnDomain::name).collect(Collectors.toSet()));
    }

    Postmaster(Set<Domain> ours) {
        this.ours = Set.copyOf(ours);
    }

    /// Our domains.
    public Set<Domain> ours() {
        return ours;
    }

    /// Whether that recipient is our postmaster. RFC 5321 §4.5.1: whoever is shut out by mistake
    /// must be able to say so.
    public boolean is(EnvelopeRecipient recipient) {
        return switch (recipient.path()) {
            case ForwardPath.Postmaster() -> true;
            case ForwardPath.Of(Mailbox(var localPart, Domain domain)) ->
                    localPart.equalsIgnoreCase("postmaster") && ours.contains(domain);
            case ForwardPath.Of _ -> false;
        };
    }

    /// The mailbox of a reverse-path that may be refused for what it is; empty for the null one
    /// (RFC 2505 §2.6.1: DSNs come with it) and for those of our domains (§2.6.2: our users' mail
    /// is forwarded, and comes back by mailing lists).
    public Optional<Mailbox> stranger(ReversePath reversePath) {
        return switch (reversePath) {
            case ReversePath.Null() -> Optional.empty();
            case ReversePath.Of(var mailbox) ->
                    mailbox.host() instanceof Domain domain && ours.contains(domain)
                            ? Optional.empty()
                            : Optional.of(mailbox);
        };
    }
}
