package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Notify;
import io.postern.testkit.Corpora;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 5321 §4.1.1: command lines")
class CommandParserTest {
    /// @param want the kind of command, or code and enhanced status code
    record Case(String rule, String line, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("§2.4: verbs in any case", "mAiL fRoM:<a@one.example>", "Mail"),
                new Case("§4.1.1: white space at the end", "RSET   ", "Rset"),
                new Case("no white space at the start", " RSET", "500 5.5.2"),
                new Case("a verb that is longer", "RSETX", "500 5.5.2"),
                new Case("an empty line", "", "500 5.5.2"),
                new Case("a tab is no space", "MAIL\tFROM:<a@one.example>", "500 5.5.2"),
                new Case("DEL and C1 are controls", "NOOP \u007f", "500 5.5.2"),
                new Case("C1 too", "NOOP \u0085", "500 5.5.2"),
                new Case("malformed UTF-8", "NOOP \uFFFD", "500 5.5.2"),
                new Case("§4.1.1.2: null reverse-path", "MAIL FROM:<>", "Mail"),
                new Case("§4.1.1.3: no null forward-path", "RCPT TO:<>", "501 5.1.3"),
                new Case("§4.2.4: known and not done", "ETRN example.com", "NotImplemented"),
                new Case("§4.2.4: no lists are told", "EXPN staff", "Expn"),
                new Case("§4.1.1.3: postmaster alone", "RCPT TO:<postmaster>", "Rcpt"),
                new Case("FROM for TO", "RCPT FROM:<a@one.example>", "501 5.5.4"),
                new Case("no brackets", "MAIL FROM:a@one.example", "501 5.5.4"),
                new Case("no end", "MAIL FROM:<a@one.example", "501 5.1.7"),
                new Case(
                        "brackets in a quoted string",
                        "MAIL FROM:<\"a> SIZE=1\"@one.example> SIZE=2",
                        "Mail"),
                new Case("no space", "MAIL FROM:<a@one.example>SIZE=2", "501 5.5.4"),
                new Case("RFC 1870 §3: 20 digits", "MAIL FROM:<> SIZE=" + "9".repeat(20), "Mail"),
                new Case("no more", "MAIL FROM:<> SIZE=" + "0".repeat(21), "501 5.5.4"),
                new Case("RFC 3030 §2: BDAT", "bdat 10 last", "Bdat"),
                new Case("BDAT needs a size", "BDAT LAST", "501 5.5.4"),
                new Case("BDAT with more", "BDAT 1 LAST x", "501 5.5.4"),
                new Case("BDAT of a negative size", "BDAT -1", "501 5.5.4"),
                new Case("§4.2.4: known, not done", "TURN", "NotImplemented"),
                new Case("RFC 4954 §4: AUTH", "auth scram-sha-256-plus", "Auth"),
                new Case("AUTH with a response", "AUTH PLAIN AGEAYg==", "Auth"),
                new Case("AUTH with an empty response", "AUTH EXTERNAL =", "Auth"),
                new Case("AUTH alone", "AUTH", "501 5.5.4"),
                new Case("AUTH with more", "AUTH PLAIN AGEAYg== x", "501 5.5.4"),
                new Case("AUTH=LOGIN, an old mistake", "AUTH=LOGIN", "500 5.5.2"),
                new Case("RFC 4422 §3.1: no such name", "AUTH P/AIN", "501 5.5.4"),
                new Case("at most 20 letters", "AUTH " + "A".repeat(21), "501 5.5.4"),
                new Case(
                        "RFC 4954 §5: AUTH of MAIL", "MAIL FROM:<> AUTH=e+3Dmc2@x.example", "Mail"),
                new Case("AUTH of MAIL, nobody", "MAIL FROM:<> AUTH=<>", "Mail"),
                new Case("AUTH of MAIL is xtext", "MAIL FROM:<> AUTH=a+3", "501 5.5.4"),
                new Case("AUTH of MAIL has a value", "MAIL FROM:<> AUTH", "501 5.5.4"),
                new Case(
                        "AUTH of MAIL is bounded",
                        "MAIL FROM:<> AUTH=" + "a".repeat(501),
                        "501 5.5.4"),
                new Case("STARTTLS alone", "STARTTLS", "StartTls"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void parse(Case c) {
        var got =
                switch (CommandParser.parse(c.line())) {
                    case CommandParser.Parsed.Ok(var command) -> command.getClass().getSimpleName();
                    case CommandParser.Parsed.Bad(var reply) ->
                            reply.code() + " " + reply.enhanced();
                };
        assertEquals(c.want(), got);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MAIL FROM:<> RET=HDRS",
                "MAIL FROM:<> RET=NONSENSE",
                "MAIL FROM:<> ENVID=x",
                "RCPT TO:<a@one.example> NOTIFY=SUCCESS",
                "RCPT TO:<a@one.example> ORCPT=rfc822;a@one.example"
            })
    @DisplayName("RFC 5321 §4.1.1.11: without DSN its parameters are not known, whatever they say")
    void withoutDsn(String line) {
        assertTrue(
                CommandParser.parse(line, false) instanceof CommandParser.Parsed.Bad(var reply)
                        && reply.toString().startsWith("555 5.5.4 "));
    }

    @Test
    @DisplayName("RFC 3461 §4: the parameters of a DSN are kept as they are on the wire")
    void dsn() {
        var ok =
                assertInstanceOf(
                        CommandParser.Parsed.Ok.class,
                        CommandParser.parse(
                                "RCPT TO:<c@here.example> ORCPT=rfc822;a+2Bb NOTIFY=delay,FAILURE"));
        var rcpt = assertInstanceOf(Command.Rcpt.class, ok.command());
        assertEquals("rfc822;a+2Bb", rcpt.recipient().originalRecipient().orElse(""));
        assertEquals(
                Set.copyOf(EnumSet.of(Notify.Outcome.DELAY, Notify.Outcome.FAILURE)),
                rcpt.recipient().notifyOn().orElseThrow().on());
    }

    @Test
    @DisplayName("RFC 5321 §4.1.2: of Postfix's token samples only the two proper paths are taken")
    void postfixTokens() throws IOException {
        var folder = Corpora.folder("smtp/postfix-in-ref");
        if (folder.isEmpty()) {
            return;
        }
        var taken = new StringBuilder();
        for (var line : Files.readAllLines(folder.get().resolve("smtpd/smtpd_token.in"))) {
            var parsed = CommandParser.parse(line);
            taken.append(parsed instanceof CommandParser.Parsed.Ok ? 'y' : 'n');
        }
        assertEquals("yy" + "n".repeat(taken.length() - 2), taken.toString());
    }

    @Test
    @DisplayName("random lines never throw")
    void random() {
        var random = new Random(5321);
        var pieces =
                new String[] {
                    "MAIL FROM:", "RCPT TO:", "<", ">", "@", "a", "\"", "\\", " ", "SIZE=", "BODY=",
                    "8BITMIME", "ORCPT=", ";", "+", "4", "[", "]", "IPv6:", ":", "NOTIFY=", ",",
                    "BDAT ", "\ud83d\ude00", "\ud83d", "\u00e9", ".", "ENVID=", "="
                };
        for (int round = 0; round < 100_000; round++) {
            var line = new StringBuilder(pieces[random.nextInt(3)]);
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                line.append(pieces[random.nextInt(pieces.length)]);
            }
            assertNotNull(CommandParser.parse(line.toString()));
        }
    }

    @Test
    @DisplayName("RFC 3463 §2: enhanced status codes")
    void enhanced() {
        assertEquals("5.7.1", EnhancedStatusCode.parse("5.7.1").orElseThrow().toString());
        assertEquals("4.4.10", EnhancedStatusCode.leading("4.4.10 x").orElseThrow().toString());
        for (var bad :
                new String[] {"", "5.7", "3.0.0", "5.07.1", "5.1000.1", "5.7.1 ", "x5.7.1"}) {
            assertTrue(EnhancedStatusCode.parse(bad).isEmpty(), bad);
        }
        assertTrue(new EnhancedStatusCode(5, 7, 1).fits(550));
        assertTrue(!new EnhancedStatusCode(5, 7, 1).fits(450));
    }
}
