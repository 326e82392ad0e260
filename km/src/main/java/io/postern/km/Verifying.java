package io.postern.km;

import io.postern.km.audit.AuditFile;
import io.postern.km.audit.AuditVerification;
import io.postern.km.audit.Checkpoint;
import io.postern.km.secret.Octets;
import io.postern.km.vault.TierKey;
import java.sql.SQLException;
import java.util.Optional;

/// Reads what [AuditVerification] looks at, a page at a time.
final class Verifying {
    private Verifying() {}

    /// A line with its number: of its row, for a damaged one tells none.
    private record Row(long seq, String text) {}

    /// @param head that was kept elsewhere
    /// @param cosigner the vault's public half that was kept elsewhere; empty for the folder's own
    static AuditVerification.Result verify(
            Database on,
            TierKey runtime,
            AuditFile file,
            Optional<String> head,
            Optional<Octets> cosigner)
            throws SQLException {
        var lines =
                new Paged<>(
                        on,
                        "SELECT seq, line FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
                        row -> new Row(row.getLong(1), row.getString(2)),
                        Row::seq);
        var texts =
                new java.util.Iterator<String>() {
                    @Override
                    public boolean hasNext() {
                        return lines.hasNext();
                    }

                    @Override
                    public String next() {
                        return lines.next().text;
                    }
                };
        var key =
                cosigner.isPresent()
                        ? cosigner.map(one -> PrivateKeys.decodePublic("Ed25519", one.copy()))
                        : CoSigning.publicKey(on, runtime);
        try (var octets = Tables.get(on, runtime, Desk.AUDIT_KEY, "public")) {
            return AuditVerification.verify(
                    Tables.needed(on, "vault_id"),
                    texts,
                    file,
                    new AuditVerification.Signed(
                            points(on, "checkpoint"),
                            Optional.of(PrivateKeys.decodePublic("Ed25519", octets.copy()))),
                    new AuditVerification.Signed(points(on, "cosignature"), key),
                    head);
        }
    }

    private static Paged<Checkpoint> points(Database on, String table) throws SQLException {
        boolean there =
                on.first("SELECT 1 FROM sqlite_schema WHERE name = ?", row -> row.getInt(1), table)
                        .isPresent();
        return new Paged<>(
                on,
                there
                        ? "SELECT seq, hash, signature FROM "
                                + table
                                + " WHERE seq > ? ORDER BY seq LIMIT ?"
                        : "SELECT 0, '', '' WHERE ? < 0 LIMIT ?",
                row -> new Checkpoint(row.getLong(1), row.getString(2), row.getString(3)),
                Checkpoint::seq);
    }
}
