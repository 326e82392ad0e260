package io.postern.km;

import io.postern.km.secret.Octets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Statements on invitations.
final class Invites {
    /// Downloads of one parcel: both files in both forms, and some that fail.
    private static final int MOST_FETCHES = 32;

    /// Begun in time it can be ended: the first download starts a time of its own. Never NULL, for
    /// [#prune] says NOT.
    private static final String USABLE =
            " parcel IS NOT NULL AND fetches < "
                    + MOST_FETCHES
                    + " AND ((fetched IS NULL AND expires > ?)"
                    + " OR (fetched IS NOT NULL AND fetched > ?))";

    private Invites() {}

    /// A parcel that can be fetched.
    record Stored(String address, String serials, Octets parcel) {}

    /// A folder of the first version may be looked at before an act makes it one of today.
    private static boolean there(Database on) throws SQLException {
        return on.first("PRAGMA user_version", row -> row.getInt(1)).orElse(0) >= 2;
    }

    static Optional<Stored> usable(Database on, String id, Instant now) throws SQLException {
        if (!there(on)) {
            return Optional.empty();
        }
        return on.first(
                "SELECT address, serials, parcel FROM invite WHERE id = ? AND" + USABLE,
                row -> new Stored(row.getString(1), row.getString(2), new Octets(row.getBytes(3))),
                id,
                now.getEpochSecond(),
                now.minus(InviteView.AGAIN).getEpochSecond());
    }

    static void insert(
            Database on,
            String id,
            String address,
            List<String> serials,
            Instant now,
            Instant expires,
            byte[] parcel)
            throws SQLException {
        on.update(
                "INSERT INTO invite (id, address, serials, created, expires, parcel)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                id,
                address,
                String.join(" ", serials),
                now.getEpochSecond(),
                expires.getEpochSecond(),
                parcel);
    }

    static void fetched(Database on, String id, Instant now) throws SQLException {
        on.update(
                "UPDATE invite SET fetches = fetches + 1, fetched = coalesce(fetched, ?)"
                        + " WHERE id = ?",
                now.getEpochSecond(),
                id);
    }

    static void delete(Database on, String id) throws SQLException {
        on.update("DELETE FROM invite WHERE id = ?", id);
    }

    static void deleteOf(Database on, String address) throws SQLException {
        on.update("DELETE FROM invite WHERE address = ?", address);
    }

    /// Takes parcels away whose time is over. An invitation that was never redeemed stays, to be
    /// cancelled: its certificates are nobody's.
    static void prune(Database on, Instant now) throws SQLException {
        on.update(
                "UPDATE invite SET parcel = NULL WHERE parcel IS NOT NULL AND NOT (" + USABLE + ")",
                now.getEpochSecond(),
                now.minus(InviteView.AGAIN).getEpochSecond());
        on.update("DELETE FROM invite WHERE parcel IS NULL AND fetched IS NOT NULL");
    }

    static List<InviteView> all(Database on, Instant now) throws SQLException {
        if (!there(on)) {
            return List.of();
        }
        return on.query(
                "SELECT address, serials, created, expires, fetched FROM invite"
                        + " ORDER BY created, address",
                row -> {
                    long fetched = row.getLong(5);
                    boolean is = !row.wasNull();
                    var expires = Instant.ofEpochSecond(row.getLong(4));
                    return new InviteView(
                            row.getString(1),
                            Arrays.asList(row.getString(2).split(" ", -1)),
                            Instant.ofEpochSecond(row.getLong(3)),
                            expires,
                            is ? Optional.of(Instant.ofEpochSecond(fetched)) : Optional.empty(),
                            is ? "fetched" : expires.isAfter(now) ? "open" : "expired");
                });
    }
}
