package io.postern.gateway.perimeter;

import io.postern.gateway.config.Config;
import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.ContentFacts;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import io.postern.smtp.client.SendResult;

/// A stranger's message that every inside host of the recipient's domain would refuse, by what they
/// announced, is refused at RCPT: taken, it would end as a DSN to whoever the stranger says it is.
/// The same is asked of the whole message at its end.
final class CarryCheck implements Check {
    private static final ContentFacts NOTHING_SPECIAL =
            new ContentFacts(false, false, 0, false, false);

    private final Routes routes;
    private final DeliveryEngine engine;

    CarryCheck(Routes routes, DeliveryEngine engine) {
        this.routes = routes;
        this.engine = engine;
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
                || situation.envelope().isEmpty()) {
            return Opinion.PASS;
        }
        return ask(
                situation.envelope().get().reversePath(),
                situation.recipient().get(),
                situation.size().orElse(0));
    }

    private Opinion ask(ReversePath from, EnvelopeRecipient recipient, long size) {
        // Of the content nothing is known yet, so only the paths and the declared size count.
        var envelope = Envelope.from(from).with(recipient);
        return routes.of(recipient.path())
                .flatMap(to -> engine.obstacle(to, envelope, NOTHING_SPECIAL, size))
                .map(why -> refuse(why, recipient, size))
                .orElse(Opinion.PASS);
    }

    private static Opinion refuse(SendResult.Reason why, EnvelopeRecipient recipient, long size) {
        return switch (why) {
            // RFC 1870 §6.1 (2): no larger one is ever taken.
            case TOO_LARGE ->
                    Opinion.refuse(
                            "size",
                            Reply.of(552, "5.3.4", "larger than this recipient's host takes"),
                            "to",
                            recipient.path(),
                            "size",
                            size);
            // RFC 6531 §3.5: 553 for the address in RCPT, 550 for that in MAIL.
            case SMTP_UTF8 ->
                    Opinion.refuse(
                            "smtputf8",
                            Reply.of(
                                    ascii(recipient.path()) ? 550 : 553,
                                    "5.6.7",
                                    "this recipient's host takes no addresses beyond ASCII"),
                            "to",
                            recipient.path());
            // Of the content, which is not here yet.
            case EIGHT_BIT, BINARY -> Opinion.PASS;
        };
    }

    private static boolean ascii(ForwardPath path) {
        return !(path instanceof ForwardPath.Of(var mailbox)) || mailbox.isAscii();
    }
}
