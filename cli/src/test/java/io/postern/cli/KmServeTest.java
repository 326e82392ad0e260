package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.SSLUtil;
import com.unboundid.util.ssl.TrustAllTrustManager;
import io.postern.testkit.TestCertificate;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("[km] in serve")
@Timeout(120)
class KmServeTest {
    @TempDir private Path folder;
    private int metrics;

    private void write(String more) throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            metrics = free.getLocalPort();
        }
        Files.writeString(
                folder.resolve("p.toml"),
                """
                hostname = "gw.example.com"
                data = "data"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                sign = false
                [metrics]
                address = "127.0.0.1:%d"
                %s
                """
                        .formatted(metrics, more));
    }

    @BeforeEach
    void media() throws IOException {
        for (var name : List.of("one", "two", "out")) {
            Files.createDirectory(
                    folder.resolve(name),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    private void vault() throws IOException {
        done(
                "",
                "km",
                "init",
                "--organization",
                "Example",
                "--country",
                "CH",
                "--ca-key",
                "p-384",
                "--url",
                "http://pki.example.com/km",
                "--config",
                "p.toml",
                "--write-to",
                "one",
                "--backup-to",
                "two",
                "--verify-from",
                "two");
        done(
                key(),
                "km",
                "issue",
                "info@example.com",
                "--key",
                "p-256",
                "--out",
                "out",
                "--config",
                "p.toml");
    }

    private String key() throws IOException {
        try (var files = Files.list(folder.resolve("one"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    private World.Result done(String input, String... words) {
        var result = new World(folder).runWith(input, words);
        assertEquals(0, result.code(), result.err());
        return result;
    }

    private ServeCommand.Running serve() {
        var sink = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        var command =
                new ServeCommand(
                        new Io(
                                new ByteArrayInputStream(new byte[0]),
                                sink,
                                sink,
                                Map.of(),
                                folder,
                                () -> World.NOW,
                                120));
        command.config = Optional.of(Path.of("p.toml"));
        return command.start();
    }

    private static HttpResponse<byte[]> get(HttpClient client, int port, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private String page(HttpClient client, String path) throws Exception {
        return new String(get(client, metrics, path).body(), StandardCharsets.UTF_8);
    }

    private static void takesMail(ServeCommand.Running running) throws IOException {
        try (var socket =
                new Socket(
                        InetAddress.getLoopbackAddress(), running.gateway().ports().getFirst())) {
            assertEquals(
                    "220",
                    new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII));
        }
    }

    private static final String SERVED =
            """
            [km]
            http = "127.0.0.1:0"
            ldap = "127.0.0.1:0"
            """;

    @Test
    @DisplayName(
            "lists, certificates and the directory, with figures; OCSP and lists by the path that clients were told")
    void serves() throws Exception {
        write(SERVED);
        vault();
        try (var running = serve();
                var client = HttpClient.newHttpClient()) {
            var km = running.km();
            for (var path : List.of("/ca.crl", "/km/ca.crl")) {
                var list = get(client, km.http().orElseThrow(), path);
                assertEquals(200, list.statusCode(), path);
                assertTrue(
                        CertificateFactory.getInstance("X.509")
                                        .generateCRL(new ByteArrayInputStream(list.body()))
                                instanceof X509CRL);
            }
            assertEquals(
                    200,
                    get(client, km.http().orElseThrow(), "/km/certificates?uri=info@example.com")
                            .statusCode());
            try (var directory = new LDAPConnection("127.0.0.1", km.ldap().orElseThrow())) {
                var found =
                        directory.search(
                                "dc=example,dc=com", SearchScope.SUB, "(mail=info@example.com)");
                assertEquals(1, found.getEntryCount());
            }
            km.look();
            var figures = page(client, "/metrics");
            for (var line :
                    List.of(
                            "postern_km_up 1.0",
                            "postern_km_certificates{state=\"valid\"} 2.0",
                            "postern_km_backup_age_seconds NaN",
                            "postern_km_refused{service=\"ldap\"} 0.0")) {
                assertTrue(figures.contains(line), line + " in " + figures);
            }
            assertTrue(
                    figures.matches(
                            "(?s).*postern_km_crl_horizon_seconds (8\\.\\d+E6|8\\d{6}\\.0).*"));
            var health = page(client, "/health");
            assertTrue(health.contains("\"status\":\"ok\""), health);
            assertTrue(health.contains("key management: there are no shares"), health);
        }
    }

    @Test
    @DisplayName(
            "the directory under TLS has the gateway's certificate, from the beginning or when asked")
    void tls() throws Exception {
        var issued = TestCertificate.authority("Example").issue("127.0.0.1", "127.0.0.1");
        var key = folder.resolve("key.pem");
        Files.writeString(key, issued.keyPem());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(folder.resolve("chain.pem"), issued.pem());
        write(
                SERVED
                        + """
                        ldaps = "127.0.0.1:0"
                        [[certificate]]
                        file = "chain.pem"
                        key = "key.pem"
                        """);
        vault();
        var ssl = new SSLUtil(new TrustAllTrustManager());
        try (var running = serve();
                var implicit =
                        new LDAPConnection(
                                ssl.createSSLSocketFactory(),
                                "127.0.0.1",
                                running.km().ldaps().orElseThrow());
                var later = new LDAPConnection("127.0.0.1", running.km().ldap().orElseThrow())) {
            later.processExtendedOperation(new StartTLSExtendedRequest(ssl.createSSLContext()));
            for (var directory : List.of(implicit, later)) {
                var session = Objects.requireNonNull(directory.getSSLSession());
                assertEquals(issued.certificate(), session.getPeerCertificates()[0]);
                assertEquals(
                        1,
                        directory
                                .search("", SearchScope.SUB, "(mail=info@example.com)")
                                .getEntryCount());
            }
        }
    }

    @Test
    @DisplayName(
            "without a vault mail goes on, clients are told to come again, and health says what to do")
    void noVault() throws Exception {
        write(SERVED);
        try (var running = serve();
                var client = HttpClient.newHttpClient()) {
            var km = running.km();
            km.look();
            takesMail(running);
            assertEquals(503, get(client, km.http().orElseThrow(), "/ca.crl").statusCode());
            try (var directory = new LDAPConnection("127.0.0.1", km.ldap().orElseThrow())) {
                assertEquals(
                        ResultCode.UNAVAILABLE,
                        assertThrows(
                                        LDAPSearchException.class,
                                        () ->
                                                directory.search(
                                                        "dc=example,dc=com",
                                                        SearchScope.SUB,
                                                        "(mail=info@example.com)"))
                                .getResultCode());
            }
            var health = get(client, metrics, "/health");
            assertEquals(200, health.statusCode());
            var said = new String(health.body(), StandardCharsets.UTF_8);
            assertTrue(said.contains("make one with `postern km init`"), said);
            assertTrue(page(client, "/metrics").contains("postern_km_up 0.0"));
            vault();
            km.look();
            assertEquals(200, get(client, km.http().orElseThrow(), "/ca.crl").statusCode());
        }
    }

    @Test
    @DisplayName(
            "an address in use, TLS without a certificate and a name that is none are said with the remedy")
    void wrong() throws IOException {
        try (var used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            write("[km]\nldap = \"127.0.0.1:%d\"\n".formatted(used.getLocalPort()));
            var failure = assertThrows(Failure.class, this::serve);
            assertTrue(
                    String.valueOf(failure.getMessage()).contains(":" + used.getLocalPort()),
                    failure::toString);
        }
        write("[km]\nldaps = \"127.0.0.1:0\"\n");
        var noCertificate = new World(folder).run("config", "check", "--config", "p.toml");
        assertEquals(1, noCertificate.code());
        assertTrue(noCertificate.err().contains("km.ldaps needs a certificate"));
        write("[km]\nldap = \"127.0.0.1:0\"\nldap_base = \"example.com\"\n");
        var noName = new World(folder).run("config", "check", "--config", "p.toml");
        assertTrue(noName.err().contains("km.ldap_base = \"example.com\""), noName.err());
    }

    @Test
    @DisplayName(
            "a gateway without [km] loads no class of key management and shows no figure of it")
    void absent() throws Exception {
        write("");
        var classes = folder.resolve("classes");
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xlog:class+load:file=" + classes,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.postern.cli.Main",
                                "serve",
                                "--config",
                                "p.toml")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        try (var log =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            var seen = new ArrayList<String>();
            for (var line = log.readLine();
                    line != null && !line.contains("ready: ");
                    line = log.readLine()) {
                seen.add(line);
            }
            try (var client = HttpClient.newHttpClient()) {
                assertTrue(page(client, "/metrics").contains("postern_sessions"), seen::toString);
                assertTrue(!page(client, "/metrics").contains("postern_km"));
            }
            // Before the end: who is told to stop this early may end by an exception.
            var loaded = Files.readAllLines(classes);
            assertTrue(
                    loaded.stream().anyMatch(one -> one.contains("io.postern.gateway.Gateway ")));
            assertEquals(
                    List.of(),
                    loaded.stream().filter(one -> one.contains(" io.postern.km.")).toList());
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    @DisplayName("RFC 8162 §3 SMIMEA records of each valid certificate, whole or as a hash")
    void smimea() throws IOException {
        write("");
        vault();
        var zone = done("", "km", "smimea", "info@example.com", "--config", "p.toml").out();
        assertEquals(2, zone.split(" IN SMIMEA 3 0 0 \\(", -1).length - 1, zone);
        assertTrue(zone.contains("._smimecert.example.com. IN SMIMEA 3 0 0 (\n    3082"), zone);
        var json =
                done(
                                "",
                                "km",
                                "smimea",
                                "info@example.com",
                                "--hash",
                                "--json",
                                "--config",
                                "p.toml")
                        .out();
        assertTrue(json.contains("\"type\" : 53") && json.contains("\"matching\" : 1"), json);
        assertEquals(
                "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com",
                SmimeaRecord.owner(KmCommand.address("hugh@example.com")));
        var none = new World(folder).run("km", "smimea", "no@example.com", "--config", "p.toml");
        assertEquals(1, none.code());
        assertTrue(none.err().contains("postern km issue no@example.com"), none.err());
    }
}
