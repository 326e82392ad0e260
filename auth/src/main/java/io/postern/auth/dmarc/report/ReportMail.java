package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.MailDate;
import io.postern.mail.Mailbox;
import io.postern.mail.MemoryContent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Makes the mail that an aggregate report travels in. RFC 9990 §3.5.2. Seven bits, in memory, not
/// signed yet.
public final class ReportMail {
    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder();

    private ReportMail() {}

    /// Whom it is from and to.
    ///
    /// @param from its domain must sign: a report MUST pass DMARC itself (RFC 9990 §3.5.2)
    /// @param submitter the domain that reports, in subject and file name
    /// @param to one or more
    /// @param messageId brackets included; unpredictable, because the boundary is made of it
    public record Letter(
            Mailbox from, Domain submitter, List<Mailbox> to, Instant now, String messageId) {
        public Letter {
            to = List.copyOf(to);
            if (to.isEmpty()) {
                throw new IllegalArgumentException("a report to nobody");
            }
        }
    }

    /// Octets that these octets of gzip have as an attachment: what a size limit is about (RFC 9990
    /// §3.5: "after any encoding").
    public static long encodedSize(int gzipOctets) {
        long characters = (gzipOctets + 2L) / 3 * 4;
        return characters + 2 * (characters / 76);
    }

    /// The mail with that report, gzipped by [AggregateReportWriter#gzip].
    public static Content aggregate(Letter letter, AggregateReport report, byte[] gzip) {
        var metadata = report.metadata();
        var domain = report.policy().domain();
        var name =
                AggregateReportWriter.fileName(
                        letter.submitter(),
                        domain,
                        metadata.begin(),
                        metadata.end(),
                        localPart(metadata.reportId()));
        var boundary = boundary(letter.messageId());
        var header =
                header(
                        letter,
                        AggregateReportWriter.subject(
                                domain, letter.submitter(), metadata.reportId()),
                        "multipart/mixed; boundary=\"" + boundary + "\"");
        var text =
                "This is a DMARC aggregate report (RFC 9990) about mail that claims to be from\r\n"
                        + domain
                        + ", received from "
                        + metadata.begin()
                        + " to "
                        + metadata.end()
                        + ".\r\nIt was asked for with the tag rua in the DMARC record of "
                        + domain
                        + ".\r\n";
        var body =
                "This is a multi-part message in MIME format.\r\n"
                        + "--"
                        + boundary
                        + "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
                        + text
                        + "--"
                        + boundary
                        + "\r\nContent-Type: application/gzip;\r\n name=\""
                        + name
                        + "\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\""
                        + name
                        + "\"\r\n\r\n"
                        + BASE64.encodeToString(gzip)
                        + "\r\n--"
                        + boundary
                        + "--\r\n";
        return MemoryContent.of(header, body.getBytes(US_ASCII));
    }

    /// What the unique id of the file name is taken from: RFC 9990 §3.1.4 wants it to be the same.
    private static String localPart(String reportId) {
        int at = reportId.indexOf('@');
        return at < 0 ? reportId : reportId.substring(0, at);
    }

    /// A header section of a report by us.
    static HeaderFields header(Letter letter, String subject, String contentType) {
        var fields = new ArrayList<HeaderField>();
        fields.add(field("From", letter.from().toString()));
        fields.add(
                field(
                        "To",
                        String.join(
                                ",\r\n ", letter.to().stream().map(Mailbox::toString).toList())));
        // Words of the subject are folded apart: a Report-ID may be long.
        fields.add(
                field(
                        "Subject",
                        subject.replace(" Submitter:", "\r\n Submitter:")
                                .replace(" Report-ID:", "\r\n Report-ID:")));
        fields.add(field("Date", MailDate.format(letter.now())));
        fields.add(field("Message-ID", letter.messageId()));
        // RFC 3834 §5: nobody is to answer it.
        fields.add(field("Auto-Submitted", "auto-generated"));
        fields.add(field("MIME-Version", "1.0"));
        fields.add(field("Content-Type", contentType));
        return new HeaderFields(fields);
    }

    private static HeaderField field(String name, String text) {
        // Header fields keep octets as characters.
        var octets = new String(text.getBytes(UTF_8), ISO_8859_1);
        return new HeaderField(name, name + ": " + octets + "\r\n");
    }

    static String boundary(String messageId) {
        var inside = new StringBuilder("report-");
        for (int i = 0; i < messageId.length() && inside.length() < 60; i++) {
            char c = messageId.charAt(i);
            inside.append(Character.isLetterOrDigit(c) && c < 128 ? c : '-');
        }
        return inside.toString();
    }
}
