package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.text.Visible;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import io.postern.mail.MailDate;
import io.postern.mail.MemoryContent;
import io.postern.mail.ReversePath;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Makes failure reports: a multipart/report with the header section of the message, never its
/// content. RFC 9991, RFC 6591 §3, RFC 5965 §2.
///
/// What a header section says of a recipient goes to a stranger (RFC 9991 §7): fields that name one
/// are left out, as RFC 6590 allows.
public final class FailureReportWriter {
    /// Fields that show who got it, and where inside.
    private static final List<String> PRIVATE =
            List.of(
                    "To",
                    "Cc",
                    "Bcc",
                    "Delivered-To",
                    "X-Original-To",
                    "Envelope-To",
                    "Apparently-To",
                    "Received",
                    "Resent-To",
                    "Resent-Cc",
                    "Resent-Bcc",
                    "Return-Path");

    private FailureReportWriter() {}

    /// What failed.
    ///
    /// @param arrival when the message came
    /// @param authentication what our own Authentication-Results say
    /// @param notAligned the methods of RFC 9991 §4 that did not authenticate an aligned identity:
    ///   `dkim`, `spf`
    /// @param dkimDomain, dkimSelector of an aligned signature that failed (required then)
    /// @param spfDns the SPF record and its name, such as `txt : example.com : "v=spf1 -all"`;
    ///   required when SPF of an aligned identity failed
    /// @param delivery what became of the message: `delivered`, `spam`, `policy`, `reject`, `other`
    public record Failed(
            Domain reported,
            Instant arrival,
            InetAddress client,
            ReversePath reversePath,
            AuthenticationResults authentication,
            List<String> notAligned,
            Optional<String> dkimDomain,
            Optional<String> dkimSelector,
            Optional<String> spfDns,
            Optional<String> delivery) {
        public Failed {
            notAligned = List.copyOf(notAligned);
        }
    }

    /// The mail.
    ///
    /// @param header of the message that failed
    /// @param userAgent such as `Postern/1.0`
    public static Content compose(
            ReportMail.Letter letter, Failed failed, HeaderFields header, String userAgent) {
        var boundary = ReportMail.boundary(letter.messageId());
        var top =
                ReportMail.header(
                        letter,
                        "DMARC failure report for " + failed.reported(),
                        "multipart/report; report-type=feedback-report;\r\n boundary=\""
                                + boundary
                                + "\"");
        var text = new StringBuilder();
        text.append("--").append(boundary).append("\r\n");
        text.append("Content-Type: text/plain; charset=us-ascii\r\n\r\n");
        text.append("A message that claims to be from ").append(failed.reported());
        text.append(" did not pass DMARC.\r\nIt was received from ");
        text.append(failed.client().getHostAddress());
        text.append(" on ").append(MailDate.format(failed.arrival())).append(".\r\n");
        text.append("This report was asked for with the tag ruf in the DMARC record.\r\n");
        text.append("\r\n--").append(boundary).append("\r\n");
        text.append("Content-Type: message/feedback-report\r\n\r\n");
        fields(text, failed, userAgent);
        text.append("\r\n--").append(boundary).append("\r\n");
        // RFC 6591 §3.1: the header section is enough.
        text.append("Content-Type: text/rfc822-headers\r\n\r\n");
        for (var field : header.fields()) {
            if (PRIVATE.stream().noneMatch(field.name()::equalsIgnoreCase)) {
                text.append(sevenBit(field.raw()));
            }
        }
        text.append("\r\n--").append(boundary).append("--\r\n");
        return MemoryContent.of(top, text.toString().getBytes(ISO_8859_1));
    }

    private static void fields(StringBuilder out, Failed failed, String userAgent) {
        // RFC 5965 §3.1, RFC 6591 §3.1, RFC 9991 §4.
        field(out, "Feedback-Type", "auth-failure");
        field(out, "User-Agent", userAgent);
        field(out, "Version", "1");
        field(out, "Auth-Failure", "dmarc");
        field(
                out,
                "Identity-Alignment",
                failed.notAligned().isEmpty() ? "none" : String.join(", ", failed.notAligned()));
        out.append(sevenBit(failed.authentication().field().raw()));
        field(out, "Original-Mail-From", failed.reversePath().toString());
        field(out, "Arrival-Date", MailDate.format(failed.arrival()));
        field(out, "Source-IP", failed.client().getHostAddress());
        field(out, "Reported-Domain", failed.reported().name());
        failed.delivery().ifPresent(result -> field(out, "Delivery-Result", result));
        if (failed.dkimDomain().isPresent()) {
            field(out, "DKIM-Domain", failed.dkimDomain().get());
            field(out, "DKIM-Identity", "@" + failed.dkimDomain().get());
        }
        failed.dkimSelector().ifPresent(selector -> field(out, "DKIM-Selector", selector));
        failed.spfDns().ifPresent(record -> field(out, "SPF-DNS", record));
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(sevenBit(Visible.of(value))).append("\r\n");
    }

    private static String sevenBit(String text) {
        return text.replaceAll("[^\\x09\\x0A\\x0D\\x20-\\x7E]", "?");
    }
}
