package io.postern.km;

import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.KmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/// Changes what the lists say, and signs them anew in the same transaction: there is no moment at
/// which a revoked certificate is on no list.
final class Revoking {
    private final OpenVault vault;
    private final Desk desk;

    Revoking(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    /// One change of one certificate.
    @FunctionalInterface
    private interface Change {
        void of(Database on, CertificateView one, Instant now) throws SQLException;
    }

    List<CertificateView> revoke(Chosen chosen, RevocationReason reason) {
        return change(
                Request.of(Acts.revoke(chosen, reason)),
                chosen,
                one -> !one.state().equals("revoked"),
                "is revoked already",
                (on, one, now) ->
                        Certificates.set(on, one, "revoked", one.revoked().orElse(now), reason));
    }

    List<CertificateView> hold(Chosen chosen) {
        return change(
                Request.of(Acts.hold(chosen)),
                chosen,
                one -> one.state().equals("valid"),
                "is held or revoked already",
                (on, one, now) ->
                        Certificates.set(on, one, "held", now, RevocationReason.CERTIFICATE_HOLD));
    }

    List<CertificateView> release(Chosen chosen) {
        return change(
                Request.of(Acts.release(chosen)),
                chosen,
                one -> one.state().equals("held"),
                "is not held (a revocation can't be taken back: issue anew)",
                (on, one, _) -> Certificates.release(on, one));
    }

    List<CertificateView> leave(String address) {
        return change(
                Request.of(Acts.leave(address)),
                new Chosen.OfAddress(address),
                one -> !one.usage().equals("encrypt") && !one.state().equals("revoked"),
                "has no signing certificate that is not revoked",
                (on, one, now) ->
                        Certificates.set(
                                on,
                                one,
                                "revoked",
                                one.revoked().orElse(now),
                                RevocationReason.AFFILIATION_CHANGED));
    }

    private List<CertificateView> change(
            Request request,
            Chosen chosen,
            Predicate<CertificateView> which,
            String otherwise,
            Change change) {
        var now = desk.world().now();
        return desk.act(
                request,
                on -> {
                    var meant = Certificates.chosen(on, chosen).stream().filter(which).toList();
                    if (meant.isEmpty()) {
                        throw new KmException(chosen + " " + otherwise);
                    }
                    for (var one : meant) {
                        change.of(on, one, now);
                    }
                    desk.world().steps().at(request.act() + ": marked");
                    vault.signLists(on);
                    var changed = new java.util.ArrayList<CertificateView>();
                    for (var one : meant) {
                        changed.addAll(Certificates.chosen(on, new Chosen.Serial(one.serial())));
                    }
                    return List.copyOf(changed);
                });
    }
}
