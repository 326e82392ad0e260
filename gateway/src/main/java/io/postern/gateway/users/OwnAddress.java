package io.postern.gateway.users;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.util.Locale;
import java.util.Optional;

/// An address, or all of a domain, as which a user may send.
///
/// @param localPart in lower case; empty: every one
public record OwnAddress(Optional<String> localPart, Domain domain) {
    /// The address that this text is: `alice@example.com`, or `@example.com` for the domain; empty
    /// when it is neither.
    public static Optional<OwnAddress> parse(String text) {
        if (text.startsWith("@")) {
            return Domain.parse(text.substring(1))
                    .map(all -> new OwnAddress(Optional.empty(), all));
        }
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _)
                    when mailbox.host() instanceof Domain domain ->
                    Optional.of(new OwnAddress(Optional.of(lower(mailbox)), domain));
            case Paths.Parsed.Ok<Mailbox> _, Paths.Parsed.Bad<Mailbox> _ -> Optional.empty();
        };
    }

    /// Whether that mailbox is meant. RFC 5321 §2.4 leaves the case of local parts to their host:
    /// here two that differ in case alone are never two people.
    boolean covers(Mailbox mailbox) {
        return domain.equals(mailbox.host())
                && (localPart.isEmpty() || localPart.get().equals(lower(mailbox)));
    }

    private static String lower(Mailbox mailbox) {
        return mailbox.localPart().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return localPart.map(part -> new Mailbox(part, domain).toString()).orElse("@" + domain);
    }
}
