package io.postern.km;

import io.postern.km.ca.Crls;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.RevocationList;
import io.postern.km.ca.RevocationReason;
import io.postern.km.ca.Revoked;
import io.postern.km.secret.Secret;
import io.postern.km.vault.RecordName;
import io.postern.km.vault.TierKey;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Revocation lists signed ahead. While the vault is sealed nothing can be revoked, so that what
/// the lists will say is known: as many as cover the horizon are signed by the authority's own key,
/// kept in the runtime tier, and given out from their thisUpdate on, never earlier: a list of the
/// future in the wrong hands would hide a later revocation.
///
/// @param authority `ca` or `root`
/// @param count how many lists
/// @param step from one to the next
/// @param life of each: longer than the step, so that a client has time to fetch
record CrlPlan(String authority, int count, Duration step, Duration life) {
    /// CA/B S/MIME BR 4.9.7: a list each 7 days, good for 10 at most; 13 are a horizon of 90 days.
    static final CrlPlan CA = new CrlPlan("ca", 13, Duration.ofDays(7), Duration.ofDays(10));

    /// CA/B S/MIME BR 4.9.7: of authorities within 12 months; as many as the issuing authority's
    /// life. The root signs nothing else while it lives.
    static final CrlPlan ROOT = new CrlPlan("root", 11, Duration.ofDays(335), Duration.ofDays(360));

    /// Lists of the past that are kept, for who asks what was in force.
    private static final int PAST = 5;

    private static final String TYPE = "crl";

    private RecordName name(long number) {
        return RecordName.first(TYPE, authority + "/" + number, "");
    }

    /// Signs all of them anew from now on, numbered above every one that was ever reserved, in
    /// place of those that were not given out.
    void sign(Database on, Desk desk, Issuer issuer) throws SQLException {
        var now = desk.world().now();
        var random = desk.world().random();
        var entries = authority.equals("ca") ? revoked(on) : List.<Revoked>of();
        long number = next(on);
        on.update(
                "DELETE FROM crl WHERE authority = ? AND this_update >= ?",
                authority,
                now.getEpochSecond());
        for (int i = 0; i < count; i++) {
            var from = now.plus(step.multipliedBy(i));
            var list =
                    new RevocationList(
                            BigInteger.valueOf(number),
                            from,
                            from.plus(life),
                            Optional.of(issuer.certificate().getNotBefore().toInstant()),
                            entries);
            var der = Crls.sign(issuer, list, random);
            on.update(
                    "INSERT INTO crl (authority, number, this_update, next_update, entries, sealed)"
                            + " VALUES (?, ?, ?, ?, ?, ?)",
                    authority,
                    number,
                    from.getEpochSecond(),
                    from.plus(life).getEpochSecond(),
                    entries.size(),
                    desk.runtime().seal(name(number), der, random));
            number++;
        }
        Tables.setMeta(on, authority + "_crl_next", number + "");
        on.update(
                """
                DELETE FROM crl WHERE authority = ?1 AND this_update <= ?2 AND number NOT IN (
                    SELECT number FROM crl WHERE authority = ?1 AND this_update <= ?2
                    ORDER BY number DESC LIMIT ?3)
                """,
                authority,
                now.getEpochSecond(),
                PAST);
    }

    private long next(Database on) throws SQLException {
        long reserved = Long.parseLong(Tables.meta(on, authority + "_crl_next").orElse("1"));
        long stored =
                on.first(
                                "SELECT max(number) FROM crl WHERE authority = ?",
                                row -> row.getLong(1),
                                authority)
                        .orElse(0L);
        return Math.max(reserved, stored + 1);
    }

    private static List<Revoked> revoked(Database on) throws SQLException {
        return on.query(
                "SELECT serial, revoked, reason FROM certificate WHERE state <> 'valid'"
                        + " UNION ALL SELECT serial, revoked, reason FROM revoked_elsewhere"
                        + " WHERE serial NOT IN (SELECT serial FROM certificate)"
                        + " ORDER BY revoked, serial",
                row ->
                        new Revoked(
                                new BigInteger(row.getString(1), 16),
                                Instant.ofEpochSecond(row.getLong(2)),
                                RevocationReason.valueOf(row.getString(3))));
    }

    /// Whether some have been used up, so that new ones would reach further by a step at least.
    boolean stale(Database on, Instant now) throws SQLException {
        return horizon(on)
                .map(end -> end.isBefore(now.plus(step.multipliedBy(count - 2)).plus(life)))
                .orElse(true);
    }

    /// Until when there is a list in force.
    Optional<Instant> horizon(Database on) throws SQLException {
        return on.first(
                        "SELECT max(next_update) FROM crl WHERE authority = ?",
                        row -> row.getLong(1),
                        authority)
                .filter(seconds -> seconds > 0)
                .map(Instant::ofEpochSecond);
    }

    /// The number of the list in force.
    Optional<Long> number(Database on, Instant now) throws SQLException {
        return on.first(
                "SELECT number FROM crl WHERE authority = ? AND this_update <= ?"
                        + " ORDER BY number DESC LIMIT 1",
                row -> row.getLong(1),
                authority,
                now.getEpochSecond());
    }

    /// When the list in force is outdated.
    Optional<Instant> nextUpdate(Database on, Instant now) throws SQLException {
        return on.first(
                "SELECT next_update FROM crl WHERE authority = ? AND this_update <= ?"
                        + " ORDER BY number DESC LIMIT 1",
                row -> Instant.ofEpochSecond(row.getLong(1)),
                authority,
                now.getEpochSecond());
    }

    /// A list that was given out.
    ///
    /// @param der the list
    record InForce(Secret der, long number, Instant thisUpdate, Instant nextUpdate, int entries) {}

    /// The list in force at that time, even if it is outdated by then; empty when there is none.
    Optional<InForce> inForce(Database on, TierKey runtime, Instant now) throws SQLException {
        return on.first(
                """
                SELECT number, this_update, next_update, entries, sealed FROM crl
                WHERE authority = ? AND this_update <= ? ORDER BY number DESC LIMIT 1
                """,
                row -> {
                    long number = row.getLong(1);
                    return new InForce(
                            runtime.open(name(number), row.getBytes(5)),
                            number,
                            Instant.ofEpochSecond(row.getLong(2)),
                            Instant.ofEpochSecond(row.getLong(3)),
                            row.getInt(4));
                },
                authority,
                now.getEpochSecond());
    }
}
