package io.postern.km.ca;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// For the suite of real peers: makes an authority with all that it publishes into a folder, serves
/// its OCSP, and issues for requests named on standard input (`csr FILE OUT`) until that ends.
/// Arguments: FOLDER and the authorities' [KeyKind].
public final class Ceremony {
    static final String PASSPHRASE = "K3QX-7ZPA-M2WD-9YTE-6RHB";

    private final SecureRandom random = new SecureRandom();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(3600);
    private final Map<BigInteger, OcspStatus> issued = new HashMap<>();
    private final List<Revoked> revoked = new ArrayList<>();
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
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        var base = "http://127.0.0.1:" + server.getAddress().getPort();
        var ceremony = new Ceremony(Path.of(arguments[0]), KeyKind.valueOf(arguments[1]), base);
        ceremony.make();
        ceremony.serve(server);
        System.out.println("ready " + base);
        try (var lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var words = line.split(" ", 3);
                System.out.println(ceremony.csr(Path.of(words[1]), Path.of(words[2])));
            }
        }
        server.stop(0);
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

    private void serve(HttpServer server) throws IOException {
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
        server.createContext(
                "/ocsp",
                exchange ->
                        send(
                                exchange,
                                responder
                                        .answer(
                                                exchange.getRequestBody().readAllBytes(),
                                                Optional.of(
                                                        new Window(
                                                                now, now.plus(Duration.ofDays(1)))),
                                                serial ->
                                                        issued.getOrDefault(
                                                                serial, new OcspStatus.Unknown()),
                                                Instant.now(),
                                                random)
                                        .der()));
        for (var file : List.of("root.crl", "ca.crl", "root.cer", "ca.cer")) {
            server.createContext(
                    "/" + file,
                    exchange -> send(exchange, Files.readAllBytes(folder.resolve(file))));
        }
        server.start();
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().add("Content-Type", "application/ocsp-response");
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
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
