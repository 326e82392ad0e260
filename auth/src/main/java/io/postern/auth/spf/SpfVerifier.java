package io.postern.auth.spf;

import io.postern.dns.Resolver;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Checks whether a client may use the names that it gives. RFC 7208. Immutable, safe for many
/// threads if the resolver is.
///
/// A check blocks as long as the resolver does, once for each question, one after the other. §4.6.4
/// asks for a limit on the time of a whole check (20 seconds at the least, then temperror): as
/// there is no clock here, whoever wants one gives a resolver that answers with a temporary failure
/// from then on, and the check ends at once.
public final class SpfVerifier {
    private final Resolver resolver;
    private final SpfLimits limits;
    private final String receivingHost;

    /// @param receivingHost our name, for the macro `r` (§7.3) of explanations
    public SpfVerifier(Resolver resolver, SpfLimits limits, String receivingHost) {
        this.resolver = resolver;
        this.limits = limits;
        this.receivingHost = receivingHost;
    }

    /// Checks the HELO identity (§2.3). None when it is an address literal, a single label, or not
    /// a domain.
    ///
    /// @param now for the macro `t` of explanations
    public SpfResult helo(SpfQuery query, Instant now) {
        return check(query, SpfIdentity.HELO, Sender.ofHelo(query.helo()), now);
    }

    /// Checks the MAIL FROM identity (§2.4): with a null reverse-path `postmaster@` and the HELO
    /// identity. None when the domain is not one that can be checked.
    ///
    /// @param now for the macro `t` of explanations
    public SpfResult mailFrom(SpfQuery query, Instant now) {
        var sender =
                query.mailFrom().isEmpty()
                        ? Sender.ofHelo(query.helo())
                        : Sender.ofReversePath(query.mailFrom());
        return check(query, SpfIdentity.MAIL_FROM, sender, now);
    }

    private SpfResult check(SpfQuery query, SpfIdentity identity, Sender sender, Instant now) {
        return switch (sender) {
            case Sender.Unchecked(var domain, var why) -> {
                var shown = Brief.of(domain.toLowerCase(Locale.ROOT));
                yield new SpfResult(
                        new SpfVerdict.None(why),
                        identity,
                        shown,
                        Optional.empty(),
                        Optional.empty(),
                        List.of("spf: " + identity.word() + " \"" + shown + "\": none, " + why),
                        0);
            }
            case Sender.Known known ->
                    new IdentityCheck(
                                    resolver,
                                    limits,
                                    new Circumstances(
                                            ClientAddress.of(query.client()),
                                            query.helo(),
                                            known,
                                            receivingHost,
                                            now))
                            .run(identity);
        };
    }
}
