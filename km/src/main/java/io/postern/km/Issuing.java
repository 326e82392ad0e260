package io.postern.km;

import io.postern.km.ca.Issued;
import io.postern.km.ca.Usage;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.vault.RecordName;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Makes certificates with their keys. The keys are made before the transaction begins, for that
/// takes long.
final class Issuing {
    private final OpenVault vault;
    private final Desk desk;

    Issuing(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    KeyFiles issue(IssueOrder order, Handout handout) {
        refuseAgain(order);
        return make("issue", order, handout);
    }

    /// @throws KmException when the address has what is ordered
    void refuseAgain(IssueOrder order) {
        var same = same(order);
        if (same.isPresent()) {
            throw new KmException(
                    "%s has a certificate (%s, valid until %s) already: `postern km renew` makes the next one"
                            .formatted(order.address(), same.get().usage(), same.get().notAfter()));
        }
    }

    /// What the address has of that which is ordered.
    Optional<CertificateView> same(IssueOrder order) {
        return current(order).stream()
                .filter(one ->
                        order.usages().stream()
                                .anyMatch(usage ->
                                        one.usage().equals(word(usage))
                                                || one.usage().equals("both")))
                .findFirst();
    }

    KeyFiles renew(IssueOrder order, Handout handout) {
        var there = current(order);
        if (there.isEmpty()) {
            throw new KmException(
                    "%s has no valid certificate to renew: `postern km issue %s` makes one"
                            .formatted(order.address(), order.address()));
        }
        var usages =
                Arrays.stream(Usage.values())
                        .filter(usage ->
                                there.stream().anyMatch(one -> one.usage().equals(word(usage))))
                        .toList();
        return make(
                "renew",
                new IssueOrder(
                        order.address(), usages, order.kind(), order.lifetime(), order.form()),
                handout);
    }

    private List<CertificateView> current(IssueOrder order) {
        var now = desk.world().now();
        return desk
                .database()
                .transaction(on -> Certificates.of(on, order.address().toString()))
                .stream()
                .filter(one -> !one.state().equals("revoked") && one.notAfter().isAfter(now))
                .toList();
    }

    static String word(Usage usage) {
        return usage.name().toLowerCase(Locale.ROOT);
    }

    static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    static RecordName depositName(String serial, String address) {
        return RecordName.first("deposit", serial, address);
    }

    private KeyFiles make(String act, IssueOrder order, Handout handout) {
        desk.ready(); // before the long work
        var made = made(order);
        desk.world().steps().at(act + ": keys made");
        var deposits = made.deposits(escrow(), desk.world().random());
        var files = made.files(KeyFileMaker.of(desk));
        boolean done = false;
        try {
            handout.keep(files);
            desk.world().steps().at(act + ": files kept");
            desk.act(
                    made.request(act),
                    on -> {
                        made.insert(on, deposits, desk.world().now());
                        return true;
                    });
            handout.show(files);
            done = true;
            return files;
        } finally {
            if (!done) {
                files.close();
            }
        }
    }

    /// Makes keys and certificates; nothing stands yet.
    Made made(IssueOrder order) {
        var keys =
                order.usages().stream()
                        .map(_ -> order.kind().generate(desk.world().random()))
                        .toList();
        return made(Signer.of(vault), order, keys);
    }

    /// @param keys one for each usage
    static Made made(Signer signer, IssueOrder order, List<KeyPair> keys) {
        var all = new ArrayList<Made.One>();
        for (int i = 0; i < keys.size(); i++) {
            var usage = order.usages().get(i);
            var pair = keys.get(i);
            switch (signer.issue(order, usage, pair.getPublic())) {
                case Issued.Ok(var certificate) -> all.add(new Made.One(usage, certificate, pair));
                case Issued.Refused(_, var why) -> throw new KmException(why);
            }
        }
        return new Made(order, all);
    }

    Octets escrow() {
        return desk.database().transaction(on -> EscrowKeys.publicKey(on, desk.runtime()));
    }
}
