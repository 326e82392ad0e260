package io.postern.smtp.sasl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.smtp.sasl.ScramServer.Binding;
import io.postern.testkit.ScramClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5802, RFC 7677: SCRAM-SHA-256")
class ScramServerTest {
    private static final String NONE = "";
    private static final String CHANNEL = "the channel";
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final ScramKeys KEYS = ScramKeys.of("pencil", SALT, 4096);
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    private static ScramServer server(Binding binding) {
        return new ScramServer(
                binding,
                type ->
                        type.equals("tls-exporter")
                                ? Optional.of(octets(CHANNEL))
                                : Optional.empty(),
                user ->
                        switch (user) {
                            case "user", "a,b=c" -> Optional.of(KEYS);
                            case "down" -> Optional.empty();
                            default -> Optional.of(nobody(user));
                        },
                () -> SERVER_NONCE);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ScramKeys nobody(String user) {
        return ScramKeys.ofNobody(octets(user), 16, 4096);
    }

    @Test
    @DisplayName("RFC 7677 §3: the example, octet for octet")
    void example() {
        var server = server(Binding.NONE);
        assertEquals(
                new SaslStep.Challenge(
                        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
                server.respond("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
        assertEquals(
                new SaslStep.Challenge("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
                server.respond(
                        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
        assertEquals(new SaslStep.Success("user"), server.respond(""));
    }

    /// @param want how it ends
    record Exchange(
            String rule,
            Binding binding,
            String header,
            String data,
            String user,
            String password,
            String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Exchange> exchanges() {
        var wrong = "another channel";
        return Stream.of(
                exchange("the right password", Binding.NONE, "n,,", NONE, "user", "success"),
                new Exchange(
                        "a wrong password",
                        Binding.NONE,
                        "n,,",
                        NONE,
                        "user",
                        "Pencil",
                        "CREDENTIALS"),
                exchange("nobody", Binding.NONE, "n,,", NONE, "nobody", "CREDENTIALS"),
                exchange("no directory", Binding.NONE, "n,,", NONE, "down", "UNAVAILABLE"),
                exchange(
                        "§5.1: comma and equals in a name",
                        Binding.NONE,
                        "n,,",
                        NONE,
                        "a,b=c",
                        "success"),
                exchange(
                        "§6: bound",
                        Binding.DEMANDED,
                        "p=tls-exporter,,",
                        CHANNEL,
                        "user",
                        "success"),
                exchange(
                        "§6: PLUS without binding",
                        Binding.DEMANDED,
                        "n,,",
                        NONE,
                        "user",
                        "CHANNEL_BINDING"),
                exchange(
                        "§6: PLUS, said not to be offered",
                        Binding.DEMANDED,
                        "y,,",
                        NONE,
                        "user",
                        "CHANNEL_BINDING"),
                exchange(
                        "§6: an unknown type",
                        Binding.DEMANDED,
                        "p=tls-unique,,",
                        CHANNEL,
                        "user",
                        "CHANNEL_BINDING"),
                exchange(
                        "§6: another channel",
                        Binding.DEMANDED,
                        "p=tls-exporter,,",
                        wrong,
                        "user",
                        "CHANNEL_BINDING"),
                exchange(
                        "§6: talked down", Binding.OFFERED, "y,,", NONE, "user", "CHANNEL_BINDING"),
                exchange(
                        "a client that can't bind",
                        Binding.OFFERED,
                        "n,,",
                        NONE,
                        "user",
                        "success"),
                exchange(
                        "PLUS not offered, and the client says so",
                        Binding.NONE,
                        "y,,",
                        NONE,
                        "user",
                        "success"),
                exchange(
                        "§6: binding without PLUS",
                        Binding.NONE,
                        "p=tls-exporter,,",
                        CHANNEL,
                        "user",
                        "CHANNEL_BINDING"),
                exchange("acting as oneself", Binding.NONE, "n,a=user,", NONE, "user", "success"),
                exchange(
                        "acting as another",
                        Binding.NONE,
                        "n,a=root,",
                        NONE,
                        "user",
                        "CREDENTIALS"));
    }

    private static Exchange exchange(
            String rule, Binding binding, String header, String data, String user, String want) {
        return new Exchange(rule, binding, header, data, user, "pencil", want);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("exchanges")
    void exchange(Exchange e) {
        var server = server(e.binding());
        var client =
                new ScramClient(
                        e.header(),
                        octets(e.data()),
                        e.user(),
                        e.password(),
                        "rOprNGfwEbeRWgbNEkqO");
        assertEquals(e.want(), play(server, client));
    }

    private static String play(ScramServer server, ScramClient client) {
        var step = server.respond(client.first());
        if (step instanceof SaslStep.Challenge(var first)) {
            step = server.respond(client.last(first));
        }
        if (step instanceof SaslStep.Challenge(var last)) {
            assertTrue(client.trusts(last), last);
            step = server.respond("");
        }
        return switch (step) {
            case SaslStep.Success _ -> "success";
            case SaslStep.Failure(var reason, _, _) -> reason.toString();
            case SaslStep.Challenge(var more) -> more;
        };
    }

    record Message(String rule, String text) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Message> badFirst() {
        return Stream.of(
                new Message("nothing", ""),
                new Message("no GS2 header", "n=user,r=abc"),
                new Message("§7: an upper-case flag", "N,,n=user,r=abc"),
                new Message("p without a type", "p=,,n=user,r=abc"),
                new Message("§5.1: a mandatory extension", "n,,m=x,n=user,r=abc"),
                new Message("no name", "n,,n=,r=abc"),
                new Message("no nonce", "n,,n=user,r="),
                new Message("a space in the nonce", "n,,n=user,r=a b"),
                new Message("a letter beyond ASCII in the nonce", "n,,n=user,r=\u00e9"),
                new Message("an over-long nonce", "n,,n=user,r=" + "a".repeat(257)),
                new Message("an over-long name", "n,,n=" + "a".repeat(256) + ",r=abc"),
                new Message("NUL in the name", "n,,n=us\0er,r=abc"),
                new Message("a control in the name", "n,,n=us\u0007er,r=abc"),
                new Message("§5.1: = alone", "n,,n=us=er,r=abc"),
                new Message("§5.1: =2c in lower case", "n,,n=us=2cer,r=abc"),
                new Message("a name that prepares to nothing", "n,,n=\u00ad,r=abc"),
                new Message("an extension without a value", "n,,n=user,r=abc,x="),
                new Message("an extension that is none", "n,,n=user,r=abc,xyz"),
                new Message("a comma more", "n,,n=user,r=abc,"),
                new Message("the last first", "c=biws,r=abc,p=AAAA"));
    }

    @ParameterizedTest(name = "§7: {0}")
    @MethodSource("badFirst")
    void firstMessages(Message m) {
        var failure = server(Binding.NONE).respond(m.text());
        assertEquals("MALFORMED", ((SaslStep.Failure) failure).reason().toString());
    }

    static Stream<Message> badFinal() {
        var nonce = "abc" + SERVER_NONCE;
        var proof = Base64.getEncoder().encodeToString(new byte[32]);
        return Stream.of(
                new Message("MALFORMED nothing", ""),
                new Message("MALFORMED no proof", "c=biws,r=" + nonce),
                new Message("MALFORMED no binding", "r=" + nonce + ",p=" + proof),
                new Message("MALFORMED not base64", "c=biws,r=" + nonce + ",p=AAA"),
                new Message("MALFORMED set padding bits", "c=biwt=,r=" + nonce + ",p=" + proof),
                new Message(
                        "MALFORMED more after the proof",
                        "c=biws,r=" + nonce + ",p=" + proof + ",x=y"),
                new Message("CREDENTIALS the client's nonce alone", "c=biws,r=abc,p=" + proof),
                new Message("CREDENTIALS a nonce with more", "c=biws,r=" + nonce + "x,p=" + proof),
                new Message("CHANNEL_BINDING another header", "c=eSws,r=" + nonce + ",p=" + proof),
                new Message("CREDENTIALS a short proof", "c=biws,r=" + nonce + ",p=AAAA"),
                new Message("CREDENTIALS a zero proof", "c=biws,r=" + nonce + ",p=" + proof));
    }

    @ParameterizedTest(name = "§7: {0}")
    @MethodSource("badFinal")
    void finalMessages(Message m) {
        var server = server(Binding.NONE);
        server.respond("n,,n=user,r=abc");
        var failure = (SaslStep.Failure) server.respond(m.text());
        assertEquals(m.rule().substring(0, m.rule().indexOf(' ')), failure.reason().toString());
        var after = (SaslStep.Failure) server.respond("");
        assertEquals(
                SaslStep.Reason.MALFORMED, after.reason(), "an exchange fails once and for all");
    }

    @Test
    @DisplayName("no success without the client's last, empty response")
    void confirmed() {
        var server = server(Binding.NONE);
        var client = new ScramClient("n,,", new byte[0], "user", "pencil", "abc");
        var first = (SaslStep.Challenge) server.respond(client.first());
        server.respond(client.last(first.text()));
        assertEquals(SaslStep.Reason.MALFORMED, ((SaslStep.Failure) server.respond("x")).reason());
    }

    @Test
    @DisplayName("§9: nobody's salt is always the same for a name, and another for another")
    void nobodys() {
        assertEquals(nobody("x").text(), nobody("x").text());
        assertNotEquals(nobody("x").saltBase64(), nobody("y").saltBase64());
        assertEquals(KEYS.saltBase64().length(), nobody("x").saltBase64().length());
    }

    @Test
    @DisplayName("RFC 5803 §3: keys as text")
    void text() {
        assertEquals(KEYS.text(), ScramKeys.parse(KEYS.text()).orElseThrow().text());
        assertFalse(KEYS.toString().contains("$"));
        for (var bad :
                new String[] {
                    "",
                    KEYS.text().replace("SHA-256", "SHA-1"),
                    KEYS.text().replace("4096", "4095"),
                    KEYS.text().replace("4096", "99999999"),
                    KEYS.text().replace(":W22Z", ":W2"),
                    KEYS.text() + "=",
                    KEYS.text().substring(0, KEYS.text().length() - 4)
                }) {
            assertTrue(ScramKeys.parse(bad).isEmpty(), bad);
        }
    }

    @Test
    @DisplayName("random messages never throw, and never succeed")
    void random() {
        var random = new Random(5802);
        var bindings = java.util.List.of(Binding.values());
        var pieces =
                new String[] {
                    "n,",
                    "y,",
                    "p=tls-exporter,",
                    ",",
                    "n=",
                    "user",
                    "r=",
                    "abc",
                    "=2C",
                    "=",
                    "a=",
                    "c=",
                    "biws",
                    "p=",
                    "AAAA",
                    "\0",
                    "\u00e9",
                    "\ud83d",
                    "m=",
                    "s=",
                    "i=1",
                    SERVER_NONCE
                };
        for (int round = 0; round < 20_000; round++) {
            var server = server(bindings.get(random.nextInt(3)));
            for (int step = 0; step < 3; step++) {
                var text = new StringBuilder();
                int length = random.nextInt(10);
                for (int i = 0; i < length; i++) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                assertFalse(server.respond(text.toString()) instanceof SaslStep.Success);
            }
        }
    }
}
