package io.postern.smtp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.mail.BodyType;
import io.postern.mail.ContentFacts;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.Notify;
import io.postern.mail.Ret;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TransactionPlanTest {
    private static final ContentFacts PLAIN = TestContent.PLAIN;
    private static final ContentFacts EIGHT_BIT_BODY =
            new ContentFacts(false, true, 70, false, false);
    private static final ContentFacts EIGHT_BIT_HEADER =
            new ContentFacts(true, false, 70, false, false);
    private static final ContentFacts BARE_LF = new ContentFacts(false, false, 70, true, false);
    private static final ContentFacts NUL = new ContentFacts(false, false, 70, false, true);

    private static Envelope envelope(BodyType body, boolean smtpUtf8, String localPart) {
        return new Envelope(
                new ReversePath.Of(new Mailbox(localPart, Domain.of("example.com"))),
                body,
                smtpUtf8,
                Optional.of(Ret.HDRS),
                Optional.of("id+201"),
                List.of(
                        new EnvelopeRecipient(
                                new ForwardPath.Of(new Mailbox("bob", Domain.of("example.net"))),
                                Optional.of(
                                        new Notify(
                                                Set.of(
                                                        Notify.Outcome.DELAY,
                                                        Notify.Outcome.SUCCESS))),
                                Optional.of("rfc822;bob@example.org")),
                        new EnvelopeRecipient(
                                new ForwardPath.Postmaster(),
                                Optional.of(Notify.NEVER),
                                Optional.empty())));
    }

    private static final Envelope SEVEN = envelope(BodyType.SEVEN_BIT, false, "alice");
    private static final Envelope EIGHT = envelope(BodyType.EIGHT_BIT_MIME, false, "alice");
    private static final Envelope BINARY = envelope(BodyType.BINARY_MIME, false, "alice");
    private static final Envelope UTF8 = envelope(BodyType.EIGHT_BIT_MIME, true, "alice");
    private static final Envelope UTF8_PATH = envelope(BodyType.EIGHT_BIT_MIME, true, "zoë");

    private record Mail(
            String rule, Envelope envelope, ContentFacts facts, String offered, String result) {}

    @TestFactory
    Stream<DynamicTest> mail() {
        return Stream.of(
                        new Mail(
                                "RFC 5321 §4.1.1.11: nothing offered, nothing used",
                                SEVEN,
                                PLAIN,
                                "",
                                "MAIL FROM:<alice@example.com>"),
                        new Mail(
                                "RFC 1870 §6: SIZE",
                                SEVEN,
                                PLAIN,
                                "SIZE",
                                "MAIL FROM:<alice@example.com> SIZE=1000"),
                        new Mail(
                                "RFC 1870 §4: just small enough",
                                SEVEN,
                                PLAIN,
                                "SIZE 1000",
                                "MAIL FROM:<alice@example.com> SIZE=1000"),
                        new Mail("RFC 1870 §4: too large", SEVEN, PLAIN, "SIZE 999", "TOO_LARGE"),
                        new Mail(
                                "RFC 6152 §3: 8-bit",
                                EIGHT,
                                EIGHT_BIT_BODY,
                                "8BITMIME",
                                "MAIL FROM:<alice@example.com> BODY=8BITMIME"),
                        new Mail(
                                "RFC 6152 §3: 8-bit without a declaration",
                                SEVEN,
                                EIGHT_BIT_BODY,
                                "8BITMIME",
                                "MAIL FROM:<alice@example.com> BODY=8BITMIME"),
                        new Mail(
                                "RFC 6152 §3: 8-bit, not offered",
                                EIGHT,
                                EIGHT_BIT_BODY,
                                "SIZE",
                                "EIGHT_BIT"),
                        new Mail(
                                "RFC 6152 §3: 8-bit header section, not offered",
                                SEVEN,
                                EIGHT_BIT_HEADER,
                                "",
                                "EIGHT_BIT"),
                        new Mail(
                                "RFC 6152 §3: declared 8BITMIME and is 7-bit",
                                EIGHT,
                                PLAIN,
                                "",
                                "MAIL FROM:<alice@example.com>"),
                        new Mail(
                                "RFC 3030 §3: binary",
                                BINARY,
                                BARE_LF,
                                "CHUNKING,BINARYMIME",
                                "MAIL FROM:<alice@example.com> BODY=BINARYMIME BDAT"),
                        new Mail("RFC 3030 §3: no CHUNKING", BINARY, PLAIN, "BINARYMIME", "BINARY"),
                        new Mail("RFC 3030 §3: a bare LF", SEVEN, BARE_LF, "8BITMIME", "BINARY"),
                        new Mail("RFC 3030 §3: NUL", SEVEN, NUL, "8BITMIME,CHUNKING", "BINARY"),
                        new Mail(
                                "RFC 6531 §3.4: SMTPUTF8",
                                UTF8_PATH,
                                EIGHT_BIT_HEADER,
                                "8BITMIME,SMTPUTF8",
                                "MAIL FROM:<zoë@example.com> BODY=8BITMIME SMTPUTF8"),
                        new Mail(
                                "RFC 6531 §3.2: UTF-8 path, not offered",
                                UTF8_PATH,
                                PLAIN,
                                "8BITMIME",
                                "SMTP_UTF8"),
                        new Mail(
                                "RFC 6531 §3.2: UTF-8 header section, not offered",
                                UTF8,
                                EIGHT_BIT_HEADER,
                                "8BITMIME",
                                "SMTP_UTF8"),
                        new Mail(
                                "RFC 6531 §3.2: declared SMTPUTF8 and does not need it",
                                UTF8,
                                EIGHT_BIT_BODY,
                                "8BITMIME",
                                "MAIL FROM:<alice@example.com> BODY=8BITMIME"),
                        new Mail(
                                "RFC 3461 §4.3, §4.4: RET and ENVID",
                                SEVEN,
                                PLAIN,
                                "DSN",
                                "MAIL FROM:<alice@example.com> RET=HDRS ENVID=id+201"))
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.rule,
                                () ->
                                        assertEquals(
                                                test.result,
                                                shown(
                                                        plan(
                                                                test.envelope,
                                                                test.facts,
                                                                test.offered)))));
    }

    private static TransactionPlan plan(Envelope envelope, ContentFacts facts, String offered) {
        var lines = new ArrayList<>(List.of("mx.example.net"));
        lines.addAll(List.of(offered.split(",", -1)));
        return TransactionPlan.of(
                envelope, facts, 1000, Capabilities.parse(new Reply(250, "", lines)));
    }

    private static String shown(TransactionPlan plan) {
        return switch (plan) {
            case TransactionPlan.CannotCarry(var reason) -> reason.name();
            case TransactionPlan.Commands commands ->
                    commands.mail() + (commands.chunking() ? " BDAT" : "");
        };
    }

    private static List<String> rcpt(Envelope envelope, String offered) {
        return switch (plan(envelope, PLAIN, offered)) {
            case TransactionPlan.CannotCarry(var reason) -> List.of(reason.name());
            case TransactionPlan.Commands commands -> commands.rcpt();
        };
    }

    @Test
    @DisplayName("RFC 3461 §4.1, §4.2: NOTIFY and ORCPT only where DSN is offered")
    void dsn() {
        assertEquals(
                List.of(
                        "RCPT TO:<bob@example.net> NOTIFY=SUCCESS,DELAY"
                                + " ORCPT=rfc822;bob@example.org",
                        "RCPT TO:<Postmaster> NOTIFY=NEVER"),
                rcpt(SEVEN, "DSN"));
        assertEquals(
                List.of("RCPT TO:<bob@example.net>", "RCPT TO:<Postmaster>"), rcpt(SEVEN, "SIZE"));
    }

    @Test
    @DisplayName("RFC 6533 §3: ORCPT in UTF-8 goes in ASCII to a peer without SMTPUTF8")
    void orcptInAscii() {
        var recipient =
                new EnvelopeRecipient(
                        new ForwardPath.Of(new Mailbox("bob", Domain.of("example.net"))),
                        Optional.empty(),
                        Optional.of("utf-8;zoë@example.net"));
        var envelope = SEVEN.withRecipients(List.of(recipient));
        assertEquals(
                List.of("RCPT TO:<bob@example.net> ORCPT=utf-8;zo\\x{EB}@example.net"),
                rcpt(envelope, "DSN"));
    }

    @Test
    @DisplayName("RFC 9422 §4.2: no more RCPT than RCPTMAX")
    void rcptMax() {
        assertEquals(List.of("RCPT TO:<bob@example.net>"), rcpt(SEVEN, "LIMITS RCPTMAX=1"));
    }

    @Test
    @DisplayName("RFC 5321 §4.1.1: an envelope can't smuggle a command")
    void noSmuggling() {
        var envelope = envelope(BodyType.SEVEN_BIT, false, "a\r\nRSET");
        assertThrows(IllegalArgumentException.class, () -> plan(envelope, PLAIN, ""));
    }

    @Test
    @DisplayName("RFC 3463 §3.7: each reason has its reply")
    void replies() {
        assertEquals("5.6.3", SendResult.Reason.EIGHT_BIT.reply().enhanced());
        assertEquals("5.6.7", SendResult.Reason.SMTP_UTF8.reply().enhanced());
        assertEquals("5.6.3", SendResult.Reason.BINARY.reply().enhanced());
        assertEquals("5.3.4", SendResult.Reason.TOO_LARGE.reply().enhanced());
    }
}
