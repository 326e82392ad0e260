package io.postern.gateway.tls;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.Peer;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.users.CertificateNames;
import io.postern.mail.Domain;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import java.util.List;
import java.util.Locale;

/// What was agreed with peers about TLS, asked at MAIL; and whether an outbound client from outside
/// the trusted networks is trusted by its certificate.
public final class PeerTls implements Check {
    private final List<Peer> peers;

    public PeerTls(List<Peer> peers) {
        this.peers = List.copyOf(peers);
    }

    @Override
    public boolean always() {
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.MAIL) {
            return Opinion.PASS;
        }
        if (situation.listener().role() == Config.Role.OUTBOUND && !trusted(situation)) {
            return Opinion.refuse(
                    "trust", Reply.of(550, "5.7.1", "this host may not hand in mail here"));
        }
        for (var peer : peers) {
            if (!meant(peer, situation)) {
                continue;
            }
            if (peer.requireTls() && situation.session().tls().isEmpty()) {
                return Opinion.refuse(
                        "peer-tls", Reply.of(530, "5.7.0", "say STARTTLS first, as was agreed"));
            }
            if (!peer.certificates().isEmpty() && !named(peer.certificates(), situation)) {
                return Opinion.refuse(
                        "peer-certificate",
                        Reply.of(550, "5.7.1", "needs the client certificate that was agreed"));
            }
        }
        return Opinion.PASS;
    }

    /// By network, which was looked at before, or by certificate.
    private static boolean trusted(Situation situation) {
        var listener = situation.listener();
        var address = situation.session().client().getAddress();
        return listener.trust().stream().anyMatch(one -> one.contains(address))
                || named(listener.trustCertificates(), situation);
    }

    private static boolean meant(Peer peer, Situation situation) {
        var address = situation.session().client().getAddress();
        return peer.networks().stream().anyMatch(network -> network.contains(address))
                || (situation.envelope().isPresent()
                        && situation.envelope().get().reversePath()
                                instanceof ReversePath.Of(var mailbox)
                        && mailbox.host() instanceof Domain domain
                        && peer.domains().contains(domain));
    }

    private static boolean named(List<String> wanted, Situation situation) {
        return situation.session().clientCertificate().map(CertificateNames::of).stream()
                .flatMap(List::stream)
                .anyMatch(name ->
                        wanted.stream().anyMatch(one -> one.toLowerCase(Locale.ROOT).equals(name)));
    }
}
