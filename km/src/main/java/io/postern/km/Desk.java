package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.audit.AuditFile;
import io.postern.km.audit.AuditLine;
import io.postern.km.audit.Checkpoint;
import io.postern.km.secret.KmException;
import io.postern.km.vault.TierKey;
import io.postern.store.DataFolder;
import java.security.PrivateKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Where acts are done: the locked folder, its database, its audit, the runtime tier. Each act and
/// its line are one transaction; the file follows before anything of the act is handed out.
/// Confined to one thread.
final class Desk implements AutoCloseable {
    static final String AUDIT_KEY = "audit-key";

    /// How far the clock may step back before acts are refused: lists and lines would be out of
    /// order.
    private static final Duration CLOCK_STEP = Duration.ofMinutes(5);

    /// Lines that the file may lack and be given at once: 16,000 are some 6 MB.
    private static final int PORTION = 16_000;

    private final World world;
    private final DataFolder lock;
    private final Database database;
    private final TierKey runtime;
    private final AuditFile file;
    private Guard guard = Guard.NONE;

    private Desk(World world, DataFolder lock, Database database, TierKey runtime) {
        this.world = world;
        this.lock = lock;
        this.database = database;
        this.runtime = runtime;
        file = new AuditFile(lock.path());
    }

    /// Locks and opens the folder.
    static Desk open(World world, StartSecret secret) {
        return over(world, secret, KmLock.take(world.folder()));
    }

    /// The same, or nothing when somebody else is at work.
    static Optional<Desk> tryOpen(World world, StartSecret secret) {
        return KmLock.tryTake(world.folder()).map(lock -> over(world, secret, lock));
    }

    private static Desk over(World world, StartSecret secret, DataFolder lock) {
        boolean opened = false;
        try {
            var desk = new Desk(world, lock, Database.open(lock.path()), TierKey.runtime(secret));
            desk.database.transaction(on -> {
                Invites.prune(on, world.now());
                return true;
            });
            opened = true;
            return desk;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    World world() {
        return world;
    }

    Database database() {
        return database;
    }

    TierKey runtime() {
        return runtime;
    }

    /// Who is asked before each act, while a vault is open.
    void guard(Guard asked) {
        guard = asked;
    }

    /// The number of the line that the act of this transaction gets.
    static long nextLine(Database on) throws SQLException {
        return lastLine(on).map(AuditLine::seq).orElse(0L) + 1;
    }

    /// Whether a vault was founded here.
    boolean founded() {
        return database.transaction(on -> Tables.meta(on, "vault_id").isPresent());
    }

    String vaultId() {
        return database.transaction(on -> Tables.needed(on, "vault_id"));
    }

    /// Looks whether acts may be done, and gives the file the lines that it lacks.
    ///
    /// @throws KmException when the file can't be written, or is ahead of the database
    void ready() {
        follow();
        var last = database.transaction(Desk::lastLine);
        if (last.isPresent() && world.now().isBefore(last.get().time().minus(CLOCK_STEP))) {
            throw new KmException(
                    "the clock says %s, and the last act was at %s: set the clock right; no act is done before"
                            .formatted(world.now(), last.get().time()));
        }
    }

    /// Does an act: the change and its line stand both or neither. When this returns, both are on
    /// stable storage, in the database and in the file.
    <T> T act(Request request, Database.Work<T> change) {
        return act(List.of(request), change);
    }

    /// The same for several requests of one kind: a line each, one signed checkpoint behind the
    /// last, and all of them stand or none.
    ///
    /// @param requests one or more
    <T> T act(List<Request> requests, Database.Work<T> change) {
        var request = requests.getFirst();
        var steps = world.steps();
        ready();
        steps.at(request.act() + ": ready");
        var sound = new AtomicBoolean();
        var result =
                database.transaction(on -> {
                    Moving.check(on, request);
                    sound.set(Anchor.check(on, request));
                    var approved = new ArrayList<Optional<String>>();
                    for (var one : requests) {
                        approved.add(guard.allow(on, one));
                    }
                    var value = change.on(on);
                    steps.at(request.act() + ": changed");
                    for (int i = 0; i < requests.size(); i++) {
                        line(on, requests.get(i), approved.get(i));
                    }
                    checkpoint(on);
                    steps.at(request.act() + ": line written");
                    return value;
                });
        requests.forEach(guard::done);
        steps.at(request.act() + ": committed");
        try {
            follow();
            if (sound.get()) {
                database.transaction(on -> {
                    Anchor.write(on);
                    return true;
                });
            }
        } catch (KmException e) {
            throw new KmException(
                    "%s of %s is done and in the database's audit, but nothing of it is handed out: %s"
                            .formatted(request.act(), request.subject(), e.getMessage()),
                    e);
        }
        steps.at(request.act() + ": filed");
        return result;
    }

    private void line(Database on, Request request, Optional<String> approved) throws SQLException {
        var last = lastLine(on);
        var line =
                new AuditLine(
                        last.map(AuditLine::seq).orElse(0L) + 1,
                        world.now(),
                        world.actor(),
                        request.act(),
                        request.subject(),
                        request.hash(),
                        last.map(AuditLine::hash).orElse(AuditLine.NOTHING),
                        approved);
        on.update("INSERT INTO audit (seq, line) VALUES (?, ?)", line.seq(), line.text());
    }

    private void checkpoint(Database on) throws SQLException {
        var line = lastLine(on).orElseThrow();
        var point =
                Checkpoint.sign(
                        Tables.needed(on, "vault_id"), line.seq(), line.hash(), auditKey(on));
        on.update(
                "INSERT INTO checkpoint (seq, hash, signature) VALUES (?, ?, ?)",
                point.seq(),
                point.hash(),
                point.signature());
    }

    PrivateKey auditKey(Database on) throws SQLException {
        try (var key = Tables.get(on, runtime, AUDIT_KEY, "private")) {
            return PrivateKeys.decode("Ed25519", key);
        }
    }

    private static Optional<AuditLine> lastLine(Database on) throws SQLException {
        return on.first("SELECT line FROM audit ORDER BY seq DESC LIMIT 1", row -> row.getString(1))
                .map(Desk::parsed);
    }

    private static AuditLine parsed(String text) {
        return AuditLine.parse(text)
                .orElseThrow(() ->
                        new KmException(
                                "the audit in %s was changed: run `postern km audit verify`, and restore a backup; no act is done until then"
                                        .formatted(Database.FILE)));
    }

    /// Gives the file what it lacks.
    private void follow() {
        var inFile = file.last();
        long seq = inFile.map(AuditLine::seq).orElse(0L);
        if (inFile.isPresent()) {
            var same =
                    database.transaction(on ->
                            on.first(
                                    "SELECT line FROM audit WHERE seq = ?",
                                    row -> row.getString(1),
                                    seq));
            if (same.isEmpty() || !same.get().equals(inFile.get().text())) {
                throw new KmException(
                        "%s has line %d, and the database %s: the database was taken back to an older state, or one of them was changed. `postern km audit verify` says more; restore both from one backup. No act is done until then; mail is not affected"
                                .formatted(
                                        file.path(),
                                        seq,
                                        same.isEmpty() ? "has not" : "has another"));
            }
        }
        long from = seq;
        List<String> missing;
        do {
            long after = from;
            missing =
                    database.transaction(on ->
                            on.query(
                                    "SELECT line FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
                                    row -> row.getString(1),
                                    after,
                                    PORTION));
            file.append(missing);
            from += missing.size();
        } while (missing.size() == PORTION);
    }

    @Override
    public void close() {
        try (lock;
                database) {
            runtime.close();
        }
    }
}
