package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import io.postern.km.vault.Escrow;
import io.postern.mail.Mailbox;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Optional;

/// Gives encryption keys back from escrow. The escrow's private key is sealed under what the shares
/// alone give, so that no program can do this with the unseal key.
final class Recovering {
    private final OpenVault vault;
    private final Desk desk;

    Recovering(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    /// A deposit with its certificate.
    private record Deposited(CertificateView view, X509Certificate certificate, Octets deposit) {}

    /// @param to whom the keys or their passphrase are encrypted, for the audit
    KeyFiles recover(Mailbox address, Optional<String> serial, Pkcs12.Form form, RecoveredTo to) {
        var key = Certificates.key(address.toString());
        var meant = serial.map(text -> new Chosen.Serial(text).serial());
        if (!desk.database().transaction(EscrowKeys::guarded)) {
            throw new KmException(
                    "nothing can be recovered before there are shares: make them with `postern km slots add --shares 2/3`, and give them to different people");
        }
        try (var privateKey =
                desk.database().transaction(on -> EscrowKeys.privateKey(on, vault.keys()))) {
            var request = Request.of(Acts.recover(address, serial, form, to));
            return opened(key, meant, form, request, privateKey);
        }
    }

    /// The line stands before a key is in anybody's hands.
    private KeyFiles opened(
            String address,
            Optional<String> serial,
            Pkcs12.Form form,
            Request request,
            Secret privateKey) {
        var deposits =
                desk.act(
                        request,
                        on -> {
                            var found =
                                    on.query(
                                            "SELECT "
                                                    + CertificateView.COLUMNS
                                                    + ", der, deposit FROM certificate"
                                                    + " WHERE address = ? AND deposit IS NOT NULL"
                                                    + " ORDER BY issued, serial",
                                            row ->
                                                    new Deposited(
                                                            CertificateView.of(row),
                                                            PrivateKeys.certificate(
                                                                    row.getBytes(10)),
                                                            new Octets(row.getBytes(11))),
                                            address);
                            var meant =
                                    found.stream()
                                            .filter(one ->
                                                    serial.isEmpty()
                                                            || serial.get()
                                                                    .equals(one.view.serial()))
                                            .toList();
                            if (meant.isEmpty()) {
                                throw new KmException(
                                        "there is no key of %s%s in escrow: `postern km list %s` shows what there is"
                                                .formatted(
                                                        address,
                                                        serial.map(s ->
                                                                        " with the serial number "
                                                                                + s)
                                                                .orElse(""),
                                                        address));
                            }
                            return meant;
                        });
        var passphrase = KeyFiles.newPassphrase(desk.world().random());
        var files = new ArrayList<KeyFile>();
        var publicKey = desk.database().transaction(on -> EscrowKeys.publicKey(on, desk.runtime()));
        var pair = new Escrow.Pair(publicKey, privateKey);
        var maker = KeyFileMaker.of(desk);
        for (var one : deposits) {
            files.add(file(maker, one, pair, passphrase, form));
        }
        return new KeyFiles(files, passphrase);
    }

    private static KeyFile file(
            KeyFileMaker maker,
            Deposited one,
            Escrow.Pair pair,
            Secret passphrase,
            Pkcs12.Form form) {
        var view = one.view;
        try (var octets =
                Escrow.open(
                        pair,
                        Issuing.depositName(view.serial(), view.address()),
                        one.deposit.copy())) {
            var key = PrivateKeys.decode(one.certificate.getPublicKey().getAlgorithm(), octets);
            return maker.file(
                    view,
                    new Pkcs12.Entry(
                            key, one.certificate, view.address() + " (" + view.usage() + ")"),
                    passphrase,
                    form);
        }
    }
}
