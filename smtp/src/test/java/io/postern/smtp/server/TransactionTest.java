package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 5321 §4.1.4: the transaction, command by command")
class TransactionTest {
    private static final Transaction.Rules RULES = new Transaction.Rules(true, false, 1000, 2);
    private static final String MAIL = "MAIL FROM:<a@one.example>";
    private static final String RCPT = "RCPT TO:<c@here.example>";
    private static final String OTHER = "RCPT TO:<d@here.example>";

    /// @param commands told one after the other, separated by `; `
    /// @param want the codes of the replies and the state after
    record Case(String rule, String commands, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("RCPT needs MAIL", RCPT, "503 None"),
                new Case("DATA needs MAIL", "DATA", "503 None"),
                new Case("DATA needs RCPT", MAIL + "; DATA", "250 503 Open[0]"),
                new Case("the usual", MAIL + "; " + RCPT + "; DATA", "250 250 354 Open[1]"),
                new Case(
                        "nested MAIL leaves the transaction as it was",
                        MAIL + "; " + RCPT + "; MAIL FROM:<b@two.example>",
                        "250 250 503 Open[1]"),
                new Case("RSET forgets", MAIL + "; RSET", "250 250 None"),
                new Case("EHLO forgets", MAIL + "; EHLO x", "250 250 None"),
                new Case("STARTTLS forgets", MAIL + "; STARTTLS", "250 220 None"),
                new Case("RFC 4954 §4: AUTH before", "AUTH PLAIN; " + MAIL, "235 250 Open[0]"),
                new Case(
                        "RFC 4954 §4: AUTH in a transaction",
                        MAIL + "; AUTH PLAIN; " + RCPT + "; AUTH PLAIN",
                        "250 503 250 503 Open[1]"),
                new Case("NOOP does not", MAIL + "; NOOP; VRFY x; HELP", "250 250 252 214 Open[0]"),
                new Case(
                        "recipients are bounded",
                        MAIL + "; " + RCPT + "; " + OTHER + "; RCPT TO:<e@here.example>",
                        "250 250 250 452 Open[2]"),
                new Case(
                        "RFC 5321 §4.1.1.3: a recipient named twice is kept once",
                        MAIL + "; " + RCPT + "; " + RCPT + "; " + OTHER + "; " + RCPT,
                        "250 250 250 250 250 Open[2]"),
                new Case(
                        "RFC 3461 §4: but not with other parameters",
                        MAIL + "; " + RCPT + "; " + RCPT + " NOTIFY=NEVER",
                        "250 250 250 Open[2]"),
                new Case("SIZE is bounded", MAIL + " SIZE=1001; " + MAIL, "552 250 Open[0]"),
                new Case(
                        "BDAT after BDAT",
                        MAIL + "; " + RCPT + "; BDAT 400; BDAT 600 LAST",
                        "250 250 250 250 None"),
                new Case(
                        "BDAT, then MAIL without RSET",
                        MAIL + "; " + RCPT + "; BDAT 4; " + MAIL + "; " + RCPT + "; DATA",
                        "250 250 250 503 503 503 Chunking 4"),
                new Case(
                        "chunks are bounded together",
                        MAIL + "; " + RCPT + "; BDAT 400; BDAT 601; BDAT 1 LAST; " + RCPT,
                        "250 250 250 552 503 503 Failed"),
                new Case(
                        "MAIL begins anew after failed chunks",
                        MAIL + "; " + RCPT + "; BDAT 1001; " + MAIL,
                        "250 250 552 250 Open[0]"),
                new Case(
                        "a size beyond all numbers",
                        MAIL + "; " + RCPT + "; BDAT 1; BDAT 99999999999999999999",
                        "250 250 250 552 Failed"),
                new Case(
                        "BINARYMIME needs BDAT",
                        MAIL + " BODY=BINARYMIME; " + RCPT + "; DATA; BDAT 1 LAST",
                        "250 250 503 250 None"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void apply(Case c) {
        var codes = new StringBuilder();
        var transaction = Transaction.NONE;
        for (var line : c.commands().split("; ", -1)) {
            switch (Transaction.apply(transaction, command(line), RULES)) {
                case Step.Agreed(var next, var reply) -> {
                    codes.append(reply.code()).append(' ');
                    transaction = next;
                }
                case Step.Failed(var next, var reply) -> {
                    codes.append(reply.code()).append(' ');
                    transaction = next;
                }
                case Step.Refused(var reply) -> codes.append(reply.code()).append(' ');
            }
        }
        var state =
                switch (transaction) {
                    case Transaction.None() -> "None";
                    case Transaction.Open(var envelope) ->
                            "Open[" + envelope.recipients().size() + "]";
                    case Transaction.Chunking(_, var octets) -> "Chunking " + octets;
                    case Transaction.Failed() -> "Failed";
                };
        assertEquals(c.want(), codes + state);
    }

    @ParameterizedTest(name = "RFC 3207 §4: {0} in clear")
    @MethodSource("inClear")
    void inClear(Case c) {
        var rules = new Transaction.Rules(true, true, 1000, 2);
        switch (Transaction.apply(Transaction.NONE, command(c.commands()), rules)) {
            case Step.Agreed(_, var reply) -> assertEquals(c.want(), "" + reply.code());
            case Step.Refused(var reply) -> assertEquals(c.want(), "" + reply.code());
            case Step.Failed _ -> fail("nothing can fail here");
        }
    }

    static Stream<Case> inClear() {
        return Stream.of(
                new Case("EHLO", "EHLO x", "250"),
                new Case("NOOP", "NOOP", "250"),
                new Case("STARTTLS", "STARTTLS", "220"),
                new Case("QUIT", "QUIT", "221"),
                new Case("MAIL", MAIL, "530"),
                new Case("RCPT", RCPT, "530"),
                new Case("BDAT", "BDAT 1", "530"),
                new Case("VRFY", "VRFY x", "530"),
                new Case("AUTH", "AUTH PLAIN", "530"),
                new Case("RSET", "RSET", "530"));
    }

    private static Command command(String line) {
        return assertInstanceOf(CommandParser.Parsed.Ok.class, CommandParser.parse(line)).command();
    }
}
