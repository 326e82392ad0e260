package io.postern.km;

import io.postern.km.ca.Issuer;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationReason;
import io.postern.km.consent.Draft;
import io.postern.km.consent.Operation;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.vault.Pkcs11Token;
import io.postern.km.vault.Slots;
import io.postern.km.vault.VaultKeys;
import io.postern.mail.Mailbox;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The vault while it is open: for one act, or a few. Each act is one transaction with its audit
/// line; when it returns, both are on stable storage. Closing zeroes the vault's keys. Confined to
/// one thread.
///
/// Every method throws [KmException], and has then changed nothing, when what is asked can't be
/// done.
public final class OpenVault implements AutoCloseable {
    static final String CA_KEY = "ca-key";

    private final Desk desk;
    private final VaultKeys keys;
    private final Consent consent;

    OpenVault(Desk desk, VaultKeys keys) {
        this.desk = desk;
        this.keys = keys;
        consent = new Consent(desk, keys);
        desk.guard(consent);
    }

    Desk desk() {
        return desk;
    }

    VaultKeys keys() {
        return keys;
    }

    /// The issuing authority with its key.
    Issuer issuer(Database on) throws SQLException {
        return issuer(on, "ca");
    }

    private Issuer issuer(Database on, String id) throws SQLException {
        var certificate = authority(on, id);
        boolean guarded = id.equals(RootKey.ID) && RootKey.isGuarded(on);
        var tier = guarded ? keys.guarded().orElseThrow() : keys.vault();
        try (var key = Tables.get(on, tier, CA_KEY, id)) {
            return new Issuer(
                    certificate,
                    PrivateKeys.decode(certificate.getPublicKey().getAlgorithm(), key));
        }
    }

    /// An authority's certificate: `ca` or `root`.
    static X509Certificate authority(Database on, String id) throws SQLException {
        return PrivateKeys.certificate(Base64.getDecoder().decode(Tables.needed(on, id)));
    }

    /// Does one act under a request that approvers signed: it must be the same act, and uses the
    /// request up. Each other act within is done as if nobody had been asked.
    ///
    /// @param request its number, see [Requests]
    public <T> T under(long request, Supplier<T> act) {
        consent.one(request);
        try {
            return act.get();
        } finally {
            consent.nobody();
        }
    }

    /// Does many acts under one request, that of [Draft#batch]: each of the list once, in any
    /// order. Until the request ends it may be begun again, for what an earlier run left.
    ///
    /// @param items what was approved, such as [Acts#issue] of each order
    public <T> T underBatch(long request, List<Draft> items, Supplier<T> acts) {
        try {
            consent.many(request, items);
            return acts.get();
        } finally {
            consent.nobody();
        }
    }

    /// How many approvers an operation needs; 0 when whoever opened the vault may do it.
    public int needed(Operation operation) {
        return desk.database().transaction(on -> RulesStore.inForce(on, keys).needed(operation));
    }

    /// Who the approvers are, and how many are needed.
    public Administrators administrators() {
        return new Administrators(this);
    }

    /// Gives the issuing authority out, with its key. The vault must have been opened with the
    /// shares.
    ///
    /// @return the caller closes it
    public ExportedAuthority exportAuthority(Pkcs12.Form form) {
        return new Exporting(this).export(form);
    }

    /// Issues what is ordered. Refuses when the address has valid certificates of such a usage.
    ///
    /// @return a PKCS #12 file for each usage, and their passphrase; the caller closes it
    public KeyFiles issue(IssueOrder order) {
        return issue(order, Handout.NOWHERE);
    }

    /// The same; the files are kept where they go before the act is committed.
    public KeyFiles issue(IssueOrder order, Handout handout) {
        return new Issuing(this).issue(order, handout);
    }

    /// Issues to many, as fast as the processors make keys; who has such certificates is skipped,
    /// so that what was interrupted goes on when the same is asked again. Each of a portion stands,
    /// or none of it.
    public void issueAll(List<IssueOrder> orders, Handout handout, BulkWatch watch) {
        new Bulk(this, handout, watch).run("issue", orders);
    }

    /// Renews whatever [KeyManagement#due] names, with keys of the kind that each has.
    public void renewAll(List<IssueOrder> orders, Handout handout, BulkWatch watch) {
        new Bulk(this, handout, watch).run("renew", orders);
    }

    /// Issues anew, with new keys, what an address has: the old certificates stay valid until they
    /// expire, so that mail on its way can be read.
    public KeyFiles renew(IssueOrder order) {
        return renew(order, Handout.NOWHERE);
    }

    /// The same; the files are kept where they go before the act is committed.
    public KeyFiles renew(IssueOrder order, Handout handout) {
        return new Issuing(this).renew(order, handout);
    }

    /// Makes keys and certificates for somebody, in a parcel that its token fetches while the vault
    /// is sealed.
    ///
    /// @param valid how long it can be fetched
    /// @param before keeps the passphrase before the act is committed; what it throws ends the act
    /// @return the caller closes it
    public Invite invite(IssueOrder order, Duration valid, Consumer<Invite> before) {
        return new Inviting(this).invite(order, valid, before);
    }

    /// Takes back what was not redeemed and confirmed, and revokes its certificates.
    public List<CertificateView> cancelInvite(String address) {
        return new Inviting(this).cancel(address);
    }

    /// Its name, as unseal keys and [KmStatus] have it.
    public String name() {
        return new Slots(desk.vaultId(), desk.world().random()).vaultName();
    }

    /// What is to be renewed; see [KeyManagement#due].
    public RenewalsDue due(Duration within) {
        return desk.database().transaction(on -> RenewalsDue.of(on, desk.world().now(), within));
    }

    /// How many certificates [#due] has.
    public int dueCertificates(Duration within) {
        return desk.database().transaction(on -> RenewalsDue.count(on, desk.world().now(), within));
    }

    /// A certificate that stands, in the database and in the audit.
    Optional<CertificateView> standing(String serial) {
        desk.ready();
        return desk.database()
                .transaction(on ->
                        on.first(
                                "SELECT "
                                        + CertificateView.COLUMNS
                                        + " FROM certificate WHERE serial = ?",
                                CertificateView::of,
                                serial));
    }

    /// Revokes for good.
    ///
    /// @return what was revoked
    public List<CertificateView> revoke(Chosen chosen, RevocationReason reason) {
        if (reason == RevocationReason.CERTIFICATE_HOLD) {
            throw new KmException("a hold is no revocation: use `postern km hold`");
        }
        return new Revoking(this).revoke(chosen, reason);
    }

    /// Revokes what this folder does not know: issued after the backup that it was restored from.
    public void revokeUnknown(Chosen.Serial serial, RevocationReason reason) {
        new Revoking(this).unknown(serial, reason);
    }

    /// Holds until released or revoked.
    public List<CertificateView> hold(Chosen chosen) {
        return new Revoking(this).hold(chosen);
    }

    /// Makes held certificates valid again.
    public List<CertificateView> release(Chosen chosen) {
        return new Revoking(this).release(chosen);
    }

    /// Somebody left: signing certificates are revoked, encryption keys stay recoverable.
    public List<CertificateView> leave(String address) {
        return new Revoking(this).leave(address);
    }

    /// Gives the encryption keys of an address back: all of its history, or one. The vault must
    /// have been opened with the shares.
    ///
    /// @param serial of the certificate; empty for all
    public KeyFiles recover(Mailbox address, Optional<String> serial, Pkcs12.Form form) {
        return recover(address, serial, form, RecoveredTo.NOBODY);
    }

    /// The same, for others than who asks.
    ///
    /// @param to whom keys or passphrase are encrypted: the audit's request has it
    public KeyFiles recover(
            Mailbox address, Optional<String> serial, Pkcs12.Form form, RecoveredTo to) {
        return new Recovering(this).recover(address, serial, form, to);
    }

    /// Issues for a key that is not here, of a request (PKCS #10).
    public OfRequest issueFor(RequestOrder order) {
        return new IssuingOfRequest(this).issue(order);
    }

    /// Adds a slot for a new unseal key.
    ///
    /// @param before hands it out; what it throws ends the act, and the slot is not made. The
    ///   caller closes it
    public Slots.NewUnsealKey addUnsealKey(Consumer<Slots.NewUnsealKey> before) {
        return new SlotDesk(this).addUnsealKey(before);
    }

    /// Adds a slot for a passphrase.
    public int addPassphrase(Secret passphrase) {
        return new SlotDesk(this).addPassphrase(passphrase);
    }

    /// Adds a slot for a PKCS #11 token, with a key in it that is made if there is none.
    public int addPkcs11(Pkcs11Token token, String keyLabel) {
        return new SlotDesk(this).addPkcs11(token, keyLabel);
    }

    /// Adds a slot for new shares.
    ///
    /// @param before hands them out; what it throws ends the act: the first shares guard the
    ///   escrow's key, and must not stand before somebody has them. The caller closes them
    public Slots.NewShares addShares(
            FoundingSettings.Quorum quorum, Consumer<Slots.NewShares> before) {
        return new SlotDesk(this).addShares(quorum, before);
    }

    /// Removes a slot.
    public void removeSlot(int id) {
        new SlotDesk(this).remove(id);
    }

    /// Signs new lists when some have been used up, so that the horizon is whole again.
    ///
    /// @return whether it did
    public boolean refresh() {
        boolean stale = desk.database().transaction(on -> CrlPlan.CA.stale(on, desk.world().now()));
        if (stale) {
            sign();
        }
        return stale;
    }

    /// Remembers that what opened it now, the second medium, works.
    public void tested() {
        desk.act(
                new Request("test-medium", "", Map.of()),
                on -> {
                    Tables.setMeta(on, "backup_tested", desk.world().now().toString());
                    return true;
                });
    }

    /// Names the file outside the folder that shall have the end of the audit after each act; empty
    /// for none any more. Whatever was in it is overwritten.
    public void anchor(Optional<Path> file) {
        new Keeping(this).anchor(file);
    }

    /// Writes all of the vault to a file that only the machine with that certificate's key can
    /// open, and does no more acts here.
    public void move(X509Certificate to, Path target) {
        new Keeping(this).move(to, target);
    }

    /// Takes a move back that did not come to its end.
    public void stay() {
        new Keeping(this).stay();
    }

    /// Signs new lists in any case.
    public void sign() {
        desk.act(
                new Request("sign-crls", "", Map.of()),
                on -> {
                    signLists(on);
                    return true;
                });
    }

    void signLists(Database on) throws SQLException {
        var issuer = issuer(on);
        CrlPlan.CA.sign(on, desk, issuer);
        Responder.certify(on, desk, issuer);
        // Without the shares the root's lists wait: they reach years ahead.
        if (CrlPlan.ROOT.stale(on, desk.world().now()) && RootKey.usable(on, keys)) {
            CrlPlan.ROOT.sign(on, desk, issuer(on, "root"));
        }
    }

    /// Seals the vault: zeroes its keys. What [KeyManagement] has open stays open.
    @Override
    public void close() {
        desk.guard(Guard.NONE);
        keys.close();
    }
}
