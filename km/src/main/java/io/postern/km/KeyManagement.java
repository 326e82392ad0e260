package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.audit.AuditFile;
import io.postern.km.audit.AuditLine;
import io.postern.km.audit.AuditVerification;
import io.postern.km.backup.Manifest;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import io.postern.km.vault.Opening;
import io.postern.km.vault.Slot;
import io.postern.km.vault.Slots;
import io.postern.km.vault.TierKey;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The KM server of a data folder while its vault is sealed: what is in force, how things are, and
/// the way to open it. Two forms: [#read] looks, beside whoever works; [#lock] takes the lock that
/// acts need. Confined to one thread.
public final class KeyManagement implements AutoCloseable {
    private final World world;
    private final Database database;
    private final TierKey runtime;
    private final Optional<Desk> desk;

    private KeyManagement(World world, Database database, TierKey runtime, Optional<Desk> desk) {
        this.world = world;
        this.database = database;
        this.runtime = runtime;
        this.desk = desk;
    }

    /// Whether there is a folder of key management.
    public static boolean exists(World world) {
        return Database.exists(world.folder());
    }

    /// For looking; others may work at the same time.
    ///
    /// @throws KmException when there is no vault
    public static KeyManagement read(World world, StartSecret secret) {
        if (!exists(world)) {
            throw none(world);
        }
        upgrade(world);
        var database = Database.read(world.folder());
        return founded(
                new KeyManagement(world, database, TierKey.runtime(secret), Optional.empty()));
    }

    /// A database of an earlier version gets what this one adds, under the lock.
    private static void upgrade(World world) {
        try (var database = Database.read(world.folder())) {
            if (!database.older()) {
                return;
            }
        }
        try (var lock = KmLock.take(world.folder());
                var _ = Database.open(lock.path())) {
            // Opening it for writing does it.
        }
    }

    /// For acts, under the lock of the folder.
    ///
    /// @throws KmException when there is no vault, or somebody else is at work
    public static KeyManagement lock(World world, StartSecret secret) {
        if (!exists(world)) {
            throw none(world);
        }
        var desk = Desk.open(world, secret);
        return founded(
                new KeyManagement(world, desk.database(), desk.runtime(), Optional.of(desk)));
    }

    private static KeyManagement founded(KeyManagement opened) {
        boolean founded = false;
        try {
            founded =
                    opened.database.transaction(on ->
                            on.first(
                                                    "SELECT 1 FROM sqlite_schema WHERE name = 'meta'",
                                                    row -> row.getInt(1))
                                            .isPresent()
                                    && Tables.meta(on, "vault_id").isPresent());
            if (!founded) {
                throw none(opened.world);
            }
            return opened;
        } finally {
            if (!founded) {
                opened.close();
            }
        }
    }

    private static KmException none(World world) {
        return new KmException(
                "there is no vault in "
                        + world.folder()
                        + ": make one with `postern km init`, or name the data folder with --data or --config");
    }

    /// Opens the vault. A refusal is kept in the audit.
    ///
    /// @param opening what somebody offers; the caller closes it
    /// @return the caller closes it as soon as the act is done
    /// @throws KmException when nothing takes it, with the reason
    public OpenVault open(Opening opening) {
        var at = desk.orElseThrow(() -> new IllegalStateException("opened for reading only"));
        at.ready();
        var slots = new Slots(at.vaultId(), world.random());
        var stored = database.transaction(Tables::slots);
        var keys = refusalsKept(at, opening, () -> slots.open(stored, opening));
        boolean right = false;
        try {
            OpeningChecks.run(at, keys);
            right = true;
            return new OpenVault(at, keys);
        } finally {
            if (!right) {
                keys.close();
            }
        }
    }

    private static <T> T refusalsKept(
            Desk at, Opening opening, java.util.function.Supplier<T> open) {
        try {
            return open.get();
        } catch (KmException e) {
            var how =
                    switch (opening) {
                        case Opening.ByUnsealKey _ -> Slot.Kind.UNSEAL_KEY;
                        case Opening.ByPassphrase _ -> Slot.Kind.PASSPHRASE;
                        case Opening.ByShares _ -> Slot.Kind.SHARES;
                        case Opening.ByPkcs11 _ -> Slot.Kind.PKCS11;
                    };
            at.act(new Request("refused-to-open", how.word(), Map.of()), _ -> true);
            throw e;
        }
    }

    /// A revocation list in force.
    ///
    /// @param number rises with each list
    public record Crl(
            Octets der,
            long number,
            java.time.Instant thisUpdate,
            java.time.Instant nextUpdate,
            int entries) {}

    /// The list in force now: never one whose time has not come.
    ///
    /// @param authority `ca` or `root`
    /// @throws KmException when there is none, or it is outdated
    public Crl crl(String authority) {
        var plan = authority.equals("root") ? CrlPlan.ROOT : CrlPlan.CA;
        var now = world.now();
        var found =
                database.transaction(on -> plan.inForce(on, runtime, now))
                        .orElseThrow(() ->
                                new KmException(
                                        "no revocation list is in force at %s: is the clock right? Otherwise open the vault: `postern km refresh`"
                                                .formatted(now)));
        try (var der = found.der()) {
            if (!found.nextUpdate().isAfter(now)) {
                throw new KmException(
                        "the last revocation list ended at %s: open the vault to sign new ones, `postern km refresh`"
                                .formatted(found.nextUpdate()));
            }
            return new Crl(
                    new Octets(der.copy()),
                    found.number(),
                    found.thisUpdate(),
                    found.nextUpdate(),
                    found.entries());
        }
    }

    /// The certificates of the authorities: the issuing one, then the root.
    public List<X509Certificate> authorities() {
        return database.transaction(
                on -> List.of(OpenVault.authority(on, "ca"), OpenVault.authority(on, "root")));
    }

    /// Certificates, the newest first.
    ///
    /// @param address only its own
    public List<CertificateView> certificates(Optional<String> address) {
        return database.transaction(on ->
                address.isPresent()
                        ? Certificates.of(on, address.get())
                        : on.query(
                                "SELECT "
                                        + CertificateView.COLUMNS
                                        + " FROM certificate ORDER BY issued DESC, address, usage",
                                CertificateView::of));
    }

    /// The certificate itself.
    ///
    /// @throws KmException when there is none
    public X509Certificate certificate(String serial) {
        return database.transaction(on -> {
            var one = Certificates.chosen(on, new Chosen.Serial(serial)).getFirst();
            return PrivateKeys.certificate(
                    on.first(
                                    "SELECT der FROM certificate WHERE serial = ?",
                                    row -> row.getBytes(1),
                                    one.serial())
                            .orElseThrow());
        });
    }

    /// Somebody to whom keys can be encrypted.
    ///
    /// @param text a certificate as PEM or DER
    /// @param trust certificates of authorities, or that one itself, instead of this authority;
    ///   their revocation is not looked at
    /// @throws KmException when it is not valid or not for encryption
    public Recoverer recoverer(byte[] text, Optional<byte[]> trust) {
        return Recoverer.of(this, text, trust, world);
    }

    /// What is to be renewed: certificates of people who have neither left nor lost a key, that end
    /// within that time, or ended as long ago and were not renewed.
    public RenewalsDue due(java.time.Duration within) {
        return database.transaction(on -> RenewalsDue.of(on, world.now(), within));
    }

    /// Requests that wait for approvers, and who those are.
    public Requests requests() {
        return new Requests(world, database, runtime, desk);
    }

    /// What opens the vault.
    public List<Slot> slots() {
        return database.transaction(Tables::slots);
    }

    /// Hash of the last line of the audit; keep it elsewhere, and [#verify] with it.
    public String head() {
        return database.transaction(on ->
                on.first(
                                "SELECT line FROM audit ORDER BY seq DESC LIMIT 1",
                                row -> row.getString(1))
                        .flatMap(AuditLine::parse)
                        .map(AuditLine::hash)
                        .orElse(AuditLine.NOTHING));
    }

    /// Lines of the audit, as they are stored.
    public List<String> lines() {
        return database.transaction(
                on -> on.query("SELECT line FROM audit ORDER BY seq", row -> row.getString(1)));
    }

    /// Verifies the audit.
    ///
    /// @param head that was kept elsewhere; empty for none
    public AuditVerification.Result verify(Optional<String> head) {
        return verify(head, Optional.empty());
    }

    /// The same with the vault's public half as it was kept elsewhere, see [#cosigner]: who has the
    /// start secret could have exchanged the one that is here.
    public AuditVerification.Result verify(Optional<String> head, Optional<Octets> cosigner) {
        var result =
                database.transaction(on ->
                        Verifying.verify(
                                on, runtime, new AuditFile(world.folder()), head, cosigner));
        return cosigner.isPresent() && result.cosignatures() == 0
                ? result.with("there is no co-signature of the vault's key: they were deleted")
                : result;
    }

    /// The public half of the key by which the open vault co-signs the audit's head, as
    /// SubjectPublicKeyInfo; empty before the first opening.
    public Optional<Octets> cosigner() {
        return database.transaction(on -> CoSigning.octets(on, runtime));
    }

    /// The public half of the key that signs audit and backups; empty when the start secret at hand
    /// is another than the folder's.
    Optional<java.security.PublicKey> auditKey() {
        return database.transaction(on -> {
            if (!Tables.opens(on, runtime, Desk.AUDIT_KEY, "public")) {
                return Optional.empty();
            }
            try (var octets = Tables.get(on, runtime, Desk.AUDIT_KEY, "public")) {
                return Optional.of(PrivateKeys.decodePublic("Ed25519", octets.copy()));
            }
        });
    }

    /// Takes a backup; the vault stays sealed.
    ///
    /// @param target the file, replaced when it is there
    public Manifest backup(Path target) {
        return new BackupWriter(
                        desk.orElseThrow(
                                () -> new IllegalStateException("opened for reading only")))
                .write(target);
    }

    /// How things are. Fast: no list and no key is opened but one small record.
    public KmStatus status() {
        return database.transaction(on -> new StatusReport(on, runtime, world.now()).make());
    }

    /// What is told in `meta` of the last backup; empty when nobody told of one.
    public Optional<java.time.Instant> lastBackup() {
        return database.transaction(on -> Tables.meta(on, "last_backup"))
                .flatMap(KeyManagement::instant);
    }

    private static Optional<java.time.Instant> instant(String text) {
        try {
            return Optional.of(java.time.Instant.parse(text));
        } catch (java.time.DateTimeException _) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        if (desk.isPresent()) {
            desk.get().close();
        } else {
            try (database) {
                runtime.close();
            }
        }
    }
}
