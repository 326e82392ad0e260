package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.audit.AuditFile;
import io.postern.km.backup.BackupFile;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.vault.Opening;
import io.postern.km.vault.Slots;
import io.postern.km.vault.VaultKeys;
import io.postern.store.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A backup unpacked beside the data folder's vault: looked at, proven to open, and only then put
/// in its place, whole. Closed before that, it leaves nothing behind. Confined to one thread.
public final class Restoring implements AutoCloseable {
    private static final String BESIDE = "km.restoring";

    private final World world;
    private final World beside;
    private final Optional<StartSecret> secret;
    private final BackupFile file;
    private final DataFolder lock;
    private final List<String> checked = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /// Sent by a machine that does no acts since: it is older than nothing.
    private boolean moved;

    private boolean signed;

    /// Why the folder that the backup is of was not its last state, as its anchor tells.
    private Optional<String> behind = Optional.empty();

    private Restoring(
            World world,
            World beside,
            Optional<StartSecret> secret,
            BackupFile file,
            DataFolder lock) {
        this.world = world;
        this.beside = beside;
        this.secret = secret;
        this.file = file;
        this.lock = lock;
    }

    /// Unpacks a backup and looks whether all of it is right.
    ///
    /// @param secret the start secret of this machine; empty when it is not at hand, then what is
    ///   signed can't be verified, and nothing be completed
    /// @throws KmException when it is no backup, damaged, or signed by nobody's audit key
    public static Restoring begin(World world, Optional<StartSecret> secret, Path backup) {
        var file = BackupFile.read(backup);
        var folder = world.data().resolve(BESIDE);
        var lock = KmLock.take(folder);
        var beside = new World(folder, world.clock(), world.random(), world.actor(), world.steps());
        var restoring = new Restoring(world, beside, secret, file, lock);
        boolean right = false;
        try {
            restoring.unpack();
            restoring.check();
            right = true;
            return restoring;
        } finally {
            if (!right) {
                restoring.close();
            }
        }
    }

    private void unpack() {
        Scratch.delete(beside.folder());
        try {
            // With the place that the driver of the database unpacks its own to.
            Files.createDirectories(
                    beside.folder().resolve("spool"),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new KmException(beside.folder() + " can't be made: " + e, e);
        }
        file.extract(beside.folder().resolve(Database.FILE));
        checked.add("the database has the size and hash that the backup says");
        beside.steps().at("restore: unpacked");
    }

    private void check() {
        var manifest = file.manifest();
        try (var database = Database.open(beside.folder())) {
            database.transaction(on -> {
                var damage = on.damage();
                if (damage.isPresent()) {
                    throw new KmException(
                            file.file() + " is damaged: " + damage.get() + "; take another backup");
                }
                if (!Tables.needed(on, "vault_id").equals(manifest.vaultId())) {
                    throw new KmException(file.file() + " holds another vault than it says");
                }
                moved = Moving.moved(on).isPresent();
                behind = Anchor.fault(on);
                // They are of the place that the backup was taken at.
                on.update("DELETE FROM meta WHERE name IN (?, ?)", Anchor.SETTING, Moving.SETTING);
                return true;
            });
            var lines =
                    database.transaction(on ->
                            on.query(
                                    "SELECT line FROM audit ORDER BY seq",
                                    row -> row.getString(1)));
            new AuditFile(beside.folder()).append(lines);
        }
        checked.add(
                "the database is whole, of vault "
                        + new Slots(manifest.vaultId(), world.random()).vaultName());
        signed();
    }

    private void signed() {
        if (secret.isEmpty()) {
            notes.add(
                    "there is no start secret at hand: the signatures of backup and audit were not verified");
            return;
        }
        try (var km = KeyManagement.read(beside, secret.get())) {
            var key = km.auditKey();
            if (key.isEmpty()) {
                notes.add(
                        "it was made under another start secret: its signature and its audit can't be verified; the keys of the runtime tier will be made anew");
                return;
            }
            if (!file.signedBy(key.get())) {
                throw new KmException(
                        file.file() + " was changed: what it says is not signed by its audit key");
            }
            var result = km.verify(Optional.of(file.manifest().auditHead()));
            if (!result.faults().isEmpty()) {
                throw new KmException(
                        file.file()
                                + " has an audit that was changed: "
                                + result.faults().getFirst());
            }
            signed = true;
            checked.add(
                    "it is signed by its audit key, and its audit of %d lines is whole"
                            .formatted(result.lines()));
        }
    }

    /// What was found so far.
    public Restored found() {
        return new Restored(file.manifest(), signed, checked, notes);
    }

    /// Shows that somebody can open what is in it.
    ///
    /// @param opening the caller closes it
    /// @throws KmException when nothing in it takes that
    public void prove(Opening opening) {
        try (var database = Database.read(beside.folder());
                var keys = keys(database, opening)) {
            database.transaction(on -> prove(on, keys));
        }
    }

    private VaultKeys keys(Database database, Opening opening) {
        var stored = database.transaction(Tables::slots);
        return new Slots(file.manifest().vaultId(), world.random()).open(stored, opening);
    }

    private boolean prove(Database on, VaultKeys keys) throws SQLException {
        for (var authority : List.of("ca", "root")) {
            boolean guarded = authority.equals(RootKey.ID) && RootKey.isGuarded(on);
            var key = guarded ? keys.guarded() : Optional.of(keys.vault());
            if (key.isPresent() && Tables.opens(on, key.get(), OpenVault.CA_KEY, authority)) {
                checked.add(
                        "the vault opens, and has the key of its authority `" + authority + "`");
            }
        }
        if (!Tables.opens(on, keys.vault(), OpenVault.CA_KEY, "ca")) {
            throw new KmException(
                    file.file()
                            + " opens, and the authority's key in it does not: take another backup");
        }
        if (EscrowKeys.guarded(on) && keys.guarded().isPresent()) {
            EscrowKeys.privateKey(on, keys).close();
            checked.add("the shares give the escrow's key");
        }
        return true;
    }

    /// Puts it in the place of the vault that is not there (any more): lists are numbered above the
    /// published one, what that one revokes stays revoked, and a line of audit says so.
    ///
    /// @param opening the caller closes it
    /// @param published the last list that was given out (DER); empty when there is none
    /// @throws KmException when there is a vault already, or something is not right
    public Restored complete(Opening opening, Optional<Octets> published) {
        vacant(world);
        rehearse(opening, published);
        beside.steps().at("restore: ready");
        place();
        return found();
    }

    /// Does all of [#complete] but to put it in its place: nothing of the folder is touched.
    public Restored rehearse(Opening opening, Optional<Octets> published) {
        var start =
                secret.orElseThrow(() -> new KmException("a restored vault needs a start secret"));
        try (var desk = Desk.open(beside, start);
                var keys = keys(desk.database(), opening)) {
            if (desk.database().transaction(EscrowKeys::guarded) && keys.guarded().isEmpty()) {
                // An older state has older slots and rules: one person's key must not bring it
                // back.
                throw new KmException(
                        "a vault with shares is restored with the shares, not with one person's key: give them with --share-file");
            }
            var at = new OpenVault(desk, keys);
            desk.database().transaction(on -> prove(on, keys));
            desk.act(
                    request(published),
                    on -> {
                        if (!RuntimeTier.opens(on, desk)) {
                            RuntimeTier.renew(on, desk, keys);
                            notes.add("the keys of the runtime tier were made anew");
                        }
                        EscrowKeys.check(on, desk.runtime(), keys);
                        used(on);
                        if (published.isPresent()) {
                            merge(on, published.get());
                        } else {
                            PublishedCrl.skip(on);
                            late(
                                    "no published list was merged: what was revoked after %s is valid again until you revoke it");
                        }
                        at.signLists(on);
                        return true;
                    });
        }
        late(
                "certificates that were issued after %s are not known here: revoke them by the serial numbers that their owners have (`km revoke SERIAL --unknown`)");
        return found();
    }

    /// What may have happened since, unless nothing can have.
    private void late(String note) {
        if (!moved) {
            notes.add(note.formatted(file.manifest().made()));
        }
    }

    private Request request(Optional<Octets> published) {
        var facts = new TreeMap<String, String>();
        facts.put("backup", file.manifest().sha256());
        facts.put("made", file.manifest().made().toString());
        published.ifPresent(list -> facts.put("list", Hashes.sha256(list.copy())));
        return new Request("restore", file.manifest().vaultId(), Map.copyOf(facts));
    }

    /// Requests were perhaps used since, and invitations fetched: neither is good once more.
    private void used(Database on) throws SQLException {
        on.update("UPDATE request SET done = 0 WHERE done IS NULL");
        on.update("UPDATE invite SET parcel = NULL");
        behind.ifPresent(why -> notes.add("the anchor: " + why));
        late(
                "slots, approvers and policy are those of %s (`km slots list`, `km approvers list`), and what waited for approvers or was not fetched must be asked for anew");
    }

    private void merge(Database on, Octets published) throws SQLException {
        var list = PublishedCrl.read(on, published.copy(), file.manifest().made());
        int merged = PublishedCrl.merge(on, list);
        if (!list.nextUpdate().isAfter(world.now())) {
            notes.add(
                    "the published list ended at %s: what was revoked since is valid again until you revoke it"
                            .formatted(list.nextUpdate()));
        }
        checked.add(
                "the published list %s of %s was merged: %d certificates were revoked after the backup"
                        .formatted(list.number(), list.thisUpdate(), merged));
    }

    /// Looks that nothing would be overwritten.
    ///
    /// @throws KmException when there is a vault, or what is left of one
    public static void vacant(World world) {
        for (var name : List.of(Database.FILE, AuditFile.FILE)) {
            if (Files.exists(world.folder().resolve(name))) {
                throw new KmException(
                        "%s has a vault (%s): move that folder away first, and keep it until all is well"
                                .formatted(world.folder(), name));
            }
        }
    }

    private void place() {
        Scratch.delete(world.folder());
        try {
            Files.move(beside.folder(), world.folder(), StandardCopyOption.ATOMIC_MOVE);
            try (var channel =
                    java.nio.channels.FileChannel.open(world.data(), StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new KmException(
                    "%s can't be put in its place: %s; see to the disk, then do it again"
                            .formatted(world.folder(), e),
                    e);
        }
        world.steps().at("restore: placed");
    }

    @Override
    public void close() {
        lock.close();
        Scratch.delete(beside.data());
    }
}
