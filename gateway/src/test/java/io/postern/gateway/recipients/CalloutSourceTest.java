package io.postern.gateway.recipients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Callout;
import io.postern.gateway.config.HostPort;
import io.postern.gateway.directory.Health;
import io.postern.gateway.directory.Hostile;
import io.postern.mail.Domain;
import io.postern.smtp.client.ClientSettings;
import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Recipients as the inside server says")
@Timeout(120)
class CalloutSourceTest {
    private static final Domain DOMAIN = Domain.of("example.com");
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /// An inside server that answers RCPT as it is told.
    private Hostile inside(String mail, UnaryOperator<String> rcpt) {
        return new Hostile(socket -> talk(socket, mail, rcpt));
    }

    private Hostile inside(UnaryOperator<String> rcpt) {
        return inside("250 ok", rcpt);
    }

    private void talk(Socket socket, String mail, UnaryOperator<String> rcpt) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        say(socket, "220 inside.example.com");
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            switch (line.substring(0, 4)) {
                case "EHLO" -> say(socket, "250-inside.example.com\r\n250 PIPELINING");
                case "MAIL" -> say(socket, line.equals("MAIL FROM:<>") ? mail : "500 " + line);
                case "RCPT" -> {
                    var address = line.substring("RCPT TO:<".length(), line.length() - 1);
                    asked.add(address);
                    say(socket, rcpt.apply(address));
                }
                case "QUIT" -> {
                    say(socket, "221 bye");
                    return;
                }
                default -> say(socket, "250 ok");
            }
        }
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(ISO_8859_1));
    }

    private CalloutSource source(Duration timeout, Duration stale, int... ports) {
        var settings =
                new Callout(2, timeout, Duration.ofHours(4), Duration.ofMinutes(10), stale, 1000);
        var client =
                new CalloutClient(
                        Arrays.stream(ports).mapToObj(p -> new HostPort("127.0.0.1", p)).toList(),
                        _ -> ClientSettings.plain(Domain.of("gw.example.com")).withClock(clock),
                        settings.connections(),
                        settings.timeout(),
                        clock);
        return new CalloutSource(DOMAIN, settings, client, clock, new Random(12));
    }

    private CalloutSource source(int... ports) {
        return source(Duration.ofSeconds(20), Duration.ZERO, ports);
    }

    record Case(String rule, String mail, String rcpt, String postmaster, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case rcpt(String rule, String rcpt, String want) {
        return new Case(rule, "250 ok", rcpt, "250 ok", want);
    }

    static Stream<Case> cases() {
        return Stream.of(
                rcpt("taken", "250 2.1.5 ok", "known"),
                rcpt("taken, to be forwarded", "251 will forward", "known"),
                rcpt("no such user", "550 5.1.1 no such user", "unknown"),
                rcpt("no such user, without an enhanced code", "550 no such user", "unknown"),
                rcpt("Exchange's", "550 5.1.10 RecipientNotFound", "unknown"),
                rcpt("Postfix's syntax", "501 5.1.3 bad address", "unknown"),
                rcpt("a mailbox that is switched off", "550 5.2.1 disabled", "unknown"),
                rcpt("not for strangers", "550 5.7.1 members only", "unknown"),
                rcpt("greylisting", "450 4.7.1 come again", "unavailable"),
                rcpt("trouble inside", "451 4.3.0 directory", "unavailable"),
                rcpt("full", "452 4.2.2 full", "unavailable"),
                rcpt("full, for ever", "552 5.2.2 full", "unavailable"),
                rcpt("full, by another code", "550 5.2.2 full", "unavailable"),
                rcpt("too many recipients", "552 too many", "unavailable"),
                rcpt("a command it does not know", "500 what", "unavailable"),
                rcpt("another command first", "503 5.5.1 EHLO first", "unavailable"),
                rcpt("STARTTLS first", "530 5.7.0 STARTTLS first", "unavailable"),
                rcpt("the system is full", "550 5.3.1 disk full", "unavailable"),
                rcpt("the end of the session", "421 4.3.2 bye", "unavailable"),
                rcpt("not SMTP", "hello", "unavailable"),
                new Case(
                        "what is said to MAIL is not about the recipient",
                        "550 5.7.1 you are not wanted",
                        "503 MAIL first",
                        "250 ok",
                        "unavailable"),
                new Case(
                        "a server that refuses postmaster too refuses us",
                        "250 ok",
                        "550 relay not permitted",
                        "550 relay not permitted",
                        "unavailable"),
                new Case(
                        "unless it says that there is no such address",
                        "250 ok",
                        "550 5.1.1 no such user",
                        "550 5.1.1 no such user",
                        "unknown"),
                new Case(
                        "when postmaster can't be asked, it is no no",
                        "250 ok",
                        "550 no",
                        "421 bye",
                        "unavailable"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void judged(Case c) {
        try (var warnings = new Warnings("io.postern.gateway");
                var server =
                        inside(
                                c.mail(),
                                address ->
                                        address.startsWith("postmaster@")
                                                ? c.postmaster()
                                                : address.startsWith("postern-")
                                                        ? "550 5.1.1 no"
                                                        : c.rcpt());
                var source = source(server.port())) {
            var found = source.find(Ask.address("anna@example.com"));
            assertEquals(c.want(), Ask.word(found), found::toString);
            assertTrue(warnings.messages().size() <= 1, warnings.messages()::toString);
        }
    }

    @Test
    @DisplayName("says who said it and what, asks once, and keeps the connection")
    void remembered() {
        try (var server =
                        inside(address ->
                                address.startsWith("anna")
                                        ? "250 2.1.5 yes"
                                        : "550 5.1.1 not here");
                var source = source(server.port())) {
            var where = "callout for example.com: 127.0.0.1:" + server.port() + " says ";
            assertEquals(where + "250 2.1.5 yes", Ask.words(source, "Anna@example.com"));
            assertEquals(where + "550 5.1.1 not here", Ask.words(source, "bob@example.com"));
            clock.advance(Duration.ofMinutes(1));
            assertEquals(
                    where + "250 2.1.5 yes, asked 1m ago", Ask.words(source, "anna@example.com"));
            assertEquals(
                    where + "550 5.1.1 not here, asked 1m ago",
                    Ask.words(source, "bob@example.com"));
            assertEquals(1, server.connections.get());
            assertEquals(3, asked.size(), asked::toString);
            clock.advance(Duration.ofMinutes(10));
            assertEquals("unknown", Ask.word(source, "bob@example.com"));
            assertEquals(4, asked.size(), asked::toString);
        }
    }

    @Test
    @DisplayName("the whole address is asked for, with its detail")
    void detail() {
        try (var server = inside(address -> address.contains("+") ? "550 no" : "250 ok");
                var source = source(server.port())) {
            assertEquals("unknown", Ask.word(source, "anna+shop@example.com"));
        }
    }

    @Test
    @DisplayName("a server that takes every address is found out, once in a while")
    void takesAll() {
        try (var server = inside(_ -> "250 ok");
                var source = source(server.port())) {
            for (int i = 0; i < 3; i++) {
                var words = Ask.words(source, "a" + i + "@example.com");
                assertTrue(words.endsWith("it takes every address: a random one too"), words);
            }
            assertEquals(4, asked.size(), asked::toString);
            clock.advance(Duration.ofHours(4));
            assertEquals("known", Ask.word(source, "b@example.com"));
            assertEquals(6, asked.size(), asked::toString);
            assertEquals("the server takes every address", source.standing().words());
        }
    }

    @Test
    @DisplayName("the next host answers for one that is gone, resets or refuses the session")
    void nextHost() {
        int dead;
        try (var gone = new Hostile(_ -> {})) {
            dead = gone.port();
        }
        try (var resetting = new Hostile(socket -> socket.setSoLinger(true, 0));
                var refusing = new Hostile(socket -> say(socket, "554 no service"));
                var good = inside(_ -> "250 ok");
                var source = source(dead, resetting.port(), refusing.port(), good.port())) {
            assertEquals("known", Ask.word(source, "anna@example.com"));
        }
    }

    @Test
    @DisplayName("a host that hangs costs its deadline, no connection and no permit")
    void hangs() throws Exception {
        try (var warnings = new Warnings("io.postern.gateway");
                var hostile =
                        new Hostile(socket -> {
                            say(socket, "220 inside");
                            while (socket.getInputStream().read() >= 0) {
                                // And no answer.
                            }
                        })) {
            try (var source = source(Duration.ofMillis(200), Duration.ZERO, hostile.port())) {
                for (int i = 0; i < 5; i++) {
                    var words = Ask.words(source, "a" + i + "@example.com");
                    assertTrue(words.contains("no answer within 200 ms"), words);
                    clock.advance(Health.PAUSE);
                }
                assertEquals(1, warnings.messages().size());
            }
            hostile.awaitLeft();
        }
    }

    @Test
    @DisplayName("down: who is remembered gets mail for as long as the settings say")
    void down() {
        try (var warnings = new Warnings("io.postern.gateway");
                var server =
                        inside(address -> address.startsWith("a") ? "250 ok" : "550 5.1.1 no");
                var source = source(Duration.ofSeconds(20), Duration.ofHours(20), server.port())) {
            assertEquals("known", Ask.word(source, "anna@example.com"));
            server.stop();
            clock.advance(Duration.ofHours(5));
            assertEquals("known", Ask.word(source, "anna@example.com"));
            assertEquals("unavailable", Ask.word(source, "abel@example.com"));
            clock.advance(Duration.ofHours(19));
            assertEquals("unavailable", Ask.word(source, "anna@example.com"));
            assertEquals(1, warnings.messages().size());
        }
    }

    @Test
    @DisplayName("connections that nobody uses are left")
    void idle() throws Exception {
        try (var server = inside(_ -> "550 5.1.1 no");
                var source = source(server.port())) {
            assertEquals("unknown", Ask.word(source, "a@example.com"));
            clock.advance(Duration.ofSeconds(6));
            source.refresh();
            server.awaitLeft();
            assertEquals("unknown", Ask.word(source, "b@example.com"));
            assertEquals(2, server.connections.get());
        }
    }
}
