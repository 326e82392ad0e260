package io.postern.km;

import io.postern.km.audit.AuditLine;
import io.postern.km.secret.KmException;
import io.postern.km.vault.Slot;
import io.postern.km.vault.Slots;
import io.postern.km.vault.TierKey;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Puts a [KmStatus] together, with what somebody should do.
final class StatusReport {
    /// KM.md's warnings of the horizon: the last one is serious.
    private static final List<Integer> WARN_DAYS = List.of(7, 14, 30);

    private static final Duration AUTHORITY_SOON = Duration.ofDays(400);
    private static final Duration BACKUP_EACH = Duration.ofDays(7);
    private static final Duration TEST_EACH = Duration.ofDays(365);

    private final Database on;
    private final TierKey runtime;
    private final Instant now;
    private final List<String> warnings = new ArrayList<>();

    StatusReport(Database on, TierKey runtime, Instant now) {
        this.on = on;
        this.runtime = runtime;
        this.now = now;
    }

    KmStatus make() throws SQLException {
        var state = state();
        var authority = OpenVault.authority(on, "ca");
        var horizon = CrlPlan.CA.horizon(on);
        var authorityUntil = authority.getNotAfter().toInstant();
        var tested = Tables.meta(on, "backup_tested").map(Instant::parse);
        warnOfHorizon(horizon);
        Moving.moved(on).ifPresent(warnings::addFirst);
        Anchor.fault(on).ifPresent(warnings::addFirst);
        var backup = Tables.meta(on, BackupWriter.LAST).map(Instant::parse);
        warnOfBackup(backup);
        if (authorityUntil.isBefore(now.plus(AUTHORITY_SOON))) {
            warnings.add(
                    "the issuing authority ends on %s: make the next one"
                            .formatted(authorityUntil));
        }
        if (!EscrowKeys.guarded(on)) {
            warnings.add(
                    "there are no shares: no key can be recovered. Make them with `postern km slots add --shares 2/3`");
        }
        var rootHorizon = CrlPlan.ROOT.horizon(on).orElse(Instant.EPOCH);
        if (rootHorizon.isBefore(now.plus(AUTHORITY_SOON.multipliedBy(2)))) {
            warnings.add(
                    "the root's revocation lists end on %s: sign new ones with the shares, `postern km refresh --share-file …`"
                            .formatted(rootHorizon));
        }
        if (tested.isEmpty() || tested.get().isBefore(now.minus(TEST_EACH))) {
            warnings.add(
                    "the second medium of the unseal key was not tested for a year: `postern km test` with it");
        }
        warnOfInvites();
        var crl =
                on.first(
                        "SELECT number, next_update FROM crl WHERE authority = 'ca'"
                                + " AND this_update <= ? ORDER BY number DESC LIMIT 1",
                        row -> new long[] {row.getLong(1), row.getLong(2)},
                        now.getEpochSecond());
        var last =
                on.first(
                                "SELECT line FROM audit ORDER BY seq DESC LIMIT 1",
                                row -> row.getString(1))
                        .flatMap(AuditLine::parse);
        return new KmStatus(
                state,
                Optional.of(
                        new Slots(Tables.needed(on, "vault_id"), new SecureRandom()).vaultName()),
                Optional.of(authority.getSubjectX500Principal().getName()),
                Optional.of(authorityUntil),
                Optional.of(OpenVault.authority(on, "root").getNotAfter().toInstant()),
                horizon,
                crl.map(found -> found[0]),
                crl.map(found -> Instant.ofEpochSecond(found[1])),
                Tables.meta(on, "responder")
                        .map(text ->
                                PrivateKeys.certificate(Base64.getDecoder().decode(text))
                                        .getNotAfter()
                                        .toInstant()),
                count("state = 'valid' AND not_after >= " + now.getEpochSecond()),
                count("state = 'held'"),
                count("state = 'revoked'"),
                RenewalsDue.count(on, now, RenewalsDue.SOON),
                tested,
                backup,
                last.map(AuditLine::seq).orElse(0L),
                last.map(AuditLine::hash).orElse(AuditLine.NOTHING),
                Tables.slots(on).stream().map(StatusReport::words).toList(),
                approvals(state),
                warnings);
    }

    /// Who is asked before an act; the record is in the runtime tier.
    private String approvals(String state) throws SQLException {
        if (state.equals("stopped")) {
            return "unknown";
        }
        int waiting = Requests.waiting(on, now);
        return RulesStore.view(on, runtime).words()
                + (waiting == 0
                        ? ""
                        : "; %d request%s (`postern km requests`)"
                                .formatted(waiting, waiting == 1 ? " waits" : "s wait"));
    }

    private static String words(Slot slot) {
        return slot.id() + ": " + slot.words();
    }

    private String state() throws SQLException {
        try (var _ = Tables.get(on, runtime, Desk.AUDIT_KEY, "public")) {
            return "sealed";
        } catch (KmException e) {
            warnings.add(String.valueOf(e.getMessage()));
            return "stopped";
        }
    }

    private void warnOfBackup(Optional<Instant> backup) throws SQLException {
        long since =
                on.first(
                                "SELECT count(*) FROM certificate WHERE issued > ?",
                                row -> row.getLong(1),
                                backup.orElse(Instant.EPOCH).getEpochSecond())
                        .orElse(0L);
        if (backup.isEmpty() || (since > 0 && backup.get().isBefore(now.minus(BACKUP_EACH)))) {
            warnings.add(
                    "%s: a lost disk takes the authority and all escrowed keys with it. Take one with `postern km backup FILE`"
                            .formatted(
                                    backup.map(at ->
                                                    "the last backup is of %s, and %d certificates were issued since"
                                                            .formatted(at, since))
                                            .orElse("there is no backup")));
        }
    }

    private void warnOfHorizon(Optional<Instant> horizon) {
        var end = horizon.orElse(Instant.EPOCH);
        long days = Duration.between(now, end).toDays();
        if (!end.isAfter(now)) {
            warnings.addFirst(
                    "there is no revocation list any more: clients refuse certificates. Sign new ones: `postern km refresh`");
            return;
        }
        for (int limit : WARN_DAYS) {
            if (days < limit) {
                warnings.addFirst(
                        "the revocation lists end in %d days (%s): open the vault before, `postern km refresh`"
                                .formatted(days, end));
                return;
            }
        }
    }

    private void warnOfInvites() throws SQLException {
        long expired =
                Invites.all(on, now).stream()
                        .filter(invite -> invite.state().equals("expired"))
                        .count();
        if (expired > 0) {
            warnings.add(
                    "%d invited did not fetch their keys in time: `postern km invites`, then `postern km invite --cancel ADDRESS`"
                            .formatted(expired));
        }
    }

    private long count(String condition) throws SQLException {
        return on.first(
                        "SELECT count(*) FROM certificate WHERE " + condition,
                        row -> row.getLong(1))
                .orElse(0L);
    }
}
