package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.ca.Authorities;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Validity;
import io.postern.km.secret.KmException;
import io.postern.km.shares.Share;
import io.postern.km.vault.Escrow;
import io.postern.km.vault.Slot;
import io.postern.km.vault.Slots;
import io.postern.km.vault.UnsealKey;
import io.postern.km.vault.VaultKeys;
import java.security.KeyPair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A vault in the making. Everything is in memory until [#complete]: an operator who gives up, or
/// can't show that the backup of the unseal key works, leaves nothing behind.
public final class Founding implements AutoCloseable {
    private static final Duration ROOT_LIFE = Duration.ofDays(20 * 365 + 5);
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(10 * 365 + 2);

    private final Desk desk;
    private final FoundingSettings settings;
    private final String vaultId;
    private final VaultKeys keys;
    private final Slots.NewUnsealKey unseal;
    private final Optional<Slots.NewShares> shares;

    private Founding(Desk desk, FoundingSettings settings) {
        this.desk = desk;
        this.settings = settings;
        var random = desk.world().random();
        var id = new byte[16];
        random.nextBytes(id);
        vaultId = HexFormat.of().formatHex(id);
        var slots = new Slots(vaultId, random);
        keys = slots.newKeys();
        unseal = slots.addUnsealKey(1, keys);
        shares =
                settings.shares()
                        .map(quorum -> slots.addShares(2, keys, quorum.needed(), quorum.of()));
    }

    /// Begins, under the lock of the folder.
    ///
    /// @throws KmException when there is a vault already, or the shares make no sense
    public static Founding begin(World world, StartSecret secret, FoundingSettings settings) {
        var desk = Desk.open(world, secret);
        boolean begun = false;
        try {
            if (desk.founded()) {
                throw new KmException(
                        world.folder()
                                + " has a vault already: `postern km status` shows it; to begin anew move that folder away, and with it all certificates and keys");
            }
            var founding = new Founding(desk, settings);
            begun = true;
            return founding;
        } finally {
            if (!begun) {
                desk.close();
            }
        }
    }

    /// The key to show once, or to write to two media. Zeroed when this is closed.
    public UnsealKey unsealKey() {
        return unseal.key();
    }

    /// The shares to hand to people, in order; none when none were asked for.
    public List<Share> shares() {
        return shares.map(Slots.NewShares::shares).orElse(List.of());
    }

    /// Whether that is the unseal key of this vault, as somebody shows from the backup.
    public boolean isUnsealKey(UnsealKey shown) {
        return shown.printed().equals(unseal.key().printed());
    }

    /// Makes root, issuing authority, responder, escrow, audit and lists, and keeps all of it in
    /// one transaction.
    public void complete() {
        var random = desk.world().random();
        var now = desk.world().now();
        var rootKeys = settings.authorityKey().generate(random);
        var root =
                Authorities.root(
                        rootKeys, settings.rootName(), Validity.of(now, ROOT_LIFE), random);
        var authorityKeys = settings.authorityKey().generate(random);
        var authority =
                Authorities.issuing(
                        new Issuer(root, rootKeys.getPrivate()),
                        authorityKeys.getPublic(),
                        settings.authorityName(),
                        Validity.of(now, AUTHORITY_LIFE),
                        FoundingSettings.locations(settings.url(), "root"),
                        random);
        var responder = KeyKind.P_256.generate(random);
        var audit = RuntimeTier.auditKeys(random);
        desk.world().steps().at("init: keys made");
        var request =
                new Request(
                        "init",
                        authority.getSubjectX500Principal().getName(),
                        Map.of("vault", vaultId, "url", settings.url().toString()));
        // The key first: the line of this very act is signed by it.
        desk.act(
                request,
                on -> {
                    Tables.setMeta(on, "vault_id", vaultId);
                    Tables.setMeta(on, "url", settings.url().toString());
                    Tables.setMeta(on, "organization", settings.organization());
                    Tables.setMeta(on, "country", settings.country());
                    RuntimeTier.keep(on, desk, Desk.AUDIT_KEY, audit);
                    RuntimeTier.keep(on, desk, Responder.KEY, responder);
                    vaultKey(on, RootKey.ID, rootKeys);
                    vaultKey(on, "ca", authorityKeys);
                    Tables.setMeta(on, "root", base64(PrivateKeys.der(root)));
                    Tables.setMeta(on, "ca", base64(PrivateKeys.der(authority)));
                    escrow(on);
                    if (shares.isPresent()) {
                        RootKey.move(on, keys, random);
                    }
                    slots(on);
                    var issuer = new Issuer(authority, authorityKeys.getPrivate());
                    CrlPlan.ROOT.sign(on, desk, new Issuer(root, rootKeys.getPrivate()));
                    CrlPlan.CA.sign(on, desk, issuer);
                    Responder.certify(on, desk, issuer);
                    return true;
                });
    }

    private void vaultKey(Database on, String id, KeyPair pair) throws SQLException {
        var octets = pair.getPrivate().getEncoded();
        Tables.put(
                on,
                Tables.Tier.VAULT,
                keys.vault(),
                OpenVault.CA_KEY,
                id,
                octets,
                desk.world().random());
        Arrays.fill(octets, (byte) 0);
    }

    private void escrow(Database on) throws SQLException {
        var random = desk.world().random();
        var pair = Escrow.newPair(random);
        try (var secret = pair.privateKey()) {
            EscrowKeys.keepPublic(on, desk.runtime(), keys, pair.publicKey(), random);
            EscrowKeys.keepPrivate(on, keys, shares.isPresent(), secret, random);
        }
    }

    private void slots(Database on) throws SQLException {
        var now = desk.world().now();
        Tables.putSlot(on, unseal.slot(), now);
        Slot last = unseal.slot();
        if (shares.isPresent()) {
            last = shares.get().slot();
            Tables.putSlot(on, last, now);
        }
        Tables.setMeta(on, "next_slot", last.id() + 1 + "");
        Tables.setMeta(on, "backup_tested", now.toString());
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /// Zeroes all secrets and gives the folder up.
    @Override
    public void close() {
        try (desk) {
            keys.close();
            unseal.key().close();
            shares().forEach(Share::close);
        }
    }
}
