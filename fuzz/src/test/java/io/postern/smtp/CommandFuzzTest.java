package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ReversePath;
import io.postern.smtp.CommandParser.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// A command line never throws; a path that was read prints, and is read again as the same.
class CommandFuzzTest {
    static Stream<byte[]> seeds() {
        var own =
                Seeds.texts(
                        "EHLO client.example",
                        "EHLO [127.0.0.1]",
                        "HELO x",
                        "MAIL FROM:<>",
                        "MAIL FROM:<a@b.example> SIZE=1 BODY=8BITMIME RET=HDRS ENVID=a+2Bb SMTPUTF8",
                        "MAIL FROM:<a@b.example> AUTH=<>",
                        "RCPT TO:<\"a@b\"@c.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+40b",
                        "RCPT TO:<@relay.example:u@c.example>",
                        "RCPT TO:<Postmaster>",
                        "BDAT 99999999999999999999 LAST",
                        "AUTH SCRAM-SHA-256-PLUS biwsbj11c2VyLHI9",
                        "AUTH PLAIN =",
                        "VRFY a",
                        "STARTTLS x",
                        "NOOP " + "x".repeat(600),
                        // Postfix's, Exchange's and others' old falls.
                        "EHLO " + "a".repeat(2000),
                        "EHLO \u0000",
                        "AUTH \u0000\u00ff",
                        "AUTH NTLM TlRMTVNTUAAC");
        return Stream.concat(
                own,
                Seeds.corpus("smtp/postfix-in-ref")
                        .flatMap(file -> Seeds.text(file).lines())
                        .filter(line -> !line.isEmpty())
                        .distinct()
                        .map(line -> line.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "MAIL FROM:<",
        "RCPT TO:<",
        "EHLO ",
        "HELO ",
        "BDAT ",
        " LAST",
        "AUTH ",
        " SIZE=",
        " BODY=BINARYMIME",
        " SMTPUTF8",
        " ORCPT=rfc822;",
        " NOTIFY=NEVER",
        " ENVID=",
        "[IPv6:",
        "\\\""
    })
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] octets) {
        reads(new String(octets, StandardCharsets.ISO_8859_1));
        reads(new String(octets, StandardCharsets.UTF_8));
    }

    private static void reads(String line) {
        switch (CommandParser.parse(line)) {
            case Parsed.Bad(var reply) -> assertEquals(5, reply.code() / 100, reply.toString());
            case Parsed.Ok(Command.Mail mail) ->
                    assertEquals(
                            mail.envelope().reversePath(), again(mail.envelope().reversePath()));
            case Parsed.Ok(Command.Rcpt rcpt) ->
                    assertEquals(rcpt.recipient().path(), again(rcpt.recipient()).path());
            case Parsed.Ok(_) -> {}
        }
    }

    private static ReversePath again(ReversePath path) {
        return switch (CommandParser.parse("MAIL FROM:" + path + " SMTPUTF8")) {
            case Parsed.Ok(Command.Mail mail) -> mail.envelope().reversePath();
            case Parsed.Ok(_), Parsed.Bad(_) ->
                    throw new AssertionError("printed, but not read again: " + path);
        };
    }

    private static EnvelopeRecipient again(EnvelopeRecipient recipient) {
        return switch (CommandParser.parse("RCPT TO:" + recipient.path())) {
            case Parsed.Ok(Command.Rcpt rcpt) -> rcpt.recipient();
            case Parsed.Ok(_), Parsed.Bad(_) ->
                    throw new AssertionError("printed, but not read again: " + recipient.path());
        };
    }
}
