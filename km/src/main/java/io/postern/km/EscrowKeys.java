package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import io.postern.km.vault.TierKey;
import io.postern.km.vault.VaultKeys;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Arrays;

/// Where the escrow's keys are kept: the public one in the runtime tier, with a copy in the vault
/// so that an exchanged one is noticed; the private one in the part of the vault that needs shares.
final class EscrowKeys {
    private static final String TYPE = "escrow-key";
    private static final String COPY = "public-copy";

    private EscrowKeys() {}

    static void keepPublic(
            Database on, TierKey runtime, VaultKeys keys, Octets publicKey, SecureRandom random)
            throws SQLException {
        var octets = publicKey.copy();
        Tables.put(on, Tables.Tier.RUNTIME, runtime, TYPE, "public", octets, random);
        Tables.put(on, Tables.Tier.VAULT, keys.vault(), TYPE, COPY, octets, random);
    }

    /// Puts the vault's copy of the public key into a runtime tier that was made anew.
    static void restorePublic(Database on, TierKey runtime, VaultKeys keys, SecureRandom random)
            throws SQLException {
        try (var copy = Tables.get(on, keys.vault(), TYPE, COPY)) {
            Tables.put(on, Tables.Tier.RUNTIME, runtime, TYPE, "public", copy.copy(), random);
        }
    }

    /// @param shares whether there are shares to guard it; otherwise it waits for them in the vault
    static void keepPrivate(
            Database on, VaultKeys keys, boolean shares, Secret privateKey, SecureRandom random)
            throws SQLException {
        var octets = privateKey.copy();
        try {
            if (shares) {
                Tables.put(
                        on,
                        Tables.Tier.GUARDED,
                        keys.guarded().orElseThrow(),
                        TYPE,
                        "private",
                        octets,
                        random);
            } else {
                Tables.put(on, Tables.Tier.VAULT, keys.vault(), TYPE, "private", octets, random);
            }
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// For deposits.
    static Octets publicKey(Database on, TierKey runtime) throws SQLException {
        try (var octets = Tables.get(on, runtime, TYPE, "public")) {
            return new Octets(octets.copy());
        }
    }

    /// @throws KmException when the public key is another than the vault made
    static void check(Database on, TierKey runtime, VaultKeys keys) throws SQLException {
        try (var copy = Tables.get(on, keys.vault(), TYPE, COPY);
                var used = Tables.get(on, runtime, TYPE, "public")) {
            if (!Arrays.equals(copy.copy(), used.copy())) {
                throw new KmException(
                        "the escrow's public key was exchanged: whoever did it could read what was deposited since. Restore a backup, and find out who had the start secret");
            }
        }
    }

    /// Whether shares guard the private key.
    static boolean guarded(Database on) throws SQLException {
        return Tables.tier(on, TYPE, "private").filter("guarded"::equals).isPresent();
    }

    /// The private key of whichever tier it is in; the caller closes it.
    static Secret privateKey(Database on, VaultKeys keys) throws SQLException {
        if (!guarded(on)) {
            return Tables.get(on, keys.vault(), TYPE, "private");
        }
        var guarded =
                keys.guarded()
                        .orElseThrow(() ->
                                new KmException(
                                        "this needs the shares: the unseal key and a passphrase do not open it. Give the shares with --share-file, or type them when asked"));
        return Tables.get(on, guarded, TYPE, "private");
    }
}
