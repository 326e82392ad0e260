package io.postern.km;

import io.postern.km.vault.VaultKeys;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;

/// The root's key. It signs nothing but the root's own lists, years ahead: once there are shares it
/// needs them, so that who has the unseal key can make no second authority.
final class RootKey {
    static final String ID = "root";

    private RootKey() {}

    /// Whether it can be used now.
    static boolean usable(Database on, VaultKeys keys) throws SQLException {
        return !isGuarded(on) || keys.guarded().isPresent();
    }

    static boolean isGuarded(Database on) throws SQLException {
        return Tables.tier(on, OpenVault.CA_KEY, ID).filter("guarded"::equals).isPresent();
    }

    /// Of a folder that has shares, and the key where it was before.
    static void guard(Desk desk, VaultKeys keys) {
        boolean due =
                desk.database()
                        .transaction(on ->
                                keys.guarded().isPresent()
                                        && EscrowKeys.guarded(on)
                                        && !isGuarded(on));
        if (due) {
            desk.act(
                    new Request("guard-root", ID, Map.of()),
                    on -> {
                        move(on, keys, desk.world().random());
                        return true;
                    });
        }
    }

    /// From the vault's tier to that of the shares.
    static void move(Database on, VaultKeys keys, SecureRandom random) throws SQLException {
        try (var key = Tables.get(on, keys.vault(), OpenVault.CA_KEY, ID)) {
            var octets = key.copy();
            Tables.put(
                    on,
                    Tables.Tier.GUARDED,
                    keys.guarded().orElseThrow(),
                    OpenVault.CA_KEY,
                    ID,
                    octets,
                    random);
            Arrays.fill(octets, (byte) 0);
        }
    }
}
