package io.postern.gateway.perimeter;

import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.AddressLiteral;
import io.postern.mail.Domain;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.smtp.Reply;
import java.util.function.Predicate;

/// No relay for strangers, in any disguise. RFC 2505 §2.1.
///
/// A stranger's RCPT names a mailbox of a domain that takes mail from outside, written plainly.
/// What leads on to somewhere else when a later host reads it as older mail systems did is refused,
/// whatever domain stands at its end: the inside server may be one of those.
final class RelayCheck implements Check {
    private final Predicate<Domain> served;

    /// @param served whether mail from outside is taken for some recipient of a domain
    RelayCheck(Predicate<Domain> served) {
        this.served = served;
    }

    @Override
    public boolean always() {
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.RCPT
                || situation.recipient().isEmpty()
                || !(situation.recipient().get().path() instanceof ForwardPath.Of(var mailbox))) {
            return Opinion.PASS; // <Postmaster> is ours
        }
        return situation.listener().role() == Config.Role.INBOUND
                ? stranger(mailbox)
                : friend(mailbox);
    }

    private Opinion stranger(Mailbox mailbox) {
        return switch (mailbox.host()) {
            case AddressLiteral literal -> refuse(mailbox, literal + " is an address literal");
            case Domain domain when !served.test(domain) ->
                    refuse(mailbox, domain + " takes no mail here");
            case Domain _ ->
                    Disguise.in(mailbox.localPart())
                            .<Opinion>map(why -> refuse(mailbox, why))
                            .orElse(Opinion.PASS);
        };
    }

    private static Opinion refuse(Mailbox mailbox, String why) {
        return Opinion.refuse(
                "relay", Reply.of(550, "5.7.1", "no relay for strangers: " + why), "to", mailbox);
    }

    /// The gateway connects to no address that a client names, however trusted.
    private static Opinion friend(Mailbox mailbox) {
        return mailbox.host() instanceof AddressLiteral
                ? Opinion.refuse(
                        "address-literal",
                        Reply.of(550, "5.1.2", "address literals are not relayed"),
                        "to",
                        mailbox)
                : Opinion.PASS;
    }
}
