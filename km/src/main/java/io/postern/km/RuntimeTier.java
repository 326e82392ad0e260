package io.postern.km;

import io.postern.km.ca.KeyKind;
import io.postern.km.secret.KmException;
import io.postern.km.vault.VaultKeys;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Arrays;

/// The keys of the runtime tier: made when the vault is founded, and anew when it is restored under
/// another start secret. None of them is worth a copy elsewhere: the vault can make others.
final class RuntimeTier {
    private RuntimeTier() {}

    /// Ed25519, for the audit.
    static KeyPair auditKeys(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, random);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK 25 has Ed25519", e);
        }
    }

    /// Keeps a pair.
    static void keep(Database on, Desk desk, String type, KeyPair pair) throws SQLException {
        var octets = pair.getPrivate().getEncoded();
        var random = desk.world().random();
        Tables.put(on, Tables.Tier.RUNTIME, desk.runtime(), type, "private", octets, random);
        Arrays.fill(octets, (byte) 0);
        Tables.put(
                on,
                Tables.Tier.RUNTIME,
                desk.runtime(),
                type,
                "public",
                pair.getPublic().getEncoded(),
                random);
    }

    /// Whether the start secret at hand is the one that the folder was made with.
    static boolean opens(Database on, Desk desk) throws SQLException {
        return Tables.opens(on, desk.runtime(), Desk.AUDIT_KEY, "public");
    }

    /// Makes the tier anew under the start secret at hand. What was sealed under the other one is
    /// gone: lists must be signed again, and checkpoints of before can't be verified any more.
    ///
    /// @throws KmException when the root can't sign its lists, which needs the shares
    static void renew(Database on, Desk desk, VaultKeys keys) throws SQLException {
        if (!RootKey.usable(on, keys)) {
            throw new KmException(
                    "the backup was made under another start secret, so that the root must sign its lists anew: give the shares with --share-file, or bring that start secret");
        }
        on.update("DELETE FROM record WHERE tier = 'runtime'");
        on.update("DELETE FROM crl");
        on.update("DELETE FROM checkpoint");
        var random = desk.world().random();
        keep(on, desk, Desk.AUDIT_KEY, auditKeys(random));
        keep(on, desk, Responder.KEY, KeyKind.P_256.generate(random));
        EscrowKeys.restorePublic(on, desk.runtime(), keys, random);
        CoSigning.restorePublic(on, desk.runtime(), keys, random);
        RulesStore.restoreView(on, desk.runtime(), keys, random);
    }
}
