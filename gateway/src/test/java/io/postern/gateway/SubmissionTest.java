package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.Outcome;
import io.postern.testkit.ScramClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 6409: submission over TLS, end to end")
class SubmissionTest {
    private static final String PASSWORD = "correct horse";
    private static final String MESSAGE =
            "From: alice@example.com\nTo: bob@example.net\nSubject: x\n\nHello\n";

    @TempDir static Path made = Path.of("");
    @TempDir private Path folder;
    private Sink sink;
    private House house;

    @BeforeAll
    static void certificates() throws Exception {
        SelfSigned.make(made.resolve("one.p12"), "gw.example.com");
        SelfSigned.make(made.resolve("two.p12"), "mail.example.org");
        SelfSigned.make(made.resolve("new.p12"), "new.example.com");
    }

    @BeforeEach
    void open() throws Exception {
        sink = new Sink();
        for (var name : List.of("one.p12", "two.p12")) {
            Files.copy(made.resolve(name), folder.resolve(name));
        }
        Files.writeString(folder.resolve("password"), SelfSigned.PASSWORD + "\n");
        house =
                new House(
                        folder,
                        House.config(
                                sink.port(),
                                """
                                [submission]
                                failure_delay = "0s"
                                [[listener]]
                                role = "submission"
                                address = "127.0.0.1:0"
                                [[listener]]
                                role = "submission"
                                address = "127.0.0.1:0"
                                tls = "implicit"
                                [[certificate]]
                                file = "two.p12"
                                password_file = "password"
                                [[certificate]]
                                file = "one.p12"
                                password_file = "password"
                                [[rule]]
                                name = "channel-binding"
                                stage = "rcpt"
                                when = 'forward_path.local == "vault" && !auth.method.endsWith("-PLUS")'
                                action = "refuse"
                                """),
                        InstantSource.system());
        house.makeKeys();
        assertInstanceOf(
                Outcome.Done.class,
                house.gateway().users().add("alice", List.of("alice@example.com"), PASSWORD));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
        sink.close();
    }

    /// A client that takes any certificate and can say anything.
    private static final class Client implements AutoCloseable {
        private Socket socket;
        private BufferedReader in;

        Client(int port) throws IOException {
            this(new Socket(InetAddress.getLoopbackAddress(), port));
        }

        private Client(Socket open) throws IOException {
            socket = open;
            socket.setSoTimeout(20_000);
            in = reader(socket);
        }

        private static BufferedReader reader(Socket socket) throws IOException {
            return new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        }

        void tls(String host, String protocol) throws IOException, GeneralSecurityException {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Any()}, null);
            var tls =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, host, socket.getPort(), true);
            var parameters = tls.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            parameters.setProtocols(new String[] {protocol});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            socket = tls;
            in = reader(tls);
        }

        String peer() throws IOException {
            var chain = ((SSLSocket) socket).getSession().getPeerCertificates();
            return ((X509Certificate) chain[0]).getSubjectX500Principal().getName();
        }

        byte[] exporter() throws IOException {
            var session = (ExtendedSSLSession) ((SSLSocket) socket).getSession();
            return session.exportKeyingMaterialData("EXPORTER-Channel-Binding", null, 32);
        }

        String say(String line) throws IOException {
            socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return read();
        }

        /// A whole reply on one line.
        String read() throws IOException {
            var reply = new StringBuilder();
            while (true) {
                var line = in.readLine();
                if (line == null) {
                    return reply + "closed";
                }
                reply.append(line);
                if (line.length() < 4 || line.charAt(3) != '-') {
                    return reply.toString();
                }
                reply.append('|');
            }
        }

        String scram(String mechanism, String header, byte[] bound, String password)
                throws IOException {
            var client = new ScramClient(header, bound, "alice", password, "fyko+d2lbbFgONRv9qkx");
            var reply = say("AUTH " + mechanism + " " + encoded(client.first()));
            if (!reply.startsWith("334 ")) {
                return reply;
            }
            reply = say(encoded(client.last(decoded(reply))));
            if (!reply.startsWith("334 ")) {
                return reply;
            }
            assertTrue(client.trusts(decoded(reply)), reply);
            return say("");
        }

        private static String decoded(String reply) {
            return new String(
                    Base64.getDecoder().decode(reply.substring(4)), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Any implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private int port(int listener) {
        return house.gateway().ports().get(listener);
    }

    private Client overTls(String host, String protocol) throws Exception {
        var client = new Client(port(1));
        client.read();
        client.say("STARTTLS");
        client.tls(host, protocol);
        client.say("EHLO c.example");
        return client;
    }

    @Test
    @DisplayName("RFC 4954 §4: nothing goes in clear, neither mail nor a password")
    void inClear() throws Exception {
        try (var client = new Client(port(1))) {
            client.read();
            var offered = client.say("EHLO c.example");
            assertTrue(offered.contains("STARTTLS") && !offered.contains("AUTH"), offered);
            assertTrue(client.say("MAIL FROM:<alice@example.com>").startsWith("530 5.7.0"));
            assertTrue(client.say("AUTH PLAIN AGEAYg==").startsWith("530 5.7.0"));
        }
    }

    @ParameterizedTest(name = "a login with channel binding and a message over {0}")
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void message(String protocol) throws Exception {
        try (var client = overTls("gw.example.com", protocol)) {
            var offered = client.say("EHLO c.example");
            assertTrue(offered.contains("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN"), offered);
            assertTrue(client.say("MAIL FROM:<alice@example.com>").startsWith("530 5.7.0"));
            var reply =
                    client.scram(
                            "SCRAM-SHA-256-PLUS", "p=tls-exporter,,", client.exporter(), PASSWORD);
            assertTrue(reply.startsWith("235 2.7.0"), reply);
            assertTrue(client.say("AUTH PLAIN AGEAYg==").startsWith("503 5.5.1"));
            assertTrue(client.say("MAIL FROM:<bob@example.com>").startsWith("550 5.7.1"));
            assertTrue(client.say("MAIL FROM:<alice@example.com>").startsWith("250"));
            assertTrue(client.say("RCPT TO:<bob@example.net>").startsWith("250"));
            client.say("DATA");
            reply = client.say(MESSAGE.replace("\n", "\r\n") + ".");
            assertTrue(reply.startsWith("250 2.0.0"), reply);
        }
        var content = sink.next().content();
        assertTrue(content.contains(" with ESMTPSA"), content);
        assertTrue(content.contains("Message-ID: <"), content);
        assertTrue(content.contains("Date: "), content);
    }

    @Test
    @DisplayName("a rule knows by which mechanism a user authenticated, also after another EHLO")
    void mechanism() throws Exception {
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            assertTrue(
                    client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD)).startsWith("235"));
            client.say("EHLO c.example");
            client.say("MAIL FROM:<alice@example.com>");
            var reply = client.say("RCPT TO:<vault@example.net>");
            assertTrue(reply.startsWith("550 5.7.1"), reply);
        }
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            client.scram("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", client.exporter(), PASSWORD);
            client.say("MAIL FROM:<alice@example.com>");
            var reply = client.say("RCPT TO:<vault@example.net>");
            assertTrue(reply.startsWith("250"), reply);
        }
    }

    @Test
    @DisplayName("RFC 6409 §6.1: another's From is refused when the content is there")
    void anothersFrom() throws Exception {
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            assertTrue(
                    client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD)).startsWith("235"));
            client.say("MAIL FROM:<alice@example.com>");
            client.say("RCPT TO:<bob@example.net>");
            client.say("DATA");
            var reply = client.say(MESSAGE.replace("alice@", "boss@").replace("\n", "\r\n") + ".");
            assertTrue(reply.startsWith("550 5.7.1"), reply);
        }
    }

    @Test
    @DisplayName("a wrong password, another channel, and what is no exchange")
    void refused() throws Exception {
        try (var client = overTls("gw.example.com", "TLSv1.3")) {
            var bound = client.exporter();
            assertTrue(
                    client.scram("SCRAM-SHA-256", "n,,", new byte[0], "wrong").startsWith("535"));
            bound[0] ^= 1;
            var reply = client.scram("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", bound, PASSWORD);
            assertTrue(reply.startsWith("535 5.7.8"), reply);
            assertTrue(client.say("AUTH CRAM-MD5").startsWith("504 5.5.4"));
            assertEquals("334 ", client.say("AUTH PLAIN"));
            assertTrue(client.say("*").startsWith("501 5.7.0"));
            client.say("AUTH PLAIN");
            assertTrue(client.say("not base64").startsWith("501 5.5.2"));
            client.say("AUTH PLAIN");
            assertTrue(client.say("A".repeat(4000)).startsWith("500 5.5.6"));
            assertTrue(
                    client.say("AUTH PLAIN " + encoded("\0alice\0" + PASSWORD)).startsWith("235"));
        }
    }

    @Test
    @DisplayName("RFC 8314 §3.3: implicit TLS; RFC 6066 §3: a certificate by server name")
    void implicit() throws Exception {
        for (var host : List.of("gw.example.com", "mail.example.org", "nobody.example")) {
            try (var client = new Client(port(2))) {
                client.tls(host, "TLSv1.3");
                assertTrue(client.read().startsWith("220 "));
                assertTrue(client.say("EHLO c.example").contains("AUTH "));
                // Who asks for a name that is none of ours gets the certificate of our own.
                var want = host.startsWith("mail") ? "CN=mail.example.org" : "CN=gw.example.com";
                assertEquals(want, client.peer());
            }
        }
    }

    @Test
    @DisplayName("certificates are read again; a bad one changes nothing")
    void reloaded() throws Exception {
        Files.copy(
                made.resolve("new.p12"),
                folder.resolve("one.p12"),
                StandardCopyOption.REPLACE_EXISTING);
        house.gateway().reloadCertificates();
        try (var client = overTls("new.example.com", "TLSv1.3")) {
            assertEquals("CN=new.example.com", client.peer());
        }
        Files.writeString(folder.resolve("one.p12"), "rubbish");
        try {
            house.gateway().reloadCertificates();
            throw new AssertionError("taken");
        } catch (IOException e) {
            var why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            assertTrue(why.contains("one.p12 is no pkcs#12 file"), why);
        }
        try (var client = overTls("new.example.com", "TLSv1.3")) {
            assertEquals("CN=new.example.com", client.peer());
        }
    }
}
