package io.postern.km;

import io.postern.km.ca.Crls;
import io.postern.km.ca.RevocationList;
import io.postern.km.secret.KmException;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Instant;

/// The last list that was given out, merged into a restored folder: what was revoked after the
/// backup stays revoked, and numbers go on above it.
final class PublishedCrl {
    /// Lists that may have been numbered after the one at hand: each change reserves thirteen, and
    /// there may be many changes a day.
    private static final long AHEAD = 1_000_000;

    private PublishedCrl() {}

    /// Reads and verifies one.
    ///
    /// @param made when the backup was taken
    /// @throws KmException when it is none of this authority's, or older than the backup
    static RevocationList read(Database on, byte[] der, Instant made) throws SQLException {
        var list =
                Crls.read(der, OpenVault.authority(on, "ca"))
                        .filter(one -> one.number().bitLength() < 62)
                        .orElseThrow(() ->
                                new KmException(
                                        "the published list is none that this vault's authority signed: fetch ca.crl from the URL in the certificates"));
        var own = CrlPlan.CA.number(on, made);
        if (own.isPresent() && list.number().longValueExact() < own.get()) {
            throw new KmException(
                    "the published list is number %s, and number %d was given out before the backup was taken: fetch the last one from the URL in the certificates"
                            .formatted(list.number(), own.get()));
        }
        return list;
    }

    /// How many certificates it revokes that the folder takes for valid, or does not know.
    static int merge(Database on, RevocationList list) throws SQLException {
        int merged = 0;
        for (var entry : list.entries()) {
            var serial = entry.serial().toString(16);
            long at = entry.at().getEpochSecond();
            var reason = entry.reason().name();
            int known =
                    on.first(
                                    "SELECT count(*) FROM certificate WHERE serial = ?",
                                    row -> row.getInt(1),
                                    serial)
                            .orElse(0);
            if (known == 0) {
                merged +=
                        on.update(
                                "INSERT OR IGNORE INTO revoked_elsewhere (serial, revoked, reason)"
                                        + " VALUES (?, ?, ?)",
                                serial,
                                at,
                                reason);
            } else {
                var state = reason.equals("CERTIFICATE_HOLD") ? "held" : "revoked";
                merged +=
                        on.update(
                                "UPDATE certificate SET state = ?, revoked = ?, reason = ?"
                                        + " WHERE serial = ? AND (state = 'valid'"
                                        + " OR (state = 'held' AND ? = 'revoked'))",
                                state,
                                at,
                                reason,
                                serial,
                                state);
            }
        }
        above(on, "ca", list.number());
        skip(on, "root");
        return merged;
    }

    private static void above(Database on, String authority, BigInteger number)
            throws SQLException {
        long own = Long.parseLong(Tables.meta(on, authority + "_crl_next").orElse("1"));
        Tables.setMeta(
                on, authority + "_crl_next", Math.max(own, number.longValueExact() + AHEAD) + "");
    }

    /// Without a list to go by: numbers that no list of before can have had.
    static void skip(Database on) throws SQLException {
        skip(on, "ca");
        skip(on, "root");
    }

    private static void skip(Database on, String authority) throws SQLException {
        long next = Long.parseLong(Tables.meta(on, authority + "_crl_next").orElse("1"));
        above(on, authority, BigInteger.valueOf(next));
    }
}
