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
import io.postern.km.vault.TierKey;
import java.math.BigInteger;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What the vault publishes while it is sealed: lists released by the clock, OCSP answers by the
/// delegated responder, certificates by address and hash. Sees what commands change as soon as they
/// have committed. For many threads; signing is theirs, and nobody waits for it.
public final class PublishedVault implements Published, AutoCloseable {
    /// How long an OCSP answer is good: a revocation is seen by then.
    private static final Duration ANSWER = Duration.ofHours(12);

    /// Nobody is told of a certificate whose key its owner has not fetched: mail would be encrypted
    /// that can't be read.
    private static final String FETCHED =
            " AND NOT EXISTS (SELECT 1 FROM invite WHERE invite.address = certificate.address"
                    + " AND fetched IS NULL AND instr(serials, certificate.serial) > 0)";

    private static final int MOST_CERTIFICATES = 16;

    private final World world;
    private final Readers readers;
    private final TierKey runtime;
    private final String place;

    /// The last list of each authority that was opened: it may be of megabytes.
    private final Map<String, Opened> lists = new ConcurrentHashMap<>();

    private volatile @Nullable Certified responder;

    private record Opened(long number, PublishedList list) {}

    /// What an OCSP answer needs beside the certificates' state.
    private record Answering(Optional<Window> window, OcspResponder responder) {}

    private record Certified(String certificate, OcspResponder responder) {}

    private PublishedVault(World world, Readers readers, TierKey runtime) {
        this.world = world;
        this.readers = readers;
        this.runtime = runtime;
        var path = readers.read(on -> URI.create(Tables.needed(on, "url"))).getRawPath();
        place = path == null ? "" : path.replaceFirst("/+$", "");
    }

    /// Opens it for reading, beside commands.
    ///
    /// @throws io.postern.km.secret.KmException when there is no vault
    public static PublishedVault open(World world, StartSecret secret) {
        KeyManagement.read(world, secret).close(); // says what is wrong
        var readers = Readers.open(world.folder());
        boolean opened = false;
        try {
            var vault = new PublishedVault(world, readers, TierKey.runtime(secret));
            opened = true;
            return vault;
        } finally {
            if (!opened) {
                readers.close();
            }
        }
    }

    @Override
    public String place() {
        return place;
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
    public Optional<PublishedList> list(String name) {
        return id(name, ".crl").flatMap(this::inForce);
    }

    private Optional<PublishedList> inForce(String id) {
        var plan = id.equals("root") ? CrlPlan.ROOT : CrlPlan.CA;
        var now = world.now();
        return readers.read(on -> {
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
    public Optional<X509Certificate> authority(String name) {
        return id(name, ".cer").map(id -> readers.read(on -> OpenVault.authority(on, id)));
    }

    @Override
    public OcspReply ocsp(byte[] request) {
        var now = world.now();
        var with = readers.read(on -> new Answering(window(on, now), responder(on)));
        return with.responder.answer(
                request,
                with.window,
                serial -> readers.read(on -> status(on, serial)),
                now,
                world.random());
    }

    /// No longer than the list that the answer rests on.
    private static Optional<Window> window(Database on, Instant now) throws SQLException {
        return CrlPlan.CA
                .nextUpdate(on, now)
                .filter(end -> end.isAfter(now))
                .map(end -> {
                    var soon = now.plus(ANSWER);
                    return new Window(now, end.isBefore(soon) ? end : soon);
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

    private static OcspStatus status(Database on, BigInteger serial) throws SQLException {
        return on.first(
                        // What a list from before a restore says of those that are not known here.
                        """
                        SELECT state, revoked, reason FROM certificate WHERE serial = ?1 UNION ALL
                        SELECT 'revoked', revoked, reason FROM revoked_elsewhere WHERE serial = ?1
                        """,
                        row ->
                                row.getString(1).equals("valid")
                                        ? new OcspStatus.Good()
                                        : new OcspStatus.Revoked(
                                                Instant.ofEpochSecond(row.getLong(2)),
                                                RevocationReason.valueOf(row.getString(3))),
                        serial.toString(16))
                .orElseGet(OcspStatus.Unknown::new);
    }

    @Override
    public List<X509Certificate> ofAddress(String address) {
        return readers.read(on ->
                on.query(
                        "SELECT der FROM certificate WHERE address = ? AND state = 'valid'"
                                + FETCHED
                                + " AND not_after > ? ORDER BY issued DESC, serial LIMIT ?",
                        row -> PrivateKeys.certificate(row.getBytes(1)),
                        Certificates.key(address),
                        world.now().getEpochSecond(),
                        MOST_CERTIFICATES));
    }

    @Override
    public List<String> addresses(String prefix, int most) {
        var from = Certificates.key(prefix);
        return readers.read(on ->
                on.query(
                        "SELECT DISTINCT address FROM certificate WHERE address >= ?"
                                + " AND address < ? AND state = 'valid' AND not_after > ?"
                                + FETCHED
                                + " ORDER BY address LIMIT ?",
                        row -> row.getString(1),
                        from,
                        from + Character.toString(Character.MAX_CODE_POINT),
                        world.now().getEpochSecond(),
                        most));
    }

    @Override
    public Optional<X509Certificate> ofHash(byte[] sha1) {
        return readers.read(on ->
                on.first(
                        "SELECT der FROM certificate WHERE sha1 = ?",
                        row -> PrivateKeys.certificate(row.getBytes(1)),
                        sha1));
    }

    /// Ends it when its file is not there any more under its name.
    void forsake() {
        try (runtime) {
            var _ = readers.forsake();
        }
    }

    @Override
    public void close() {
        try (runtime) {
            readers.close();
        }
    }
}
