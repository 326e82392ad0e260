package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.vault.InviteToken;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;

/// Makes invitations: keys and certificates now, while the vault is open, in a parcel that is
/// fetched while it is sealed.
final class Inviting {
    private final OpenVault vault;
    private final Desk desk;

    Inviting(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    Invite invite(IssueOrder order, Duration valid, Consumer<Invite> before) {
        var issuing = new Issuing(vault);
        issuing.refuseAgain(order);
        desk.ready(); // before the long work
        var made = issuing.made(order);
        var random = desk.world().random();
        var deposits = made.deposits(issuing.escrow(), random);
        var now = desk.world().now();
        var expires = now.plus(valid);
        var maker = KeyFileMaker.of(desk);
        var passphrase = KeyFiles.newPassphrase(random);
        boolean done = false;
        try (var token = InviteToken.make(random)) {
            var views = new ArrayList<CertificateView>();
            var parcel = parcel(made, maker, passphrase, token, views);
            var invite =
                    new Invite(made.address(), views, token.printed(), passphrase, expires, page());
            before.accept(invite);
            desk.world().steps().at("invite: passphrase kept");
            var serials = views.stream().map(CertificateView::serial).toList();
            var facts = new HashMap<>(made.request("invite").facts());
            facts.put("expires", expires.toString());
            desk.act(
                    new Request("invite", made.address(), facts, Acts.invite(order, valid)),
                    on -> {
                        made.insert(on, deposits, now);
                        Invites.insert(
                                on, token.id(), made.address(), serials, now, expires, parcel);
                        return true;
                    });
            done = true;
            return invite;
        } finally {
            if (!done) {
                passphrase.close();
            }
        }
    }

    /// The same files in each form, sealed.
    private byte[] parcel(
            Made made,
            KeyFileMaker maker,
            Secret passphrase,
            InviteToken token,
            List<CertificateView> views) {
        var items = new ArrayList<Parcel.Item>();
        for (var form : Pkcs12.Form.values()) {
            var files = made.files(maker, passphrase, form);
            files.forEach(file -> items.add(new Parcel.Item(form, file.name(), file.pkcs12())));
            views.clear();
            files.forEach(file -> views.add(file.certificate()));
        }
        try (var parcel = new Parcel(items);
                var octets = parcel.octets()) {
            var copy = octets.copy();
            var sealed = token.seal(copy, desk.world().random());
            java.util.Arrays.fill(copy, (byte) 0);
            return sealed;
        }
    }

    private URI page() {
        var url = desk.database().transaction(on -> Tables.needed(on, "url"));
        return URI.create(url + (url.endsWith("/") ? "" : "/") + "enrol");
    }

    /// Takes the parcels of an address away and revokes what is in them.
    List<CertificateView> cancel(String typed) {
        var address = Certificates.key(typed);
        var now = desk.world().now();
        return desk.act(
                Request.of(Acts.cancelInvite(typed)),
                on -> {
                    var serials =
                            Invites.all(on, now).stream()
                                    .filter(one -> one.address().equals(address))
                                    .flatMap(one -> one.serials().stream())
                                    .toList();
                    if (serials.isEmpty()) {
                        throw new KmException(
                                "there is no invitation of %s: `postern km invites` shows all; what was redeemed is revoked with `postern km revoke`"
                                        .formatted(address));
                    }
                    Invites.deleteOf(on, address);
                    var revoked = new ArrayList<CertificateView>();
                    for (var serial : serials) {
                        var chosen = new Chosen.Serial(serial);
                        var one = Certificates.chosen(on, chosen).getFirst();
                        if (!one.state().equals("revoked")) {
                            Certificates.set(
                                    on,
                                    one,
                                    "revoked",
                                    one.revoked().orElse(now),
                                    RevocationReason.CESSATION_OF_OPERATION);
                            revoked.addAll(Certificates.chosen(on, chosen));
                        }
                    }
                    vault.signLists(on);
                    return List.copyOf(revoked);
                });
    }
}
