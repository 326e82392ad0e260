package io.postern.gateway.recipients;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Directory;
import io.postern.gateway.directory.Directories;
import io.postern.gateway.directory.Health;
import io.postern.gateway.directory.Hostile;
import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Recipients in an LDAP directory")
@Timeout(120)
class LdapSourceTest {
    private static InMemoryDirectoryServer server = Directories.start();
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));

    @TempDir private Path folder = Path.of("");

    @BeforeAll
    static void begin() {
        assertTrue(server.getListenPort() > 0);
    }

    @AfterAll
    static void end() {
        server.shutDown(true);
    }

    private Directory settings() {
        return Directories.settings(server.getListenPort());
    }

    private LdapSource open(Directory settings) {
        return new LdapSource(settings, clock);
    }

    record Case(String rule, String address, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("mail", "bert@example.com", "known"),
                new Case("case", "BERT@EXAMPLE.COM", "known"),
                new Case("SMTP: in proxyAddresses", "anna@example.com", "known"),
                new Case("smtp: in proxyAddresses", "anna.example@example.com", "known"),
                new Case("an alternate address", "bertie@example.com", "known"),
                new Case("a detail", "bert+shop@example.com", "known"),
                new Case("nobody", "nobody@example.com", "unknown"),
                new Case("another domain", "anna@example.org", "unknown"),
                new Case("an X.400 address is none of SMTP", "c=us@example.com", "unknown"),
                new Case("RFC 4515 §3: a star is a star", "*@example.com", "unknown"),
                new Case("a star in the middle", "a*@example.com", "unknown"),
                new Case("brackets end no filter", "\"x)(mail=*)(a=b\"@example.com", "unknown"),
                new Case("a quoted one with all of them", "\"a(b)*\\\\c\"@example.com", "known"),
                new Case("beyond ASCII", "b\u00FC@example.com", "unknown"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void find(Case c) {
        try (var source = open(settings())) {
            assertEquals(c.want(), Ask.word(source, c.address()));
        }
    }

    @Test
    @DisplayName("a filter of one's own: places are filled once, with escaped values")
    void filter() {
        var filter = "(&(objectClass=person)(|(mail={address})(uid={local}))(!(dc={domain})))";
        try (var source = open(Directories.withFilter(settings(), filter))) {
            assertEquals("known", Ask.word(source, "anna@example.com"));
            assertEquals("unknown", Ask.word(source, "\"a(b)*\\\\c\"@example.com"), "no person");
            assertEquals("unknown", Ask.word(source, "{domain}@example.com"));
            assertEquals("unknown", Ask.word(source, "*@example.org"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(mail={address}", "mail={adress}", "(objectClass=*)", ""})
    @DisplayName("a filter that is none, or asks for nobody, stops the start")
    void badFilter(String filter) {
        var settings = Directories.withFilter(settings(), filter);
        assertThrows(ConfigException.class, () -> open(settings).close());
    }

    @Test
    @DisplayName("answers are remembered, and say so")
    void remembered() {
        try (var source = open(settings())) {
            assertEquals("directory corp", Ask.words(source, "anna@example.com"));
            clock.advance(Duration.ofMinutes(1));
            assertEquals("directory corp, asked 1m ago", Ask.words(source, "Anna@example.com"));
        }
    }

    @Test
    @DisplayName("a base that is not there says nothing of anybody")
    void noBase() {
        try (var warnings = new Warnings("io.postern.gateway");
                var source = open(Directories.withBase(settings(), "dc=gone,dc=example"))) {
            assertEquals("unavailable", Ask.word(source, "anna@example.com"));
            assertEquals(1, warnings.messages().size());
        }
    }

    private Path password(String text, String mode) throws IOException {
        var file = Files.writeString(folder.resolve("password"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    @DisplayName(
            "the password's file: its first line, for the owner alone, read at each connection")
    void bind() throws IOException {
        try (var warnings = new Warnings("io.postern.gateway");
                var source =
                        open(Directories.withBind(settings(), password("wrong\n", "rw-------")))) {
            assertEquals("unavailable", Ask.word(source, "anna@example.com"));
            password(Directories.PASSWORD + "\n", "rw-r--r--");
            clock.advance(Health.PAUSE);
            var words = Ask.words(source, "anna@example.com");
            assertTrue(words.contains("chmod 600"), words);
            password(Directories.PASSWORD + "\n", "rw-------");
            clock.advance(Health.PAUSE);
            assertEquals("known", Ask.word(source, "anna@example.com"));
            assertEquals(1, warnings.messages().size(), "said once");
            assertTrue(
                    warnings.messages().stream().noneMatch(one -> one.contains("wrong")),
                    "no password in the log");
        }
    }

    private Path pem(String name, Directories.Certificate certificate) throws IOException {
        return Files.writeString(folder.resolve(name), certificate.pem());
    }

    @ParameterizedTest
    @EnumSource(
            value = Directory.Tls.class,
            names = {"LDAPS", "STARTTLS"})
    @DisplayName("the certificate is verified, and so is the name in it")
    void tls(Directory.Tls tls) throws IOException {
        var here = Directories.Certificate.of("localhost");
        var elsewhere = Directories.Certificate.of("ldap.example.org");
        record Try(
                String rule,
                Directories.Certificate shown,
                String host,
                Path trusted,
                String want) {}
        for (var one :
                List.of(
                        new Try("trusted", here, "localhost", pem("1", here), "known"),
                        new Try(
                                "not trusted",
                                here,
                                "localhost",
                                pem("2", elsewhere),
                                "unavailable"),
                        new Try("an address", here, "127.0.0.1", pem("4", here), "unavailable"),
                        new Try(
                                "of another",
                                elsewhere,
                                "localhost",
                                pem("3", elsewhere),
                                "unavailable"))) {
            var secured =
                    Directories.start((name, port) ->
                            tls == Directory.Tls.LDAPS
                                    ? Directories.ldaps(name, port, one.shown().tls())
                                    : Directories.startTls(name, port, one.shown().tls()));
            var settings = Directories.settings(secured.getListenPort());
            try (var warnings = new Warnings("io.postern.gateway");
                    var source =
                            open(Directories.withTls(settings, tls, one.host(), one.trusted()))) {
                assertEquals(one.want(), Ask.word(source, "anna@example.com"), one.rule());
                assertEquals(one.want().equals("known") ? 0 : 1, warnings.messages().size());
            } finally {
                secured.shutDown(true);
            }
        }
    }

    @Test
    @DisplayName("STARTTLS refused is no TLS: nothing is asked in clear")
    void noStartTls() throws IOException {
        var ca =
                Files.writeString(
                        folder.resolve("ca.pem"), Directories.Certificate.of("localhost").pem());
        var settings = Directories.withTls(settings(), Directory.Tls.STARTTLS, "localhost", ca);
        try (var warnings = new Warnings("io.postern.gateway");
                var source = open(settings)) {
            assertEquals("unavailable", Ask.word(source, "anna@example.com"));
            assertEquals(1, warnings.messages().size());
        }
    }

    @Test
    @DisplayName("a CA file that is none stops the start")
    void badCa() throws IOException {
        var file = Files.writeString(folder.resolve("ca.pem"), "nothing");
        var settings = Directories.withTls(settings(), Directory.Tls.LDAPS, "localhost", file);
        assertThrows(ConfigException.class, () -> open(settings).close());
    }

    static Stream<Misbehaviour> misbehaviours() {
        return Stream.of(
                new Misbehaviour("closes at once", _ -> {}),
                new Misbehaviour("resets at once", socket -> socket.setSoLinger(true, 0)),
                new Misbehaviour(
                        "resets when it is asked",
                        socket -> {
                            var _ = socket.getInputStream().read();
                            socket.setSoLinger(true, 0);
                        }),
                new Misbehaviour("never answers", LdapSourceTest::readOn),
                new Misbehaviour(
                        "speaks HTTP",
                        socket -> {
                            socket.getOutputStream()
                                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                            readOn(socket);
                        }),
                new Misbehaviour(
                        "sends random octets without end",
                        socket -> {
                            var octets = new byte[1000];
                            for (var random = new Random(11); ; ) {
                                random.nextBytes(octets);
                                socket.getOutputStream().write(octets);
                            }
                        }),
                new Misbehaviour(
                        "announces a message of 2 GB",
                        socket -> {
                            socket.getOutputStream()
                                    .write(
                                            new byte[] {
                                                0x30, (byte) 0x84, 0x7F, -1, -1, -1, 2, 1, 1
                                            });
                            fill(socket);
                        }),
                new Misbehaviour(
                        "nests a thousand deep",
                        socket -> {
                            var octets = new byte[1002];
                            for (int i = 0; i + 1 < octets.length; i += 2) {
                                octets[i] = 0x30;
                                octets[i + 1] = 0x7F;
                            }
                            socket.getOutputStream().write(octets);
                            readOn(socket);
                        }),
                new Misbehaviour(
                        "dribbles an octet at a time",
                        socket -> {
                            socket.setSoTimeout(5);
                            var out = socket.getOutputStream();
                            out.write(new byte[] {0x30, (byte) 0x82, 0x40, 0});
                            while (true) {
                                try {
                                    out.write(2);
                                    if (socket.getInputStream().read() < 0) {
                                        return;
                                    }
                                } catch (SocketTimeoutException _) {
                                    // This is the pace.
                                }
                            }
                        }),
                new Misbehaviour(
                        "refers elsewhere without end",
                        socket -> {
                            // SearchResultReference of message 1.
                            var url = "ldap://192.0.2.1/dc=x".getBytes(US_ASCII);
                            var message = new byte[9 + url.length];
                            message[0] = 0x30;
                            message[1] = (byte) (7 + url.length);
                            message[2] = 2;
                            message[3] = 1;
                            message[4] = 1;
                            message[5] = 0x73;
                            message[6] = (byte) (2 + url.length);
                            message[7] = 4;
                            message[8] = (byte) url.length;
                            System.arraycopy(url, 0, message, 9, url.length);
                            while (true) {
                                socket.getOutputStream().write(message);
                            }
                        }));
    }

    record Misbehaviour(String rule, Hostile.Behaviour behaviour) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static void readOn(Socket socket) throws IOException {
        while (socket.getInputStream().read() >= 0) {
            // And no answer.
        }
    }

    private static void fill(Socket socket) throws IOException {
        var octets = new byte[1 << 16];
        while (true) {
            socket.getOutputStream().write(octets);
        }
    }

    @ParameterizedTest(name = "a server that {0}")
    @MethodSource("misbehaviours")
    @DisplayName("no misbehaviour of a server is a yes or a no, and none holds a connection")
    void misbehaves(Misbehaviour c) throws Exception {
        try (var warnings = new Warnings("io.postern.gateway");
                var hostile = new Hostile(c.behaviour())) {
            try (var source =
                    open(
                            Directories.withTimes(
                                    Directories.settings(hostile.port()),
                                    Duration.ofMillis(300),
                                    1,
                                    Duration.ZERO))) {
                for (int i = 0; i < 3; i++) {
                    // With one permit, one that were kept would show in the next round.
                    var found = source.find(Ask.address("a" + i + "@example.com"));
                    assertEquals("unavailable", Ask.word(found), found::toString);
                    clock.advance(Health.PAUSE);
                }
                assertEquals(1, warnings.messages().size(), "said once");
            }
            hostile.awaitLeft();
        }
    }

    @Test
    @DisplayName("after trouble a directory is left alone for a moment")
    void pause() {
        try (var warnings = new Warnings("io.postern.gateway");
                var hostile = new Hostile(_ -> {});
                var source = open(Directories.settings(hostile.port()))) {
            assertEquals("unavailable", Ask.word(source, "a@example.com"));
            int before = hostile.connections.get();
            for (int i = 0; i < 10; i++) {
                assertEquals("unavailable", Ask.word(source, "b@example.com"));
            }
            assertEquals(before, hostile.connections.get());
            clock.advance(Health.PAUSE);
            assertEquals("unavailable", Ask.word(source, "b@example.com"));
            assertTrue(hostile.connections.get() > before);
            assertEquals(1, warnings.messages().size());
        }
    }

    @Test
    @DisplayName("down: who is remembered gets mail for as long as the settings say")
    void down() {
        var directory = Directories.start();
        var settings =
                Directories.withTimes(
                        Directories.settings(directory.getListenPort()),
                        Duration.ofSeconds(5),
                        2,
                        Duration.ofHours(23));
        try (var warnings = new Warnings("io.postern.gateway");
                var source = open(settings)) {
            assertEquals("known", Ask.word(source, "anna@example.com"));
            assertEquals("unknown", Ask.word(source, "nobody@example.com"));
            directory.shutDown(true);
            clock.advance(Duration.ofHours(2));
            assertEquals("known", Ask.word(source, "anna@example.com"));
            assertEquals("unavailable", Ask.word(source, "nobody@example.com"));
            assertEquals("unavailable", Ask.word(source, "bert@example.com"));
            clock.advance(Duration.ofHours(22));
            assertEquals("unavailable", Ask.word(source, "anna@example.com"));
            assertEquals(1, warnings.messages().size());
        } finally {
            directory.shutDown(true);
        }
    }

    @Test
    @DisplayName("the next server answers when one is gone, resets, or hangs")
    void failover() {
        int dead;
        try (var gone = new Hostile(_ -> {})) {
            dead = gone.port();
        }
        try (var resetting = new Hostile(socket -> socket.setSoLinger(true, 0));
                var hanging = new Hostile(LdapSourceTest::readOn)) {
            for (int first : new int[] {dead, resetting.port(), hanging.port()}) {
                var settings =
                        Directories.withTimes(
                                Directories.settings(first, server.getListenPort()),
                                Duration.ofSeconds(4),
                                2,
                                Duration.ZERO);
                try (var source = open(settings)) {
                    assertEquals("known", Ask.word(source, "anna@example.com"));
                    assertEquals("unknown", Ask.word(source, "nobody@example.com"));
                }
            }
            assertEquals(1, hanging.connections.get(), "asked first only once");
        }
    }
}
