package io.postern.gateway.users;

import static io.postern.gateway.users.UserRig.PASSWORD;
import static io.postern.gateway.users.UserRig.done;
import static io.postern.gateway.users.UserRig.inClear;
import static io.postern.gateway.users.UserRig.overTls;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.smtp.Reply;
import io.postern.smtp.sasl.ChannelBindings;
import io.postern.smtp.server.AuthExchange;
import io.postern.smtp.server.AuthExchange.Answer;
import io.postern.smtp.server.ClientCertificate;
import io.postern.smtp.server.SessionFacts;
import io.postern.testkit.ScramClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("RFC 4954: authentication")
class AuthenticatorTest {
    private static final String CLIENT = "192.0.2.1";
    private static final SessionFacts TLS = overTls(CLIENT, Optional.empty());
    private static final byte[] CHANNEL = "channel".getBytes(StandardCharsets.US_ASCII);
    private static final ChannelBindings BINDINGS =
            type -> type.equals("tls-exporter") ? Optional.of(CHANNEL) : Optional.empty();

    @TempDir private Path folder;
    private UserRig rig;

    @BeforeEach
    void open() {
        rig = new UserRig(folder, "failures = 3");
        done(rig.users.add("alice", List.of("alice@example.com"), PASSWORD));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static String shown(Answer answer) {
        return switch (answer) {
            case Answer.Granted(var user) -> "granted " + user;
            case Answer.Refuse(var reply) -> reply.toString();
            case Answer.Close(var reply) -> "close " + reply;
            case Answer.Challenge(var text) -> "334 " + text;
        };
    }

    private String plain(String user, String password) {
        var exchange = rig.authenticator.exchange(TLS, "PLAIN", BINDINGS);
        return shown(exchange.respond("\0" + user + "\0" + password));
    }

    private String scram(String mechanism, String header, String user, String password) {
        return scram(rig.authenticator.exchange(TLS, mechanism, BINDINGS), header, user, password);
    }

    private static String scram(
            AuthExchange exchange, String header, String user, String password) {
        var bound = header.startsWith("p") ? CHANNEL : new byte[0];
        var client = new ScramClient(header, bound, user, password, "fyko+d2lbbFgONRv9qkxdawL");
        if (!(exchange.respond(client.first()) instanceof Answer.Challenge(var challenge))) {
            return "refused at first";
        }
        var last = exchange.respond(client.last(challenge));
        if (!(last instanceof Answer.Challenge(var signature))) {
            return shown(last);
        }
        assertTrue(client.trusts(signature));
        return shown(exchange.respond(""));
    }

    @Test
    @DisplayName("an exchange that is left after a name was given costs what a wrong password does")
    void abandoned() {
        for (int i = 1; i <= 3; i++) {
            var exchange = rig.authenticator.exchange(TLS, "SCRAM-SHA-256", BINDINGS);
            exchange.respond("n,,n=alice,r=fyko+d2lbbFgONRv9qkxdawL");
            var answer = exchange.abandoned(Reply.of(501, "5.7.0", "cancelled"));
            assertEquals("501 5.7.0 cancelled", shown(answer));
            assertEquals(i, rig.waits.size());
        }
        var early = rig.authenticator.exchange(TLS, "PLAIN", BINDINGS);
        assertEquals(
                "501 5.7.0 cancelled", shown(early.abandoned(Reply.of(501, "5.7.0", "cancelled"))));
        assertEquals(3, rig.waits.size());
    }

    @Test
    @DisplayName("§4: mechanisms go with the session")
    void offered() {
        assertEquals(List.of(), rig.authenticator.mechanisms(inClear(CLIENT)));
        assertEquals(
                List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"),
                rig.authenticator.mechanisms(TLS));
        var shown = new ClientCertificate("CN=alice", List.of());
        assertEquals(
                "EXTERNAL",
                rig.authenticator.mechanisms(overTls(CLIENT, Optional.of(shown))).getLast());
    }

    @Test
    @DisplayName("PLAIN, both SCRAMs: the right password")
    void right() {
        assertEquals("granted alice", plain("Alice", PASSWORD));
        assertEquals("granted alice", scram("SCRAM-SHA-256", "n,,", "alice", PASSWORD));
        assertEquals(
                "granted alice",
                scram("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", "ALICE", PASSWORD));
        assertEquals(List.of(), rig.waits);
    }

    @Test
    @DisplayName("an unknown user and a wrong password are answered the same, after the same wait")
    void noOracle() {
        var wrong = "535 5.7.8 authentication failed";
        assertEquals(wrong, plain("alice", "wrong horse"));
        assertEquals(wrong, plain("bob", "wrong horse"));
        assertEquals(wrong, plain("b ob", "wrong horse"), "a name that nobody can have");
        assertEquals(wrong, scram("SCRAM-SHA-256", "n,,", "alice", "wrong horse"));
        assertEquals(wrong, scram("SCRAM-SHA-256", "n,,", "bob", "wrong horse"));
        var second = Duration.ofSeconds(1);
        assertEquals(List.of(second, second, second, second, second), rig.waits);
    }

    @Test
    @DisplayName("a locked name is not tried, with the right password neither, whoever it is")
    void locked() {
        var locked = "454 4.7.0 too many failed logins, try again later";
        for (var user : List.of("alice", "bob")) {
            for (int i = 0; i < 3; i++) {
                plain(user, "wrong horse");
            }
            assertEquals(locked, plain(user, PASSWORD));
            assertEquals("refused at first", scram("SCRAM-SHA-256", "n,,", user, PASSWORD));
        }
        rig.clock.advance(Duration.ofMinutes(5));
        assertEquals("granted alice", plain("alice", PASSWORD));
    }

    @Test
    @DisplayName("§4: what is not a message of the mechanism is 501")
    void malformed() {
        assertEquals("501 5.5.2 not a message of PLAIN", plain("", ""));
        var scram = rig.authenticator.exchange(TLS, "SCRAM-SHA-256", BINDINGS);
        assertEquals("501 5.5.2 not a message of SCRAM-SHA-256", shown(scram.respond("hello")));
    }

    @Test
    @DisplayName("RFC 5802 §6: a client that was talked down from PLUS is refused")
    void downgraded() {
        assertEquals("refused at first", scram("SCRAM-SHA-256", "y,,", "alice", PASSWORD));
    }

    @Test
    @DisplayName("RFC 4422 appendix A: EXTERNAL is whoever the certificate names, and nobody else")
    void external() {
        done(rig.users.add("cron@example.com", List.of(), PASSWORD));
        var certificate = new ClientCertificate("CN=Alice,O=Example", List.of("cron@example.com"));
        var session = overTls(CLIENT, Optional.of(certificate));
        assertEquals("granted cron@example.com", external(session, ""));
        assertEquals("granted alice", external(session, "alice"));
        assertEquals("535 5.7.8 authentication failed", external(session, "bob"));
        assertEquals("501 5.5.2 not a message of EXTERNAL", external(session, "a b"));
        var stranger = new ClientCertificate("CN=mallory", List.of());
        assertEquals(
                "535 5.7.8 authentication failed",
                external(overTls(CLIENT, Optional.of(stranger)), ""));
        assertEquals(
                "535 5.7.8 authentication failed",
                external(overTls(CLIENT, Optional.of(stranger)), "alice"));
    }

    private String external(SessionFacts session, String response) {
        return shown(rig.authenticator.exchange(session, "EXTERNAL", BINDINGS).respond(response));
    }

    @Test
    @DisplayName("a user who is removed while the exchange goes on does not get in")
    void removed() {
        var exchange = rig.authenticator.exchange(TLS, "SCRAM-SHA-256", BINDINGS);
        var client = new ScramClient("n,,", new byte[0], "alice", PASSWORD, "abc");
        var challenge = (Answer.Challenge) exchange.respond(client.first());
        exchange.respond(client.last(challenge.text()));
        done(rig.users.remove("alice"));
        assertEquals("535 5.7.8 authentication failed", shown(exchange.respond("")));
    }
}
