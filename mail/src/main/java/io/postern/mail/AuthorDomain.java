package io.postern.mail;

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
        return Stub.missing();
    }
}
