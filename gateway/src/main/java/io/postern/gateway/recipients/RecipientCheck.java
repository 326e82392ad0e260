package io.postern.gateway.recipients;

import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Domain;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.smtp.Reply;
import java.util.List;

/// A stranger's RCPT is for a recipient that exists, or it is refused: what is taken and can't be
/// delivered ends as a DSN to whoever the stranger says it is.
///
/// A directory that can't say is 451, never 550 (mail would be lost) and never a yes (a flood would
/// open the gate).
public final class RecipientCheck implements Check {
    private final OwnRecipients recipients;

    public RecipientCheck(OwnRecipients recipients) {
        this.recipients = recipients;
    }

    @Override
    public boolean always() {
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.RCPT
                || situation.listener().role() != Config.Role.INBOUND
                || situation.recipient().isEmpty()
                || !(situation.recipient().get().path() instanceof ForwardPath.Of(var mailbox))) {
            return Opinion.PASS; // <Postmaster> is always known
        }
        return switch (recipients.look(mailbox)) {
            case Found.Known(var source) ->
                    new Opinion.Note(
                            Opinion.decision("recipients", "known", "to", mailbox, "by", source),
                            List.of());
            case Found.Unknown(var source) -> unknown(mailbox, source);
            // RFC 3463 §3.5: X.4.3 directory server failure.
            case Found.Unavailable(var why) ->
                    Opinion.refuse(
                            "recipients-unavailable",
                            Reply.of(451, "4.4.3", "recipients can't be looked up now"),
                            "to",
                            mailbox,
                            "why",
                            why);
        };
    }

    private Opinion unknown(Mailbox mailbox, String source) {
        var refuse =
                Opinion.refuse(
                        "recipients",
                        Reply.of(550, "5.1.1", "no such recipient here"),
                        "to",
                        mailbox,
                        "by",
                        source);
        return mailbox.host() instanceof Domain domain
                ? Opinion.slowly(refuse, recipients.tarpit(domain))
                : refuse;
    }
}
