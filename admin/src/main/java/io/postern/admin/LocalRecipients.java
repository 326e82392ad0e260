package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.gateway.recipients.Found;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.recipients.PushedLists;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// The operations on recipients, in the views of [Operations].
final class LocalRecipients {
    private LocalRecipients() {}

    static RecipientView check(OwnRecipients recipients, String address) {
        var looked =
                switch (Paths.mailbox(address, true)) {
                    case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> recipients.explain(mailbox);
                    case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                            throw OperationException.invalid(
                                    address + " is no address: " + why,
                                    "write it like info@example.com");
                };
        var together = said(looked.found());
        return new RecipientView(
                address,
                looked.normal(),
                together.result(),
                together.source(),
                looked.each().stream().map(LocalRecipients::said).toList());
    }

    private static RecipientView.Said said(Found found) {
        return switch (found) {
            case Found.Known(var source) -> new RecipientView.Said("known", source);
            case Found.Unknown(var source) -> new RecipientView.Said("unknown", source);
            case Found.Unavailable(var why) -> new RecipientView.Said("unavailable", why);
        };
    }

    static List<RecipientSourceView> sources(OwnRecipients recipients) {
        return recipients.states().stream()
                .map(state ->
                        new RecipientSourceView(
                                state.domain().name(),
                                state.source(),
                                state.usable(),
                                state.entries().isPresent()
                                        ? Optional.of(state.entries().getAsLong())
                                        : Optional.empty(),
                                state.since(),
                                state.words()))
                .toList();
    }

    static PushedView push(OwnRecipients recipients, String list, InputStream from) {
        try {
            return switch (recipients.push(list, from)) {
                case PushedLists.Taken.Yes(var entries, var made, var domains) ->
                        new PushedView(list, entries, made, domains);
                case PushedLists.Taken.No(var why) ->
                        throw new OperationException(
                                Kind.REFUSED,
                                "the list is not taken: " + why,
                                "the one before, if any, stays in force");
            };
        } catch (IOException e) {
            throw OperationException.unavailable(
                    "the list can't be kept: " + e,
                    "check the disk and the owner of the data folder, and push it again",
                    e);
        }
    }
}
