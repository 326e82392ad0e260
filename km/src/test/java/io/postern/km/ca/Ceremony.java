package io.postern.km.ca;

import io.postern.km.http.KmHttpServer;
import io.postern.km.http.KmPages;
import io.postern.km.http.Published;
import io.postern.km.http.PublishedList;
import io.postern.km.limits.ServiceLimits;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// For the suite of real peers: makes an authority with all that it publishes into a folder, serves
/// it, and issues for requests named on standard input (`csr FILE OUT`) until that ends. Arguments:
/// FOLDER, the authorities' [KeyKind], and a port.
public final class Ceremony {
    static final String PASSPHRASE = "K3QX-7ZPA-M2WD-9YTE-6RHB";

    private final SecureRandom random = new SecureRandom();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(3600);
    private final Map<BigInteger, OcspStatus> issued = new ConcurrentHashMap<>();
    private final List<Revoked> revoked = new ArrayList<>();
    private final List<X509Certificate> certificates = new CopyOnWriteArrayList<>();
    private final Path folder;
    private final Issuer root;
    private final Issuer ca;
    private final Locations at;

    private Ceremony(Path folder, KeyKind kind, String base) {
        this.folder = folder;
        var rootKeys = kind.generate(random);
        root =
                new Issuer(
                        Authorities.root(
                                rootKeys,
                                Names.authority("Example Root " + kind, "Example Org", "CH"),
                                Validity.of(now, Duration.ofDays(7300)),
                                random),
                        rootKeys.getPrivate());
        var caKeys = kind.generate(random);
        ca =
                new Issuer(
                        Authorities.issuing(
                                root,
                                caKeys.getPublic(),
                                Names.authority("Example Mail CA " + kind, "Example Org", "CH"),
                                Validity.of(now, Duration.ofDays(3650)),
                                new Locations(
                                        URI.create(base + "/root.crl"),
                                        URI.create(base + "/root.cer"),
                                        Optional.empty()),
                                random),
                        caKeys.getPrivate());
        at =
                new Locations(
                        URI.create(base + "/ca.crl"),
                        URI.create(base + "/ca.cer"),
                        Optional.of(URI.create(base + "/ocsp")));
    }

    /// See the class.
    public static void main(String[] arguments) throws Exception {
        // The certificates name the port before anybody listens there.
        var at =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2]));
        var base = "http://127.0.0.1:" + at.getPort();
        var ceremony = new Ceremony(Path.of(arguments[0]), KeyKind.valueOf(arguments[1]), base);
        ceremony.make();
        var server = ceremony.serve(at);
        System.out.println("ready " + base);
        try (var lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var words = line.split(" ", 3);
                System.out.println(ceremony.csr(Path.of(words[1]), Path.of(words[2])));
            }
        }
        server.close();
    }

    private void make() throws IOException {
        certificate("root", root.certificate());
        certificate("ca", ca.certificate());
        for (var kind : List.of(KeyKind.RSA_3072, KeyKind.P_256)) {
            var name = kind == KeyKind.P_256 ? "ec" : "rsa";
            subscriber("sign-" + name, "signer-" + name, kind, Usage.SIGN);
            subscriber("encrypt-" + name, "reader-" + name, kind, Usage.ENCRYPT);
            subscriber("both-" + name, "both-" + name, kind, Usage.BOTH);
        }
        subscriber("utf8", "grün", KeyKind.P_256, Usage.SIGN);
        subscriber("long", "l".repeat(64), KeyKind.P_256, Usage.SIGN);
        var bad = subscriber("revoked", "gone", KeyKind.RSA_3072, Usage.BOTH);
        var hold = subscriber("hold", "away", KeyKind.RSA_3072, Usage.BOTH);
        revoke(bad, RevocationReason.KEY_COMPROMISE);
        revoke(hold, RevocationReason.CERTIFICATE_HOLD);
        list("root", root, 1, now, List.of());
        list("ca", ca, 7, now, revoked);
        list("later", ca, 8, now.plus(Duration.ofDays(7)), revoked);
    }

    private void revoke(X509Certificate certificate, RevocationReason reason) {
        revoked.add(new Revoked(certificate.getSerialNumber(), now, reason));
        issued.put(certificate.getSerialNumber(), new OcspStatus.Revoked(now, reason));
    }

    private X509Certificate subscriber(String name, String localPart, KeyKind kind, Usage usage)
            throws IOException {
        var keys = kind.generate(random);
        var certificate = issue(keys, localPart, usage);
        certificate(name, certificate);
        pem(name + ".key", "PRIVATE KEY", keys.getPrivate().getEncoded());
        for (var form : Pkcs12.Form.values()) {
            Files.write(
                    folder.resolve(
                            name
                                    + "."
                                    + (form == Pkcs12.Form.MODERN ? "modern" : "compat")
                                    + ".p12"),
                    Pkcs12.write(
                            List.of(new Pkcs12.Entry(keys.getPrivate(), certificate, name)),
                            List.of(ca.certificate(), root.certificate()),
                            PASSPHRASE.toCharArray(),
                            form,
                            random));
        }
        return certificate;
    }

    private X509Certificate issue(KeyPair keys, String localPart, Usage usage) {
        return switch (Subscribers.issue(ca, keys.getPublic(), facts(localPart, usage), random)) {
            case Issued.Ok(var certificate) -> {
                issued.put(certificate.getSerialNumber(), new OcspStatus.Good());
                certificates.add(certificate);
                yield certificate;
            }
            case Issued.Refused(_, var text) -> throw new IllegalStateException(text);
        };
    }

    private Subscriber facts(String localPart, Usage usage) {
        return new Subscriber(
                new Mailbox(localPart, Domain.of("example.com")),
                usage,
                now,
                Subscriber.LONGEST,
                at,
                Capability.ANY_CLIENT);
    }

    private String csr(Path request, Path out) throws IOException {
        return switch (CertificateRequests.read(Files.readAllBytes(request))) {
            case CertificateRequests.Read.Refused(var reason, var text) -> reason + " " + text;
            case CertificateRequests.Read.Ok(var key, _, var addresses) ->
                    switch (Subscribers.issue(ca, key, facts("csr", Usage.BOTH), random)) {
                        case Issued.Refused(var reason, var text) -> reason + " " + text;
                        case Issued.Ok(var certificate) -> {
                            Files.writeString(out, pem("CERTIFICATE", encoded(certificate)));
                            yield "OK " + addresses;
                        }
                    };
        };
    }

    private void list(String name, Issuer by, long number, Instant from, List<Revoked> entries)
            throws IOException {
        var der =
                Crls.sign(
                        by,
                        new RevocationList(
                                BigInteger.valueOf(number),
                                from,
                                from.plus(Duration.ofDays(10)),
                                Optional.of(now),
                                entries),
                        random);
        Files.write(folder.resolve(name + ".crl"), der);
        pem(name + ".crl.pem", "X509 CRL", der);
    }

    private KmHttpServer serve(InetSocketAddress at) throws IOException {
        var keys = KeyKind.P_256.generate(random);
        var certificate =
                Authorities.responder(
                        ca,
                        keys.getPublic(),
                        Names.authority("Example OCSP", "Example Org", "CH"),
                        Validity.of(now, Duration.ofDays(90)),
                        random);
        certificate("responder", certificate);
        var responder =
                new OcspResponder(ca.certificate(), new Issuer(certificate, keys.getPrivate()));
        var pages = new KmPages(new Shown(responder), Instant::now, Duration.ofDays(1));
        return KmHttpServer.start(at, pages, ServiceLimits.of(100, 100, 100_000));
    }

    private final class Shown implements Published {
        private final OcspResponder responder;

        Shown(OcspResponder responder) {
            this.responder = responder;
        }

        @Override
        public Optional<PublishedList> list(String name) {
            return name.equals("root.crl") || name.equals("ca.crl")
                    ? Optional.of(
                            new PublishedList(
                                    read(name), new Window(now, now.plus(Duration.ofDays(10)))))
                    : Optional.empty();
        }

        private byte[] read(String name) {
            try {
                return Files.readAllBytes(folder.resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Optional<X509Certificate> authority(String name) {
            return switch (name) {
                case "root.cer" -> Optional.of(root.certificate());
                case "ca.cer" -> Optional.of(ca.certificate());
                default -> Optional.empty();
            };
        }

        @Override
        public OcspReply ocsp(byte[] request) {
            return responder.answer(
                    request,
                    Optional.of(new Window(now, now.plus(Duration.ofDays(1)))),
                    serial -> issued.getOrDefault(serial, new OcspStatus.Unknown()),
                    Instant.now(),
                    random);
        }

        @Override
        public List<X509Certificate> ofAddress(String address) {
            return certificates.stream()
                    .filter(one -> one.getSubjectX500Principal().getName().equals("CN=" + address))
                    .toList();
        }

        @Override
        public Optional<X509Certificate> ofHash(byte[] sha1) {
            return certificates.stream()
                    .filter(one -> Arrays.equals(sha1, hash(encoded(one))))
                    .findFirst();
        }

        private static byte[] hash(byte[] der) {
            try {
                return MessageDigest.getInstance("SHA-1").digest(der);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void certificate(String name, X509Certificate certificate) throws IOException {
        Files.write(folder.resolve(name + ".cer"), encoded(certificate));
        pem(name + ".pem", "CERTIFICATE", encoded(certificate));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void pem(String file, String what, byte[] der) throws IOException {
        Files.writeString(folder.resolve(file), pem(what, der));
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN "
                + what
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + what
                + "-----\n";
    }
}
