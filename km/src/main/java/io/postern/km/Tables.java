package io.postern.km;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import io.postern.km.vault.RecordName;
import io.postern.km.vault.Slot;
import io.postern.km.vault.TierKey;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Statements on settings, sealed records and slots.
final class Tables {
    private Tables() {}

    static Optional<String> meta(Database on, String name) throws SQLException {
        return on.first("SELECT value FROM meta WHERE name = ?", row -> row.getString(1), name);
    }

    static String needed(Database on, String name) throws SQLException {
        return meta(on, name)
                .orElseThrow(() ->
                        new KmException(
                                "the setting "
                                        + name
                                        + " is gone from "
                                        + Database.FILE
                                        + ": restore it from a backup"));
    }

    static void setMeta(Database on, String name, String value) throws SQLException {
        on.update(
                "INSERT INTO meta (name, value) VALUES (?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                value);
    }

    /// Which key seals it.
    enum Tier {
        RUNTIME,
        VAULT,
        GUARDED;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// Seals and keeps a record, in place of the one before.
    static void put(
            Database on,
            Tier tier,
            TierKey key,
            String type,
            String id,
            byte[] octets,
            SecureRandom random)
            throws SQLException {
        int version =
                on.first(
                                        "SELECT version FROM record WHERE type = ? AND id = ?",
                                        row -> row.getInt(1),
                                        type,
                                        id)
                                .orElse(0)
                        + 1;
        var name = new RecordName(type, id, "", version, 1);
        on.update(
                "INSERT OR REPLACE INTO record (type, id, subject, version, epoch, tier, sealed)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                type,
                id,
                name.subject(),
                version,
                name.epoch(),
                tier.word(),
                key.seal(name, octets, random));
    }

    /// A sealed record as it is stored.
    private record Stored(RecordName name, Octets sealed) {}

    /// What was kept; the caller closes it.
    static Secret get(Database on, TierKey key, String type, String id) throws SQLException {
        var stored =
                on.first(
                                "SELECT subject, version, epoch, sealed FROM record"
                                        + " WHERE type = ? AND id = ?",
                                row ->
                                        new Stored(
                                                new RecordName(
                                                        type,
                                                        id,
                                                        row.getString(1),
                                                        row.getInt(2),
                                                        row.getInt(3)),
                                                new Octets(row.getBytes(4))),
                                type,
                                id)
                        .orElseThrow(() ->
                                new KmException(
                                        "the record "
                                                + type
                                                + " "
                                                + id
                                                + " is gone from "
                                                + Database.FILE
                                                + ": restore it from a backup"));
        return key.open(stored.name, stored.sealed.copy());
    }

    /// Whether a record is there and opens under that key.
    static boolean opens(Database on, TierKey key, String type, String id) throws SQLException {
        try (var _ = get(on, key, type, id)) {
            return true;
        } catch (KmException e) {
            return false;
        }
    }

    /// Which key a record is sealed under; empty when there is none.
    static Optional<String> tier(Database on, String type, String id) throws SQLException {
        return on.first(
                "SELECT tier FROM record WHERE type = ? AND id = ?",
                row -> row.getString(1),
                type,
                id);
    }

    static List<Slot> slots(Database on) throws SQLException {
        return on.query(
                "SELECT id, kind, parameters, wrapped FROM slot ORDER BY id",
                row ->
                        Slot.stored(
                                row.getInt(1),
                                row.getString(2),
                                row.getString(3),
                                row.getBytes(4)));
    }

    static int nextSlot(Database on) throws SQLException {
        // Never a number again: a printed list of slots must not name another one later.
        int next = Integer.parseInt(meta(on, "next_slot").orElse("1"));
        setMeta(on, "next_slot", next + 1 + "");
        return next;
    }

    static void putSlot(Database on, Slot slot, Instant now) throws SQLException {
        on.update(
                "INSERT INTO slot (id, kind, parameters, wrapped, created) VALUES (?, ?, ?, ?, ?)",
                slot.id(),
                slot.kind().word(),
                slot.parameters(),
                slot.wrapped(),
                now.getEpochSecond());
    }
}
