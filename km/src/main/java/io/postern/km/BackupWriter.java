package io.postern.km;

import io.postern.km.audit.AuditLine;
import io.postern.km.backup.BackupFile;
import io.postern.km.backup.Manifest;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/// Takes backups while the vault is sealed: all that is secret in the database stays sealed in the
/// copy, and a start secret and an unseal key are never in it.
final class BackupWriter {
    static final String LAST = "last_backup";

    private final Desk desk;

    BackupWriter(Desk desk) {
        this.desk = desk;
    }

    Manifest write(Path target) {
        desk.ready();
        var folder = Scratch.in(desk.world().folder().resolve("spool"));
        try (folder) {
            var copy = folder.path().resolve(Database.FILE);
            Database.snapshot(desk.world().folder(), copy);
            Manifest manifest;
            try (var database = Database.read(folder.path())) {
                manifest = database.transaction(on -> manifest(on, copy));
            }
            desk.world().steps().at("backup: copied");
            BackupFile.write(target, manifest, copy, desk.database().transaction(desk::auditKey));
            desk.world().steps().at("backup: written");
            desk.act(
                    new Request(
                            "backup",
                            String.valueOf(target.getFileName()),
                            Map.of("sha256", manifest.sha256())),
                    on -> {
                        Tables.setMeta(on, LAST, manifest.made().toString());
                        return true;
                    });
            return manifest;
        }
    }

    private Manifest manifest(Database on, Path copy) throws SQLException {
        var last =
                on.first(
                                "SELECT line FROM audit ORDER BY seq DESC LIMIT 1",
                                row -> row.getString(1))
                        .flatMap(AuditLine::parse)
                        .orElseThrow(() ->
                                new KmException(
                                        "the audit in the database can't be read: run `postern km audit verify`"));
        try {
            return new Manifest(
                    Tables.needed(on, "vault_id"),
                    desk.world().now(),
                    last.seq(),
                    last.hash(),
                    on.first("SELECT count(*) FROM certificate", row -> row.getLong(1)).orElse(0L),
                    Files.size(copy),
                    BackupFile.sha256(copy));
        } catch (IOException e) {
            throw new KmException(copy + " can't be read: " + e.getMessage(), e);
        }
    }
}
