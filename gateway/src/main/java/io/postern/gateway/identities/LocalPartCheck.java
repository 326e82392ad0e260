package io.postern.gateway.identities;

import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.recipients.Found;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import java.util.function.Function;
import java.util.function.Predicate;

/// Refuses outgoing mail whose reverse-path is of a domain of ours and nobody's: DSNs about it
/// could not come back, and a stolen machine sends with such. RFC 2505 §2.10.
///
/// Only on listeners that ask for it, and for domains whose recipients are known.
public final class LocalPartCheck implements Check {
    private final Predicate<Domain> serves;
    private final Function<Mailbox, Found> look;

    /// @param serves whether the recipients of a domain are known
    /// @param look what is known of one; may block, bounded
    public LocalPartCheck(Predicate<Domain> serves, Function<Mailbox, Found> look) {
        this.serves = serves;
        this.look = look;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.MAIL
                || !situation.listener().verifyLocalPart()
                || !situation.listener().role().sendsOut()
                || situation.envelope().isEmpty()) {
            return Opinion.PASS;
        }
        return situation.envelope().get().reversePath() instanceof ReversePath.Of(var mailbox)
                        && mailbox.host() instanceof Domain domain
                        && serves.test(domain)
                ? of(mailbox)
                : Opinion.PASS;
    }

    private Opinion of(Mailbox mailbox) {
        return switch (look.apply(mailbox)) {
            case Found.Known _ -> Opinion.PASS;
            // RFC 3463 §3.2: X.1.0 other address status; X.1.1 is about destinations.
            case Found.Unknown(var source) ->
                    Opinion.refuse(
                            "local-part",
                            Reply.of(550, "5.1.0", "no " + mailbox + " here to answer to"),
                            "from",
                            mailbox,
                            "by",
                            source);
            case Found.Unavailable(var why) ->
                    Opinion.refuse(
                            "local-part-unavailable",
                            Reply.of(451, "4.4.3", "your address can't be looked up now"),
                            "from",
                            mailbox,
                            "why",
                            why);
        };
    }
}
