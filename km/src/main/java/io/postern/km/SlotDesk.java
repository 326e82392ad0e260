package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.vault.Pkcs11Token;
import io.postern.km.vault.Slot;
import io.postern.km.vault.Slots;
import io.postern.km.vault.VaultKeys;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.Consumer;

/// Adds and removes ways to open the vault. Once there are shares, this needs them: otherwise
/// whoever has the unseal key could give himself others.
final class SlotDesk {
    private final OpenVault vault;
    private final Desk desk;
    private final Slots slots;

    SlotDesk(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
        slots = new Slots(desk.vaultId(), desk.world().random());
    }

    Slots.NewUnsealKey addUnsealKey(Consumer<Slots.NewUnsealKey> before) {
        return desk.act(
                new Request("add-slot", "unseal-key", Map.of()),
                on -> {
                    quorum(on);
                    var made = slots.addUnsealKey(Tables.nextSlot(on), vault.keys());
                    Tables.putSlot(on, made.slot(), desk.world().now());
                    before.accept(made);
                    return made;
                });
    }

    int addPassphrase(Secret passphrase) {
        return desk.act(
                new Request("add-slot", "passphrase", Map.of()),
                on -> {
                    quorum(on);
                    var made = slots.addPassphrase(Tables.nextSlot(on), vault.keys(), passphrase);
                    Tables.putSlot(on, made, desk.world().now());
                    return made.id();
                });
    }

    /// The key is made in the token first: it opens nothing until the slot stands.
    int addPkcs11(Pkcs11Token token, String keyLabel) {
        token.makeKey(keyLabel);
        return desk.act(
                Request.of(Acts.addSlot(Slot.Kind.PKCS11)),
                on -> {
                    quorum(on);
                    var made = slots.addPkcs11(Tables.nextSlot(on), vault.keys(), token, keyLabel);
                    Tables.putSlot(on, made, desk.world().now());
                    return made.id();
                });
    }

    Slots.NewShares addShares(FoundingSettings.Quorum quorum, Consumer<Slots.NewShares> before) {
        var facts = Map.of("need", quorum.needed() + "", "of", quorum.of() + "");
        return desk.act(
                new Request("add-slot", "shares", facts),
                on -> {
                    quorum(on);
                    if (EscrowKeys.guarded(on)) {
                        return put(on, vault.keys(), quorum, before);
                    }
                    // The first shares: from now on the escrow's private key needs them.
                    try (var keys = slots.withNewRecovery(vault.keys());
                            var privateKey = EscrowKeys.privateKey(on, vault.keys())) {
                        EscrowKeys.keepPrivate(on, keys, true, privateKey, desk.world().random());
                        RootKey.move(on, keys, desk.world().random());
                        return put(on, keys, quorum, before);
                    }
                });
    }

    private Slots.NewShares put(
            Database on,
            VaultKeys keys,
            FoundingSettings.Quorum quorum,
            Consumer<Slots.NewShares> before)
            throws SQLException {
        var made = slots.addShares(Tables.nextSlot(on), keys, quorum.needed(), quorum.of());
        Tables.putSlot(on, made.slot(), desk.world().now());
        before.accept(made);
        return made;
    }

    void remove(int id) {
        desk.act(
                new Request("remove-slot", id + "", Map.of()),
                on -> {
                    quorum(on);
                    var all = Tables.slots(on);
                    var meant =
                            all.stream()
                                    .filter(slot -> slot.id() == id)
                                    .findFirst()
                                    .orElseThrow(() ->
                                            new KmException(
                                                    "there is no slot %d: `postern km slots list` shows all"
                                                            .formatted(id)));
                    if (all.size() == 1) {
                        throw new KmException(
                                "slot %d is the last one: without it nothing opens the vault; add another first"
                                        .formatted(id));
                    }
                    if (meant.kind() == Slot.Kind.SHARES
                            && all.stream().filter(slot -> slot.kind() == Slot.Kind.SHARES).count()
                                    == 1) {
                        throw new KmException(
                                "slot %d has the only shares: without them no key can ever be recovered; add others first"
                                        .formatted(id));
                    }
                    return on.update("DELETE FROM slot WHERE id = ?", id);
                });
    }

    private void quorum(Database on) throws SQLException {
        if (EscrowKeys.guarded(on) && vault.keys().guarded().isEmpty()) {
            throw new KmException(
                    "slots are changed with the shares, not with one person's key: give them with --share-file, or type them when asked");
        }
    }
}
