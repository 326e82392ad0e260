package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.OcspReply;
import io.postern.km.ca.OcspResponder;
import io.postern.km.ca.OcspStatus;
import io.postern.km.ca.RevocationReason;
import io.postern.km.ca.Window;
import io.postern.km.http.Published;
import io.postern.km.http.PublishedList;
import io.postern.km.secret.KmException;
import io.postern.km.vault.TierKey;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the vault publishes while it is sealed: lists released by the clock, OCSP answers by the
/// delegated responder, certificates by address and hash. Sees what commands change as soon as they
/// have committed. For many threads, which take turns.
public final class PublishedVault implements Published, AutoCloseable {
    /// How long an OCSP answer is good: a revocation is seen by then.
    private static final Duration ANSWER = Duration.ofHours(12);

    private static final int MOST_CERTIFICATES = 16;

    private final World world;
    private final Database database;
    private final TierKey runtime;

    /// The last list of each authority that was opened: it may be of megabytes.
    private final Map<String, Opened> lists = new HashMap<>();

    private @Nullable Certified responder;

    private record Opened(long number, PublishedList list) {}

    private record Certified(String certificate, OcspResponder responder) {}

    private PublishedVault(World world, Database database, TierKey runtime) {
        this.world = world;
        this.database = database;
        this.runtime = runtime;
    }

    /// Opens it for reading, beside commands.
    ///
    /// @throws KmException when there is no vault
    public static PublishedVault open(World world, StartSecret secret) {
        KeyManagement.read(world, secret).close(); // says what is wrong
        return new PublishedVault(world, Database.read(world.folder()), TierKey.runtime(secret));
    }

    private static Optional<String> id(String name, String suffix) {
        for (var id : List.of("ca", "root")) {
            if (name.equals(id + suffix)) {
                return Optional.of(id);
            }
        }
        return Optional.empty();
    }

    @Override
    public synchronized Optional<PublishedList> list(String name) {
        return id(name, ".crl").flatMap(this::inForce);
    }

    private Optional<PublishedList> inForce(String id) {
        var plan = id.equals("root") ? CrlPlan.ROOT : CrlPlan.CA;
        var now = world.now();
        return database.transaction(on -> {
            var number = plan.number(on, now);
            var known = lists.get(id);
            if (number.isEmpty() || (known != null && known.number == number.get())) {
                return number.isEmpty() || known == null
                        ? Optional.empty()
                        : Optional.of(known.list);
            }
            var found = plan.inForce(on, runtime, now).orElseThrow();
            try (var der = found.der()) {
                var list =
                        new PublishedList(
                                der.copy(), new Window(found.thisUpdate(), found.nextUpdate()));
                lists.put(id, new Opened(found.number(), list));
                return Optional.of(list);
            }
        });
    }

    @Override
    public synchronized Optional<X509Certificate> authority(String name) {
        return id(name, ".cer").map(id -> database.transaction(on -> OpenVault.authority(on, id)));
    }

    @Override
    public synchronized OcspReply ocsp(byte[] request) {
        var now = world.now();
        return database.transaction(on -> {
            var until = CrlPlan.CA.nextUpdate(on, now);
            var window =
                    until.filter(end -> end.isAfter(now))
                            .map(end -> {
                                var soon = now.plus(ANSWER);
                                return new Window(now, end.isBefore(soon) ? end : soon);
                            });
            return responder(on)
                    .answer(request, window, serial -> status(on, serial), now, world.random());
        });
    }

    private OcspResponder responder(Database on) throws SQLException {
        var text = Tables.needed(on, "responder");
        var known = responder;
        if (known != null && known.certificate.equals(text)) {
            return known.responder;
        }
        try (var key = Tables.get(on, runtime, Responder.KEY, "private")) {
            var made =
                    new OcspResponder(
                            OpenVault.authority(on, "ca"),
                            new Issuer(
                                    PrivateKeys.certificate(Base64.getDecoder().decode(text)),
                                    PrivateKeys.decode("EC", key)));
            responder = new Certified(text, made);
            return made;
        }
    }

    private static OcspStatus status(Database on, BigInteger serial) {
        try {
            Optional<OcspStatus> known =
                    on.first(
                            "SELECT state, revoked, reason FROM certificate WHERE serial = ?",
                            row ->
                                    row.getString(1).equals("valid")
                                            ? new OcspStatus.Good()
                                            : new OcspStatus.Revoked(
                                                    java.time.Instant.ofEpochSecond(row.getLong(2)),
                                                    RevocationReason.valueOf(row.getString(3))),
                            serial.toString(16));
            return known.or(() -> elsewhere(on, serial)).orElseGet(OcspStatus.Unknown::new);
        } catch (SQLException e) {
            throw new KmException(Database.FILE + " can't be read: " + e.getMessage(), e);
        }
    }

    /// What a list of before a restored backup says of a certificate that is not known here.
    private static Optional<OcspStatus> elsewhere(Database on, BigInteger serial) {
        try {
            return on.first(
                    "SELECT revoked, reason FROM revoked_elsewhere WHERE serial = ?",
                    row ->
                            new OcspStatus.Revoked(
                                    java.time.Instant.ofEpochSecond(row.getLong(1)),
                                    RevocationReason.valueOf(row.getString(2))),
                    serial.toString(16));
        } catch (SQLException e) {
            throw new KmException(Database.FILE + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized List<X509Certificate> ofAddress(String address) {
        return database.transaction(on ->
                on.query(
                        "SELECT der FROM certificate WHERE address = ? AND state = 'valid'"
                                + " ORDER BY issued DESC, serial LIMIT ?",
                        row -> PrivateKeys.certificate(row.getBytes(1)),
                        Certificates.key(address),
                        MOST_CERTIFICATES));
    }

    @Override
    public synchronized Optional<X509Certificate> ofHash(byte[] sha1) {
        return database.transaction(on ->
                on.first(
                        "SELECT der FROM certificate WHERE sha1 = ?",
                        row -> PrivateKeys.certificate(row.getBytes(1)),
                        sha1));
    }

    @Override
    public synchronized void close() {
        try (database) {
            runtime.close();
        }
    }
}
