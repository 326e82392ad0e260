package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("RFC 3464 delivery status notifications")
class DeliveryStatusTest {
    private static final Instant THEN = Instant.parse("2026-11-01T10:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-02T10:00:00Z");

    @TempDir Path spool;

    private static Content content(String header, String body) {
        var parsed =
                (HeaderParse.Parsed)
                        HeaderFields.parse(header.getBytes(ISO_8859_1), HeaderLimits.DEFAULT);
        return MemoryContent.of(parsed.fields(), body.getBytes(ISO_8859_1));
    }

    private static Envelope envelope(Optional<Ret> ret) {
        return new Envelope(
                new ReversePath.Of(new Mailbox("author", Domain.of("example.com"))),
                BodyType.SEVEN_BIT,
                false,
                ret,
                Optional.of("QQ+3D1"),
                List.of());
    }

    private static DeliveryStatus.Recipient recipient(
            String local, DeliveryStatus.Action action, String diagnostic) {
        return new DeliveryStatus.Recipient(
                new EnvelopeRecipient(
                        new ForwardPath.Of(new Mailbox(local, Domain.of("example.net"))),
                        Optional.empty(),
                        Optional.of("rfc822;x+2By@example.net")),
                action,
                "5.1.1",
                Optional.of("mx.example.net"),
                Optional.of(diagnostic),
                Optional.of(NOW),
                action == DeliveryStatus.Action.DELAYED ? Optional.of(NOW) : Optional.empty());
    }

    private DeliveryStatus.Composed compose(
            Optional<Ret> ret, long max, Content original, DeliveryStatus.Recipient... recipients)
            throws IOException {
        var report =
                new DeliveryStatus.Report(
                        Domain.of("gw.example.com"),
                        envelope(ret),
                        THEN,
                        NOW,
                        "<id.42@gw.example.com>",
                        List.of(recipients),
                        max);
        return DeliveryStatus.compose(report, original, spool, 50_000);
    }

    private static String text(Content content, Charset charset) throws IOException {
        var out = new ByteArrayOutputStream();
        content.writeTo(out);
        assertEquals(out.size(), content.size());
        return out.toString(charset);
    }

    @Test
    @DisplayName("RFC 6522 and RFC 3464, the whole of a failure report")
    void whole() throws IOException {
        var original = content("Message-ID: <1@example.com>\r\nSubject: s\r\n", "body\r\n");
        var composed =
                compose(
                        Optional.of(Ret.FULL),
                        1000,
                        original,
                        recipient(
                                "rcpt", DeliveryStatus.Action.FAILED, "550 5.1.1 no such\r\nuser"));
        try (var report = composed.content()) {
            assertEquals(
                    """
                    Date: Mon, 2 Nov 2026 10:00:00 +0000
                    From: Mail delivery reports <MAILER-DAEMON@gw.example.com>
                    To: <author@example.com>
                    Subject: Your message was not delivered
                    Message-ID: <id.42@gw.example.com>
                    In-Reply-To: <1@example.com>
                    References: <1@example.com>
                    Auto-Submitted: auto-replied
                    MIME-Version: 1.0
                    Content-Type: multipart/report; report-type=delivery-status;
                    \tboundary="=_id.42gw.example.com"

                    This is a report in three parts for programs that know MIME.

                    --=_id.42gw.example.com
                    Content-Type: text/plain; charset=us-ascii

                    Your message of Sun, 1 Nov 2026 10:00:00 +0000
                    passed through gw.example.com.

                    <rcpt@example.net>
                        Not delivered, and not tried any more (5.1.1).
                        mx.example.net: 550 5.1.1 no such user

                    --=_id.42gw.example.com
                    Content-Type: message/delivery-status

                    Reporting-MTA: dns; gw.example.com
                    Original-Envelope-Id: QQ=1
                    Arrival-Date: Sun, 1 Nov 2026 10:00:00 +0000

                    Original-Recipient: rfc822;x+y@example.net
                    Final-Recipient: rfc822;rcpt@example.net
                    Action: failed
                    Status: 5.1.1
                    Remote-MTA: dns; mx.example.net
                    Diagnostic-Code: smtp; 550 5.1.1 no such user
                    Last-Attempt-Date: Mon, 2 Nov 2026 10:00:00 +0000

                    --=_id.42gw.example.com
                    Content-Type: message/rfc822

                    Message-ID: <1@example.com>
                    Subject: s

                    body

                    --=_id.42gw.example.com--
                    """
                            .replace("\n", "\r\n"),
                    text(report, ISO_8859_1));
        }
    }

    @Test
    @DisplayName("RFC 5321 §4.5.5 and RFC 3461 §6.1 null reverse-path, NOTIFY=NEVER")
    void envelope() throws IOException {
        var composed =
                compose(
                        Optional.empty(),
                        0,
                        content("A: 1\r\n", ""),
                        recipient("r", DeliveryStatus.Action.FAILED, "x"));
        assertEquals(new ReversePath.Null(), composed.envelope().reversePath());
        assertEquals(
                Optional.of(Notify.NEVER), composed.envelope().recipients().getFirst().notifyOn());
        assertEquals(
                "<author@example.com>",
                composed.envelope().recipients().getFirst().path().toString());
        composed.content().close();
    }

    @Test
    @DisplayName("RFC 3461 §4.3 when only the header section is returned")
    void headersOnly() throws IOException {
        var failed = recipient("r", DeliveryStatus.Action.FAILED, "x");
        var delayed = recipient("r", DeliveryStatus.Action.DELAYED, "x");
        var original = content("A: 1\r\n", "body\r\n");
        assertReturned(
                "text/rfc822-headers", compose(Optional.of(Ret.HDRS), 1000, original, failed));
        assertReturned("text/rfc822-headers", compose(Optional.of(Ret.FULL), 5, original, failed));
        assertReturned(
                "text/rfc822-headers", compose(Optional.of(Ret.FULL), 1000, original, delayed));
        assertReturned(
                "text/rfc822-headers",
                compose(Optional.empty(), 1000, content("A: 1\r\n", "a\nb"), failed));
        assertReturned(
                "message/rfc822", compose(Optional.empty(), 1000, original, failed, delayed));
        assertReturned(
                "message/global",
                compose(Optional.empty(), 1000, content("A: \u00e9\r\n", "b"), failed));
        assertReturned(
                "message/global-headers",
                compose(Optional.empty(), 0, content("A: \u00e9\r\n", "b"), failed));
    }

    private static void assertReturned(String type, DeliveryStatus.Composed composed)
            throws IOException {
        try (var report = composed.content()) {
            var text = text(report, ISO_8859_1);
            assertTrue(text.contains("Content-Type: " + type + "\r\n"), text);
            assertTrue(text.contains("A: "), text);
            assertEquals(text.contains(": 8bit"), report.facts().eightBitBody());
        }
    }

    @Test
    @DisplayName("RFC 6533 §4 UTF-8 addresses")
    void utf8() throws IOException {
        var composed =
                compose(
                        Optional.empty(),
                        0,
                        content("A: 1\r\n", ""),
                        recipient("\u00e9", DeliveryStatus.Action.FAILED, "x"));
        try (var report = composed.content()) {
            var text = text(report, UTF_8);
            assertTrue(text.contains("Content-Type: message/global-delivery-status\r\n"), text);
            assertTrue(text.contains("Final-Recipient: utf-8;\u00e9@example.net\r\n"), text);
            assertTrue(text.contains("charset=utf-8"), text);
            assertEquals(BodyType.EIGHT_BIT_MIME, composed.envelope().bodyType());
            assertFalse(composed.envelope().smtpUtf8());
        }
    }

    @Test
    @DisplayName("RFC 3464 §2.1 a hostile reply makes no field, part or long line")
    void hostile() throws IOException {
        var said =
                "550 x\r\nAction: delivered\r\n\r\n--=_id.42gw.example.com--\u0000\u00e9 "
                        + "y".repeat(5000);
        try (var report =
                compose(
                                Optional.empty(),
                                0,
                                content("A: 1\r\n", ""),
                                recipient("r", DeliveryStatus.Action.FAILED, said))
                        .content()) {
            var text = text(report, ISO_8859_1);
            assertFalse(text.contains("\r\nAction: delivered"), text);
            assertFalse(text.contains("\r\n--=_id.42gw.example.com--\0"), text);
            assertTrue(report.facts().longestLine() <= 998, text);
            assertFalse(report.facts().nul());
        }
    }

    @Test
    @DisplayName("RFC 5321 §6.1 no report to the null reverse-path")
    void toNobody() {
        var report =
                new DeliveryStatus.Report(
                        Domain.of("gw.example.com"),
                        Envelope.from(new ReversePath.Null()),
                        THEN,
                        NOW,
                        "<1@gw.example.com>",
                        List.of(recipient("r", DeliveryStatus.Action.FAILED, "x")),
                        0);
        var original = content("A: 1\r\n", "");
        assertThrows(
                IllegalArgumentException.class,
                () -> DeliveryStatus.compose(report, original, spool, 1));
    }
}
