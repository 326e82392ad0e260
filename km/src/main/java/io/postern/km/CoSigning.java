package io.postern.km;

import io.postern.km.audit.AuditLine;
import io.postern.km.audit.Checkpoint;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.vault.TierKey;
import io.postern.km.vault.VaultKeys;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;

/// Each opening signs the audit's head with a key of the vault: who has the start secret, and so
/// the audit's own key, still can't rewrite what was there when the vault was last open.
final class CoSigning {
    private static final String TYPE = "cosign-key";
    private static final String COPY = "public-copy";
    private static final String LAST = "last";

    private CoSigning() {}

    /// Co-signatures are over another text than checkpoints: one can't be taken for the other.
    static String vault(Database on) throws SQLException {
        return "cosigned/" + Tables.needed(on, "vault_id");
    }

    /// Signs the head, and makes the key for it at the first opening.
    ///
    /// @throws KmException when what was signed last is in the audit no more
    static void head(Database on, Desk desk, VaultKeys keys) throws SQLException {
        if (Tables.tier(on, TYPE, "private").isEmpty()) {
            make(on, desk, keys);
        }
        check(on, desk.runtime(), keys);
        var last =
                on.first(
                        "SELECT seq, hash, signature FROM cosignature ORDER BY seq DESC LIMIT 1",
                        row -> new Checkpoint(row.getLong(1), row.getString(2), row.getString(3)));
        if (last.isPresent()) {
            follows(on, desk.runtime(), last.get());
        }
        remembered(on, keys, last);
        var head =
                on.first(
                                "SELECT line FROM audit ORDER BY seq DESC LIMIT 1",
                                row -> row.getString(1))
                        .flatMap(AuditLine::parse);
        if (head.isEmpty() || last.map(Checkpoint::seq).equals(head.map(AuditLine::seq))) {
            return;
        }
        try (var key = Tables.get(on, keys.vault(), TYPE, "private")) {
            var point =
                    Checkpoint.sign(
                            vault(on),
                            head.get().seq(),
                            head.get().hash(),
                            PrivateKeys.decode("Ed25519", key));
            on.update(
                    "INSERT INTO cosignature (seq, hash, signature) VALUES (?, ?, ?)",
                    point.seq(),
                    point.hash(),
                    point.signature());
            Tables.put(
                    on,
                    Tables.Tier.VAULT,
                    keys.vault(),
                    TYPE,
                    LAST,
                    remark(point).getBytes(StandardCharsets.US_ASCII),
                    desk.world().random());
        }
    }

    private static String remark(Checkpoint point) {
        return point.seq() + "|" + point.hash();
    }

    /// The vault remembers the last one itself: who deletes rows, or puts older ones back, is found
    /// out.
    private static void remembered(Database on, VaultKeys keys, Optional<Checkpoint> last)
            throws SQLException {
        if (Tables.tier(on, TYPE, LAST).isEmpty()) {
            return; // of the time before this was kept
        }
        try (var kept = Tables.get(on, keys.vault(), TYPE, LAST)) {
            var text = new String(kept.copy(), StandardCharsets.US_ASCII);
            if (!last.map(CoSigning::remark).equals(Optional.of(text))) {
                throw new KmException(
                        "the co-signatures of the audit were changed or deleted: restore a backup, and find out who had the start secret. No act is done until then; mail is not affected");
            }
        }
    }

    private static void make(Database on, Desk desk, VaultKeys keys) throws SQLException {
        var random = desk.world().random();
        var pair = RuntimeTier.auditKeys(random);
        var octets = pair.getPrivate().getEncoded();
        Tables.put(on, Tables.Tier.VAULT, keys.vault(), TYPE, "private", octets, random);
        Arrays.fill(octets, (byte) 0);
        var half = pair.getPublic().getEncoded();
        Tables.put(on, Tables.Tier.VAULT, keys.vault(), TYPE, COPY, half, random);
        Tables.put(on, Tables.Tier.RUNTIME, desk.runtime(), TYPE, "public", half, random);
    }

    /// Puts the vault's copy of the public half into a runtime tier that was made anew.
    static void restorePublic(Database on, TierKey runtime, VaultKeys keys, SecureRandom random)
            throws SQLException {
        if (Tables.tier(on, TYPE, COPY).isPresent()) {
            try (var copy = Tables.get(on, keys.vault(), TYPE, COPY)) {
                Tables.put(on, Tables.Tier.RUNTIME, runtime, TYPE, "public", copy.copy(), random);
            }
        }
    }

    private static void check(Database on, TierKey runtime, VaultKeys keys) throws SQLException {
        try (var copy = Tables.get(on, keys.vault(), TYPE, COPY);
                var used = Tables.get(on, runtime, TYPE, "public")) {
            if (!Arrays.equals(copy.copy(), used.copy())) {
                throw new KmException(
                        "the public key that the audit is co-signed by was exchanged: whoever did it had the start secret. Restore a backup");
            }
        }
    }

    /// What was co-signed last must still be there.
    private static void follows(Database on, TierKey runtime, Checkpoint last) throws SQLException {
        var line =
                on.first(
                                "SELECT line FROM audit WHERE seq = ?",
                                row -> row.getString(1),
                                last.seq())
                        .flatMap(AuditLine::parse);
        if (line.isEmpty()
                || !line.get().hash().equals(last.hash())
                || !last.fits(vault(on), publicKey(on, runtime).orElseThrow())) {
            throw new KmException(
                    "the audit was rewritten: line %d is not the one that the vault signed when it was last open. `postern km audit verify` says more; restore a backup, and find out who had the start secret. No act is done until then; mail is not affected"
                            .formatted(last.seq()));
        }
    }

    /// The public half, once there is one.
    static Optional<PublicKey> publicKey(Database on, TierKey runtime) throws SQLException {
        var octets = octets(on, runtime);
        return octets.map(one -> PrivateKeys.decodePublic("Ed25519", one.copy()));
    }

    /// The same as SubjectPublicKeyInfo.
    static Optional<Octets> octets(Database on, TierKey runtime) throws SQLException {
        if (Tables.tier(on, TYPE, "public").isEmpty()) {
            return Optional.empty();
        }
        try (var octets = Tables.get(on, runtime, TYPE, "public")) {
            return Optional.of(new Octets(octets.copy()));
        }
    }
}
