package io.postern.km;

import io.postern.km.consent.ActRequest;
import io.postern.km.consent.ApproverKey;
import io.postern.km.consent.Draft;
import io.postern.km.consent.Operation;
import io.postern.km.consent.Rules;
import io.postern.km.secret.KmException;
import io.postern.km.vault.TierKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Requests that wait for approvers. Making and signing one needs no secret of the vault: what a
/// signature is worth is decided when the act is done, by what is in the vault. Of a
/// [KeyManagement], and confined to its thread.
public final class Requests {
    /// More are nobody's plan.
    private static final int MOST_PENDING = 200;

    /// How long ended ones are kept to be looked at.
    private static final Duration KEPT = Duration.ofDays(90);

    private final World world;
    private final Database database;
    private final TierKey runtime;
    private final Optional<Desk> desk;

    Requests(World world, Database database, TierKey runtime, Optional<Desk> desk) {
        this.world = world;
        this.database = database;
        this.runtime = runtime;
        this.desk = desk;
    }

    /// A request that waits.
    ///
    /// @param id by which people name it
    /// @param request what is signed
    /// @param approvers who signed, in order of their names
    /// @param needed how many must
    public record Pending(long id, ActRequest request, List<String> approvers, int needed) {
        public Pending {
            approvers = List.copyOf(approvers);
        }

        /// Whether enough signed.
        public boolean ready() {
            return approvers.size() >= needed;
        }
    }

    /// Approvers and policy, as they are shown; the vault's own decide.
    public Rules rules() {
        return database.transaction(on -> RulesStore.view(on, runtime));
    }

    /// Those that are neither used nor ended, the oldest first.
    public List<Pending> pending() {
        return database.transaction(on -> {
            var all = new ArrayList<Pending>();
            if (exists(on)) {
                for (long id : open(on)) {
                    var found = read(on, id).flatMap(ActRequest::parse);
                    if (found.isPresent() && found.get().expires().isAfter(world.now())) {
                        all.add(pending(on, id, found.get()));
                    }
                }
            }
            return all;
        });
    }

    /// One, used or not.
    ///
    /// @throws KmException when there is none, or it was changed
    public Pending one(long id) {
        return database.transaction(on -> pending(on, id, stored(on, id)));
    }

    private static List<Long> open(Database on) throws SQLException {
        return on.query(
                "SELECT id FROM request WHERE done IS NULL ORDER BY id", row -> row.getLong(1));
    }

    /// How many there are to be signed or done.
    static int waiting(Database on, Instant now) throws SQLException {
        return exists(on)
                ? on.first(
                                "SELECT count(*) FROM request WHERE done IS NULL AND expires > ?",
                                row -> row.getInt(1),
                                now.getEpochSecond())
                        .orElse(0)
                : 0;
    }

    private static boolean exists(Database on) throws SQLException {
        return on.first("SELECT 1 FROM sqlite_schema WHERE name = 'request'", row -> row.getInt(1))
                .isPresent();
    }

    private Pending pending(Database on, long id, ActRequest request) throws SQLException {
        var rules = RulesStore.view(on, runtime);
        var names = new ArrayList<String>();
        for (var one : signatures(on, id)) {
            var approver = rules.approvers().get(one.approver);
            if (approver != null && approver.vouches(request, one.signature)) {
                names.add(one.approver);
            }
        }
        return new Pending(
                id,
                request,
                names,
                Operation.of(request.draft().act()).map(rules::needed).orElse(0));
    }

    /// Keeps a request for approvers.
    ///
    /// @param reason why, in words; may be empty
    /// @param validFor up to 30 days
    public Pending add(Draft draft, String reason, Duration validFor) {
        if (!validFor.isPositive() || validFor.compareTo(ActRequest.LONGEST) > 0) {
            throw new KmException(
                    "a request is good for up to %d days".formatted(ActRequest.LONGEST.toDays()));
        }
        var at = writable();
        var nonce = new byte[16];
        world.random().nextBytes(nonce);
        var request =
                new ActRequest(
                        draft,
                        reason,
                        HexFormat.of().formatHex(nonce),
                        world.now().plus(validFor),
                        at.vaultId());
        return at.act(
                new Request("request", draft.act() + " " + draft.subject(), facts(request)),
                on -> {
                    prune(on);
                    if (open(on).size() >= MOST_PENDING) {
                        throw new KmException(
                                "%d requests wait already: do them, or let them end"
                                        .formatted(MOST_PENDING));
                    }
                    on.update(
                            "INSERT INTO request (text, created, expires) VALUES (?, ?, ?)",
                            request.text(),
                            world.now().getEpochSecond(),
                            request.expires().getEpochSecond());
                    long id =
                            on.first("SELECT last_insert_rowid()", row -> row.getLong(1))
                                    .orElseThrow();
                    return pending(on, id, request);
                });
    }

    private static Map<String, String> facts(ActRequest request) {
        return Map.of("request", request.hash());
    }

    private void prune(Database on) throws SQLException {
        long now = world.now().getEpochSecond();
        var old = now - KEPT.toSeconds();
        on.update(
                "DELETE FROM approval WHERE request IN (SELECT id FROM request WHERE expires < ?)",
                old);
        on.update("DELETE FROM request WHERE expires < ?", old);
        on.update("UPDATE request SET done = 0 WHERE expires <= ? AND done IS NULL", now);
    }

    /// Keeps an approver's agreement.
    ///
    /// @throws KmException when the key is no approver's, or signed already, or the request is good
    ///   no more
    public Pending approve(long id, ApproverKey key) {
        var at = writable();
        var before = one(id);
        var name = key.approver().name();
        if (!before.request.vault().equals(at.vaultId())) {
            throw new KmException("request %d is for another vault: ask anew".formatted(id));
        }
        if (!before.request.expires().isAfter(world.now())) {
            throw ended(id, before.request.expires());
        }
        var approver = rules().approvers().get(name);
        if (approver == null || !approver.equals(key.approver())) {
            throw new KmException(
                    "%s is no approver with this key: `postern km approvers list` shows them"
                            .formatted(name));
        }
        if (before.approvers.contains(name)) {
            throw new KmException(
                    "%s has signed request %d already: another approver must".formatted(name, id));
        }
        var signature = key.sign(before.request);
        return at.act(
                new Request("approve", name, facts(before.request)),
                on -> {
                    if (!read(on, id).equals(Optional.of(before.request.text()))) {
                        throw changed(id);
                    }
                    on.update(
                            "INSERT OR REPLACE INTO approval (request, approver, signature) VALUES (?, ?, ?)",
                            id,
                            name,
                            signature);
                    return pending(on, id, before.request);
                });
    }

    private static KmException ended(long id, Instant when) {
        return new KmException("request %d ended at %s: ask anew".formatted(id, when));
    }

    private static KmException changed(long id) {
        return new KmException(
                "request %d was changed in %s: ask anew, and find out who did it"
                        .formatted(id, Database.FILE));
    }

    private Desk writable() {
        return desk.orElseThrow(() -> new IllegalStateException("opened for reading only"));
    }

    /// A request as it is stored.
    ///
    /// @throws KmException when there is none, or it was changed
    static ActRequest stored(Database on, long id) throws SQLException {
        var text =
                (exists(on) ? read(on, id) : Optional.<String>empty())
                        .orElseThrow(() ->
                                new KmException(
                                        "there is no request %d: `postern km requests` shows those that wait"
                                                .formatted(id)));
        return ActRequest.parse(text).orElseThrow(() -> changed(id));
    }

    private static Optional<String> read(Database on, long id) throws SQLException {
        return on.first("SELECT text FROM request WHERE id = ?", row -> row.getString(1), id);
    }

    /// One agreement as it is stored; worth nothing until it was verified.
    record Signed(String approver, String signature) {}

    static List<Signed> signatures(Database on, long id) throws SQLException {
        return on.query(
                "SELECT approver, signature FROM approval WHERE request = ? ORDER BY approver",
                row -> new Signed(row.getString(1), row.getString(2)),
                id);
    }
}
