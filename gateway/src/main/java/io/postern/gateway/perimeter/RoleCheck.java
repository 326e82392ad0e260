package io.postern.gateway.perimeter;

import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.Reply;
import java.time.Duration;

/// Who may hand in mail at a listener at all, by its role.
final class RoleCheck implements Check {
    @Override
    public boolean always() {
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        return switch (situation.listener().role()) {
            case INBOUND -> Opinion.PASS;
            case OUTBOUND -> outbound(situation);
            case SUBMISSION -> submission(situation);
        };
    }

    private static Opinion outbound(Situation situation) {
        if (situation.stage() != Stage.CONNECT) {
            return Opinion.PASS;
        }
        if (!situation.listener().trustCertificates().isEmpty()) {
            return Opinion.PASS; // decided at MAIL, when the certificate has been seen
        }
        var address = situation.session().client().getAddress();
        if (situation.listener().trust().stream().anyMatch(one -> one.contains(address))) {
            return Opinion.PASS;
        }
        // RFC 5321 §3.1: 554 in place of the greeting. RFC 2505 §2.1: no relay for strangers.
        var reply = Reply.of(554, "5.7.1", "this host may not hand in mail here");
        return new Opinion.Refuse(
                "trust",
                reply,
                Duration.ZERO,
                true,
                Opinion.decision("trust", reply.toString(), "address", situation.client()));
    }

    private static Opinion submission(Situation situation) {
        // RFC 6409 §4.3, RFC 4954 §6: nothing before authentication.
        return situation.stage() == Stage.MAIL && situation.session().user().isEmpty()
                ? Opinion.refuse("auth", Reply.of(530, "5.7.0", "authenticate first"))
                : Opinion.PASS;
    }
}
