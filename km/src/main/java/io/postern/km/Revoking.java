package io.postern.km;

import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.KmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
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

    /// One that only the lists know.
    void unknown(Chosen.Serial serial, RevocationReason reason) {
        if (!serial.serial().matches("[0-9a-f]{1,40}")) {
            throw new KmException(serial + " is no serial number: hexadecimal digits, 40 at most");
        }
        desk.act(
                Request.of(Acts.revoke(serial, reason)),
                on -> {
                    on.update(
                            "INSERT INTO revoked_elsewhere (serial, revoked, reason) VALUES (?, ?, ?)"
                                    + " ON CONFLICT (serial) DO UPDATE SET reason = excluded.reason",
                            serial.serial(),
                            desk.world().now().getEpochSecond(),
                            reason.name());
                    vault.signLists(on);
                    return true;
                });
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

    /// What nobody fetched yet is not handed out any more, all that was made with it neither.
    private static void uninvite(Database on, List<CertificateView> revoked) throws SQLException {
        for (var one : revoked) {
            on.update("UPDATE invite SET parcel = NULL WHERE instr(serials, ?) > 0", one.serial());
        }
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
                    if (Set.of("revoke", "leave").contains(request.act())) {
                        uninvite(on, meant);
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
