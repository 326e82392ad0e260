package io.postern.gateway.takeover;

import io.postern.mail.AddressList;
import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the old set-up would sign a message with, had a trusted host handed it in.
interface OldSigner {
    /// One signature.
    ///
    /// @param domain `d=`
    /// @param selector `s=`
    record Signature(String domain, String selector, KeySource key) {
        public Signature {
            domain = domain.toLowerCase(Locale.ROOT);
            selector = selector.toLowerCase(Locale.ROOT);
        }

        /// What a verifier tells signatures apart by.
        String name() {
            return "d=" + domain + " s=" + selector;
        }
    }

    /// The signatures for a message with this author; empty when it leaves unsigned.
    List<Signature> signatures(Author author);

    /// Who wrote a message, as the old programs read it: the first mailbox of the first From field.
    ///
    /// @param several whether there are more mailboxes or more fields
    record Author(String localPart, String domain, boolean several) {
        public Author {
            domain = domain.toLowerCase(Locale.ROOT);
        }

        String address() {
            return localPart.toLowerCase(Locale.ROOT) + "@" + domain;
        }

        static Optional<Author> of(HeaderFields header) {
            var fields = header.all("From");
            if (fields.isEmpty()) {
                return Optional.empty();
            }
            return switch (AddressList.parse(fields.getFirst())) {
                case AddressList.Parsed.Bad _ -> Optional.empty();
                case AddressList.Parsed.Ok(var entries) ->
                        entries.stream()
                                .findFirst()
                                .map(AddressList.Entry::mailbox)
                                .filter(mailbox -> mailbox.host() instanceof Domain)
                                .map(mailbox ->
                                        of(mailbox, fields.size() > 1 || entries.size() > 1));
            };
        }

        private static Author of(Mailbox mailbox, boolean several) {
            return new Author(mailbox.localPart(), mailbox.host().toString(), several);
        }
    }
}
