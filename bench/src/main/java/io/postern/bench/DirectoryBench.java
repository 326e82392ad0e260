package io.postern.bench;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchScope;
import io.postern.keys.CryptoProviders;
import io.postern.keys.StartSecret;
import io.postern.km.Founding;
import io.postern.km.FoundingSettings;
import io.postern.km.IssueOrder;
import io.postern.km.KeyManagement;
import io.postern.km.ServedVault;
import io.postern.km.Steps;
import io.postern.km.World;
import io.postern.km.ca.KeyKind;
import io.postern.km.http.KmHttpServer;
import io.postern.km.http.KmPages;
import io.postern.km.ldap.DirectoryRules;
import io.postern.km.ldap.KmLdapServer;
import io.postern.km.limits.ServiceLimits;
import io.postern.km.vault.Opening;
import io.postern.km.vault.UnsealKey;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import javax.net.ssl.SSLContext;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/// OCSP answers and directory look-ups a second, over loopback, by the servers of `[km]` and
/// clients in one process: bench/directory. A real vault, in which one person's certificates are
/// entered for as many people as are asked for.
public final class DirectoryBench {
    private static final Instant T0 = Instant.parse("2026-11-22T12:00:00Z");
    private static final int CLIENTS = 8;
    private static final int ROUNDS = 5;

    private final SecureRandom random = new SecureRandom();
    private final int people;
    private final Duration round;
    private final World world;
    private final StartSecret secret;

    private DirectoryBench(Path data, int people, Duration round) {
        this.people = people;
        this.round = round;
        world = new World(data, () -> T0, random, "bench", Steps.NONE);
        secret = StartSecret.inFolder(data, random);
    }

    /// Measures once.
    ///
    /// @param args how many people, and the seconds of a round
    public static void main(String[] args)
            throws IOException,
                    SQLException,
                    GeneralSecurityException,
                    InterruptedException,
                    ExecutionException {
        System.out.println(CryptoProviders.install().name());
        var data =
                Files.createTempDirectory(
                        "postern-bench",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        try {
            new DirectoryBench(
                            data,
                            Integer.parseInt(args[0]),
                            Duration.ofSeconds(Long.parseLong(args[1])))
                    .run();
        } finally {
            try (var files = Files.walk(data)) {
                for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run()
            throws IOException,
                    SQLException,
                    GeneralSecurityException,
                    InterruptedException,
                    ExecutionException {
        found();
        var limits = ServiceLimits.of(100, 100, 100_000_000);
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var vault = new ServedVault(world, secret);
                var http =
                        KmHttpServer.start(
                                any, new KmPages(vault, () -> T0, Duration.ofHours(1)), limits);
                var ldap =
                        KmLdapServer.start(
                                any,
                                new KmLdapServer.Tls(false, Optional::<SSLContext>empty),
                                vault,
                                new DirectoryRules("dc=example,dc=com", _ -> false, 3),
                                limits)) {
            var authority = vault.authority("ca.cer").orElseThrow();
            measure("OCSP answers", () -> ocsp(http.port(), authority));
            measure("directory look-ups", () -> lookUps(ldap.port()));
        }
    }

    private void found() throws SQLException {
        String key;
        try (var founding =
                Founding.begin(
                        world,
                        secret,
                        new FoundingSettings(
                                "Example",
                                "CH",
                                URI.create("http://pki.example.com/km"),
                                KeyKind.P_384,
                                Optional.empty()))) {
            key = founding.unsealKey().printed();
            founding.complete();
        }
        if (!(UnsealKey.parse(key) instanceof UnsealKey.Parsed.Ok(var unseal))) {
            throw new IllegalStateException("no key");
        }
        try (var opening = new Opening.ByUnsealKey(unseal);
                var km = KeyManagement.lock(world, secret);
                var vault = km.open(opening)) {
            vault.issue(IssueOrder.of(new Mailbox("user", Domain.of("example.com")))).close();
        }
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + world.folder().resolve("km.db"));
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
                    INSERT INTO certificate (serial, address, usage, der, not_before, not_after,
                        issued, state, sha1)
                    SELECT printf('%%x', i) || substr(serial, 9), 'user' || i || '@example.com', usage,
                        der, not_before, not_after, issued, state, sha1
                    FROM certificate, n\
                    """
                            .formatted(people));
        }
    }

    /// Does it again and again, and says how often.
    private interface Client {
        void work(AtomicBoolean end, LongAdder done)
                throws IOException, LDAPException, OCSPException, OperatorCreationException;
    }

    /// Makes a client.
    private interface Clients {
        Client make();
    }

    private void measure(String what, Clients clients)
            throws InterruptedException, ExecutionException {
        var rates = new long[ROUNDS];
        rate(clients); // the process has just started
        for (int i = 0; i < ROUNDS; i++) {
            rates[i] = rate(clients);
        }
        long[] sorted = LongStream.of(rates).sorted().toArray();
        System.out.printf(
                "%-20s %,8d a second (median of %s)%n",
                what, sorted[ROUNDS / 2], Arrays.toString(rates));
    }

    private long rate(Clients clients) throws InterruptedException, ExecutionException {
        var end = new AtomicBoolean();
        var done = new LongAdder();
        long begin = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
            var running =
                    java.util.stream.IntStream.range(0, CLIENTS)
                            .mapToObj(_ ->
                                    threads.submit(() -> {
                                        clients.make().work(end, done);
                                        return true;
                                    }))
                            .toList();
            Thread.sleep(round);
            end.set(true);
            for (var one : running) {
                one.get();
            }
        }
        return (long) (done.sum() / ((System.nanoTime() - begin) / 1e9));
    }

    private int somebody() {
        return ThreadLocalRandom.current().nextInt(people) + 1;
    }

    private Client lookUps(int port) {
        return (end, done) -> {
            try (var client =
                    new LDAPConnection(InetAddress.getLoopbackAddress().getHostAddress(), port)) {
                while (!end.get()) {
                    var found =
                            client.search(
                                    "dc=example,dc=com",
                                    SearchScope.SUB,
                                    "(mail=user" + somebody() + "@example.com)",
                                    "userCertificate;binary");
                    if (found.getEntryCount() != 1) {
                        throw new IllegalStateException(found.toString());
                    }
                    done.increment();
                }
            }
        };
    }

    /// By POST over a connection that is kept, of one certificate, without a nonce.
    private Client ocsp(int port, X509Certificate authority) {
        return (end, done) -> {
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                var in = new BufferedInputStream(socket.getInputStream());
                while (!end.get()) {
                    var request = request(authority, digests.get(CertificateID.HASH_SHA1));
                    var head =
                            "POST /ocsp HTTP/1.1\r\nHost: pki.example.com\r\nContent-Type: application/ocsp-request\r\nContent-Length: "
                                    + request.length
                                    + "\r\n\r\n";
                    var all = new java.io.ByteArrayOutputStream();
                    all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
                    all.writeBytes(request);
                    all.writeTo(socket.getOutputStream());
                    read(in);
                    done.increment();
                }
            }
        };
    }

    private byte[] request(X509Certificate authority, DigestCalculator digest)
            throws IOException, OCSPException {
        try {
            return new OCSPReqBuilder()
                    .addRequest(
                            new CertificateID(
                                    digest,
                                    new JcaX509CertificateHolder(authority),
                                    BigInteger.valueOf(somebody())))
                    .build()
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /// An answer of 200 with its content, which is signed and so has more than 200 octets.
    private static void read(BufferedInputStream in) throws IOException {
        var line = line(in);
        if (!line.startsWith("HTTP/1.1 200")) {
            throw new IOException(line);
        }
        int length = 0;
        for (line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.regionMatches(true, 0, "Content-Length: ", 0, 16)) {
                length = Integer.parseInt(line.substring(16));
            }
        }
        if (length < 200 || in.readNBytes(length).length < length) {
            throw new IOException("an answer of " + length + " octets");
        }
    }

    private static String line(BufferedInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
