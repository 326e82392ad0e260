package io.postern.km;

import io.postern.km.ca.CertificateRequests;
import io.postern.km.ca.Issued;
import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.Usage;
import io.postern.km.secret.KmException;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Issues for keys that are elsewhere: the certificate alone is handed out, and nothing of the key
/// can be kept.
final class IssuingOfRequest {
    private final OpenVault vault;
    private final Desk desk;

    IssuingOfRequest(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    OfRequest issue(RequestOrder order) {
        if (order.usage() != Usage.SIGN && !order.withoutEscrow()) {
            throw new KmException(
                    "the key of a request is not here and can't be kept in escrow: when it is lost, nobody reads what was encrypted to it. Give --no-escrow if that is meant, or issue without --csr");
        }
        var key = key(order);
        var plain =
                new IssueOrder(
                        order.address(),
                        List.of(order.usage()),
                        KeyKind.RSA_3072,
                        order.lifetime(),
                        Pkcs12.Form.MODERN);
        refuseAgain(plain);
        desk.ready();
        return switch (Signer.of(vault).issue(plain, order.usage(), key)) {
            case Issued.Refused(_, var why) -> throw new KmException(why);
            case Issued.Ok(var certificate) -> {
                var serial = Issuing.serial(certificate);
                var address = Certificates.key(order.address().toString());
                var facts =
                        Map.of(
                                "serial-" + Issuing.word(order.usage()),
                                serial,
                                "key",
                                "of the request",
                                "escrow",
                                "none",
                                "lifetime",
                                order.lifetime().toString());
                yield desk.act(
                        new Request("issue", address, facts, Acts.issueFor(order)),
                        on -> {
                            Made.insert(
                                    on,
                                    certificate,
                                    address,
                                    order.usage(),
                                    Optional.empty(),
                                    desk.world().now());
                            on.update(
                                    "UPDATE certificate SET own_key = 1 WHERE serial = ?", serial);
                            return new OfRequest(
                                    Certificates.chosen(on, new Chosen.Serial(serial)).getFirst(),
                                    certificate);
                        });
            }
        };
    }

    private PublicKey key(RequestOrder order) {
        return switch (CertificateRequests.read(order.request().copy())) {
            case CertificateRequests.Read.Refused(_, var why) -> throw new KmException(why);
            case CertificateRequests.Read.Ok(var key, _, var addresses) -> {
                var wanted = Certificates.key(order.address().toString());
                if (!addresses.isEmpty()
                        && addresses.stream()
                                .noneMatch(one -> Certificates.key(one).equals(wanted))) {
                    throw new KmException(
                            "the request is for %s and not for %s: take the right one"
                                    .formatted(String.join(", ", addresses), order.address()));
                }
                refuseCompromised(key);
                yield key;
            }
        };
    }

    /// CA/B S/MIME BR 6.1.1.3: never again for a key that is known to be somebody else's too.
    private void refuseCompromised(PublicKey key) {
        var revoked =
                desk.database()
                        .transaction(on ->
                                on.query(
                                        "SELECT der FROM certificate WHERE state <> 'valid'"
                                                + " AND reason = 'KEY_COMPROMISE'",
                                        row -> row.getBytes(1)));
        for (var der : revoked) {
            if (PrivateKeys.certificate(der).getPublicKey().equals(key)) {
                throw new KmException(
                        "that key was revoked as compromised: make a new one, and a request of it");
            }
        }
    }

    /// The next one is made when the last ends soon: its owner alone can renew it.
    private void refuseAgain(IssueOrder order) {
        var same = new Issuing(vault).same(order);
        var soon = desk.world().now().plus(RenewalsDue.SOON);
        if (same.isPresent() && same.get().notAfter().isAfter(soon)) {
            throw new KmException(
                    "%s has a certificate (%s, valid until %s) already: revoke it first, or wait until it ends within 30 days"
                            .formatted(order.address(), same.get().usage(), same.get().notAfter()));
        }
    }
}
