package io.postern.gateway.recipients;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.util.Optional;

/// Questions and answers in short.
final class Ask {
    private Ask() {}

    static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox>(_, var why) -> throw new AssertionError(text + why);
        };
    }

    /// With `+` as separator.
    static NormalAddress address(String text) {
        var mailbox = mailbox(text);
        return NormalAddress.of(mailbox.localPart(), (Domain) mailbox.host(), Optional.of("+"));
    }

    /// `known`, `unknown` or `unavailable`.
    static String word(Found found) {
        return switch (found) {
            case Found.Known _ -> "known";
            case Found.Unknown _ -> "unknown";
            case Found.Unavailable _ -> "unavailable";
        };
    }

    static String word(Source source, String address) {
        return word(source.find(address(address)));
    }

    static String words(Source source, String address) {
        return DomainRecipients.words(source.find(address(address)));
    }
}
