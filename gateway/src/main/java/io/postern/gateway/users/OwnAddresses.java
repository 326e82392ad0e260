package io.postern.gateway.users;

import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.AddressList;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A user sends only as an address that is the user's. RFC 6409 §6.1, RFC 2505 §2.10.
///
/// At MAIL the reverse-path; `<>` may be anybody's, for replies that must cause none (RFC 8098 §3).
/// When the content is there, every address in From, and in Sender when there is one.
public final class OwnAddresses implements Check {
    private final AddressBook book;

    /// Which addresses are a user's.
    @FunctionalInterface
    public interface AddressBook {
        /// May block, bounded by a deadline of its own.
        Owned of(String user);
    }

    public OwnAddresses(AddressBook book) {
        this.book = book;
    }

    @Override
    public Opinion ask(Situation situation) {
        var user = situation.session().user();
        if (situation.listener().role() != Config.Role.SUBMISSION || user.isEmpty()) {
            return Opinion.PASS;
        }
        if (situation.stage() == Stage.MAIL) {
            return situation.envelope().isPresent()
                            && situation.envelope().get().reversePath()
                                    instanceof ReversePath.Of(var mailbox)
                    ? judge(user.get(), "MAIL FROM", List.of(mailbox))
                    : Opinion.PASS;
        }
        return situation.stage() == Stage.MESSAGE && situation.header().isPresent()
                ? message(user.get(), situation.header().get())
                : Opinion.PASS;
    }

    private Opinion message(String user, HeaderFields header) {
        for (var name : List.of("From", "Sender")) {
            var mailboxes = new ArrayList<Mailbox>();
            for (var field : header.all(name)) {
                switch (AddressList.parse(field)) {
                    case AddressList.Parsed.Ok(var entries) ->
                            entries.forEach(entry -> mailboxes.add(entry.mailbox()));
                    case AddressList.Parsed.Bad(_, var why) -> {
                        return refuse(user, name, "its " + name + " field can't be read: " + why);
                    }
                }
            }
            if (judge(user, name, mailboxes) instanceof Opinion.Refuse refusal) {
                return refusal;
            }
        }
        return Opinion.PASS;
    }

    private Opinion judge(String user, String where, List<Mailbox> mailboxes) {
        if (mailboxes.isEmpty()) {
            return Opinion.PASS;
        }
        return switch (book.of(user)) {
            case Owned.Addresses(var own) -> judge(user, where, mailboxes, own);
            // RFC 3463 §3.5: X.4.3 directory server failure.
            case Owned.Unavailable(var why) ->
                    Opinion.refuse(
                            "own-address-unavailable",
                            Reply.of(451, "4.4.3", "your addresses can't be looked up now"),
                            "user",
                            user,
                            "why",
                            why);
        };
    }

    private static Opinion judge(
            String user, String where, List<Mailbox> mailboxes, List<OwnAddress> own) {
        for (var mailbox : mailboxes) {
            if (own.stream().noneMatch(address -> address.covers(mailbox))) {
                return refuse(
                        user, where, mailbox + " in " + where + " is not an address of yours");
            }
        }
        return Opinion.PASS;
    }

    private static Opinion refuse(String user, String where, String why) {
        var reply = Reply.of(550, "5.7.1", why);
        return new Opinion.Refuse(
                "own-address",
                reply,
                Duration.ZERO,
                false,
                new Decision("own-address", why, Map.of("user", user, "where", where)));
    }
}
