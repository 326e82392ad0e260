package io.postern.mail;

import java.util.LinkedHashSet;
import java.util.List;

/// The author domain of a message: the domain in its From field. RFC 5322 §3.6.2, RFC 9989.
public sealed interface AuthorDomain {
    /// One From field whose mailboxes share one domain.
    ///
    /// @param address the first mailbox
    record One(Domain domain, Mailbox address) implements AuthorDomain {}

    /// No From field.
    record NoFrom() implements AuthorDomain {}

    /// More than one From field: which one a reader sees is anybody's guess.
    record SeveralFromFields(int count) implements AuthorDomain {}

    /// One From field with mailboxes of several domains.
    record SeveralDomains(List<Domain> domains) implements AuthorDomain {
        public SeveralDomains {
            domains = List.copyOf(domains);
        }
    }

    /// One From field that can't be read, or that holds no domain.
    record Unparsable(String why) implements AuthorDomain {}

    /// That of this header section.
    static AuthorDomain of(HeaderFields header) {
        var from = header.all("From");
        if (from.isEmpty()) {
            return new NoFrom();
        }
        if (from.size() > 1) {
            return new SeveralFromFields(from.size());
        }
        return switch (AddressList.parse(from.getFirst())) {
            case AddressList.Parsed.Bad(var at, var why) ->
                    new Unparsable(why + " (character " + at + ")");
            case AddressList.Parsed.Ok(var entries) -> of(entries);
        };
    }

    private static AuthorDomain of(List<AddressList.Entry> authors) {
        if (authors.isEmpty()) {
            return new Unparsable("an empty group");
        }
        var domains = new LinkedHashSet<Domain>();
        for (var author : authors) {
            switch (author.mailbox().host()) {
                case Domain domain -> domains.add(domain);
                case AddressLiteral literal -> {
                    return new Unparsable("the address literal " + literal + " is no domain");
                }
            }
        }
        return domains.size() == 1
                ? new One(domains.getFirst(), authors.getFirst().mailbox())
                : new SeveralDomains(List.copyOf(domains));
    }
}
