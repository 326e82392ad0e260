package io.postern.gateway.authentication;

import io.postern.mail.AddressList;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import java.util.List;
import java.util.Optional;

/// The author of a message as a person sees it. What is authenticated is the author domain, so
/// there must be one reading of the From field, and what it shows must be what was authenticated.
///
/// @param domain the author domain, if there is exactly one; DMARC is asked about it
/// @param mailbox the author's address, likewise
/// @param ambiguous why two readers could see two authors, or none; empty when there is one reading
/// @param misleading what the one reading shows beside the truth; may be empty
public record AuthorView(
        Optional<Domain> domain,
        Optional<Mailbox> mailbox,
        Optional<String> ambiguous,
        List<String> misleading) {
    public AuthorView {
        misleading = List.copyOf(misleading);
    }

    /// Looks at the From field. RFC 5322 §3.6.2, RFC 9989 §4.4 (one author domain).
    ///
    /// @param lookAlikes knows our domains
    public static AuthorView of(HeaderFields header, LookAlikes lookAlikes) {
        return switch (AuthorDomain.of(header)) {
            case AuthorDomain.NoFrom() -> ambiguous("there is no From field");
            case AuthorDomain.SeveralFromFields(int count) ->
                    ambiguous("there are " + count + " From fields");
            case AuthorDomain.Unparsable(var why) ->
                    ambiguous("the From field can't be read: " + why);
            case AuthorDomain.SeveralDomains(var domains) ->
                    ambiguous("the From field names authors of " + domains.size() + " domains");
            case AuthorDomain.One(var domain, var mailbox) ->
                    one(header, domain, mailbox, lookAlikes);
        };
    }

    private static AuthorView ambiguous(String why) {
        return new AuthorView(Optional.empty(), Optional.empty(), Optional.of(why), List.of());
    }

    private static AuthorView one(
            HeaderFields header, Domain domain, Mailbox mailbox, LookAlikes lookAlikes) {
        var field = header.first("From").orElseThrow();
        var entries =
                AddressList.parse(field) instanceof AddressList.Parsed.Ok(var found)
                        ? found
                        : List.<AddressList.Entry>of();
        return new AuthorView(
                Optional.of(domain),
                Optional.of(mailbox),
                FromSyntax.ambiguity(field, entries),
                Misleading.of(entries, FromSyntax.comments(field), domain, lookAlikes));
    }
}
