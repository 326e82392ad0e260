package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.DeliveryStatus.Action;
import io.postern.mail.DeliveryStatus.Recipient;
import io.postern.mail.DeliveryStatus.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes one delivery status notification: RFC 6522, RFC 3464, RFC 6533.
final class ReportWriter {
    private static final int MAX_TEXT = 900;
    private static final int FOLD_AT = 78;
    private static final Pattern STATUS = Pattern.compile("[245]\\.[0-9]{1,3}\\.[0-9]{1,3}");
    private static final Pattern MESSAGE_ID = Pattern.compile("\\s*(<[!-~]{1,900}>)\\s*");

    private final Report report;
    private final Mailbox to;
    private final Content original;
    private final boolean utf8Status;
    private final String boundary;

    ReportWriter(Report report, Mailbox to, Content original) {
        this.report = report;
        this.to = to;
        this.original = original;
        // RFC 6533 §4: the global type as soon as one address needs it.
        this.utf8Status = report.recipients().stream().anyMatch(r -> !isAscii(r));
        var unique = report.messageId().replaceAll("[^A-Za-z0-9.]", "");
        this.boundary = "=_" + unique.substring(0, Math.min(60, unique.length()));
    }

    private static boolean isAscii(Recipient r) {
        return HeaderText.isAscii(r.recipient().path().toString())
                && r.recipient().originalRecipient().map(HeaderText::isAscii).orElse(true);
    }

    Content write(Path spoolFolder, int memoryThreshold) throws IOException {
        try (var body = new BodyBuffer(spoolFolder, memoryThreshold)) {
            put(body, "This is a report in three parts for programs that know MIME.\r\n");
            human(body);
            status(body);
            returned(body);
            put(body, "\r\n--" + boundary + "--\r\n");
            return body.finish(header());
        }
    }

    private HeaderFields header() {
        var fields = new ArrayList<HeaderField>();
        fields.add(HeaderText.field("Date", MailDate.format(report.now())));
        fields.add(HeaderText.field("From", "Mail delivery reports <" + report.author() + ">"));
        fields.add(HeaderText.field("To", "<" + to + ">"));
        fields.add(HeaderText.field("Subject", subject()));
        fields.add(HeaderText.field("Message-ID", report.messageId()));
        original.header()
                .first("Message-ID")
                .map(field -> MESSAGE_ID.matcher(field.rawBody()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .ifPresent(id -> {
                    fields.add(HeaderText.field("In-Reply-To", id));
                    fields.add(HeaderText.field("References", id));
                });
        // RFC 3834 §5: so that no responder answers.
        fields.add(HeaderText.field("Auto-Submitted", "auto-replied"));
        fields.add(HeaderText.field("MIME-Version", "1.0"));
        fields.add(
                HeaderText.field(
                        "Content-Type",
                        "multipart/report; report-type=delivery-status;\r\n\tboundary=\""
                                + boundary
                                + "\""));
        return new HeaderFields(fields);
    }

    private boolean any(Action action) {
        return report.recipients().stream().anyMatch(r -> r.action() == action);
    }

    private String subject() {
        if (any(Action.FAILED)) {
            return "Your message was not delivered";
        }
        return any(Action.DELAYED) ? "Your message is delayed" : "Your message was delivered";
    }

    private void human(BodyBuffer body) {
        var text = new StringBuilder();
        text.append("Your message of ")
                .append(MailDate.format(report.arrival()))
                .append("\r\npassed through ")
                .append(report.reportingMta())
                .append(".\r\n");
        for (var recipient : report.recipients()) {
            text.append("\r\n").append(recipient.recipient().path()).append("\r\n    ");
            text.append(words(recipient.action())).append(" (").append(statusOf(recipient));
            text.append(").\r\n");
            recipient
                    .diagnostic()
                    .ifPresent(said ->
                            text.append("    ")
                                    .append(
                                            recipient
                                                    .remoteMta()
                                                    .map(ReportWriter::line)
                                                    .orElse("The reason"))
                                    .append(": ")
                                    .append(line(said))
                                    .append("\r\n"));
            recipient
                    .willRetryUntil()
                    .ifPresent(until ->
                            text.append("    You need do nothing: it is tried until ")
                                    .append(MailDate.format(until))
                                    .append(".\r\n"));
        }
        boolean ascii = HeaderText.isAscii(text.toString());
        put(body, "\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=");
        put(body, ascii ? "us-ascii\r\n\r\n" : "utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        put(body, text.toString());
    }

    private static String words(Action action) {
        return switch (action) {
            case FAILED -> "Not delivered, and not tried any more";
            case DELAYED -> "Not delivered yet";
            case DELIVERED -> "Delivered";
            case RELAYED -> "Handed to a system that sends no reports of success";
            case EXPANDED -> "Delivered to a list, which sends it on";
        };
    }

    /// RFC 3464 §2: the fields of the message, then a group for each recipient.
    private void status(BodyBuffer body) {
        var text = new StringBuilder();
        field(text, "Reporting-MTA", "dns; " + report.reportingMta());
        report.envelope()
                .envelopeId()
                .flatMap(Xtext::decode)
                .ifPresent(id -> field(text, "Original-Envelope-Id", ascii(id)));
        field(text, "Arrival-Date", MailDate.format(report.arrival()));
        for (var recipient : report.recipients()) {
            text.append("\r\n");
            recipientGroup(text, recipient);
        }
        put(body, "\r\n--" + boundary + "\r\nContent-Type: message/");
        put(
                body,
                utf8Status
                        ? "global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                        : "delivery-status\r\n\r\n");
        put(body, text.toString());
    }

    private void recipientGroup(StringBuilder text, Recipient recipient) {
        recipient
                .recipient()
                .originalRecipient()
                .flatMap(ReportWriter::originalRecipient)
                .ifPresent(original -> field(text, "Original-Recipient", original));
        field(text, "Final-Recipient", finalRecipient(recipient.recipient().path()));
        field(text, "Action", recipient.action().name().toLowerCase(Locale.ROOT));
        field(text, "Status", statusOf(recipient));
        recipient.remoteMta().ifPresent(mta -> field(text, "Remote-MTA", "dns; " + ascii(mta)));
        recipient
                .diagnostic()
                .ifPresent(said -> field(text, "Diagnostic-Code", "smtp; " + ascii(said)));
        recipient
                .lastAttempt()
                .ifPresent(at -> field(text, "Last-Attempt-Date", MailDate.format(at)));
        recipient
                .willRetryUntil()
                .ifPresent(at -> field(text, "Will-Retry-Until", MailDate.format(at)));
    }

    private static String statusOf(Recipient recipient) {
        if (STATUS.matcher(recipient.status()).matches()) {
            return recipient.status();
        }
        return switch (recipient.action()) {
            case FAILED -> "5.0.0";
            case DELAYED -> "4.0.0";
            case DELIVERED, RELAYED, EXPANDED -> "2.0.0";
        };
    }

    /// RFC 3461 §4.2, §6.3 (b): the ORCPT value with its xtext decoded.
    private static Optional<String> originalRecipient(String orcpt) {
        int semicolon = orcpt.indexOf(';');
        if (semicolon < 1) {
            return Optional.empty();
        }
        var type = orcpt.substring(0, semicolon);
        var address = orcpt.substring(semicolon + 1);
        // RFC 6533 §3: of the type utf-8, the address may stand as it is and is no plain xtext.
        var decoded = type.equalsIgnoreCase("utf-8") ? Optional.of(address) : Xtext.decode(address);
        return decoded.map(text -> ascii(type) + ";" + line(text));
    }

    private String finalRecipient(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster() -> "rfc822;postmaster@" + report.reportingMta();
            case ForwardPath.Of(var mailbox) ->
                    (mailbox.isAscii() ? "rfc822;" : "utf-8;") + mailbox;
        };
    }

    private void returned(BodyBuffer body) throws IOException {
        var facts = original.facts();
        boolean lines = !facts.bareCrOrLf() && !facts.nul() && facts.longestLine() <= 998;
        boolean whole =
                any(Action.FAILED)
                        && report.envelope().ret().map(ret -> ret == Ret.FULL).orElse(true)
                        && original.size() <= report.maxReturned()
                        && lines;
        var type =
                whole
                        ? (facts.eightBitHeader() ? "message/global" : "message/rfc822")
                        : (facts.eightBitHeader()
                                ? "message/global-headers"
                                : "text/rfc822-headers");
        put(body, "\r\n--" + boundary + "\r\nContent-Type: " + type + "\r\n");
        boolean eightBit = facts.eightBitHeader() || (whole && facts.eightBitBody());
        put(body, eightBit ? "Content-Transfer-Encoding: 8bit\r\n\r\n" : "\r\n");
        if (whole) {
            original.writeTo(body);
        } else {
            body.write(original.header().toBytes());
        }
    }

    /// One field, folded between words.
    private static void field(StringBuilder out, String name, String text) {
        int lineStart = out.length();
        out.append(name).append(':');
        for (var word : List.of(text.split(" ", -1))) {
            if (out.length() - lineStart + 1 + word.length() > FOLD_AT
                    && out.length() - lineStart > name.length() + 1
                    && !word.isEmpty()) {
                out.append("\r\n");
                lineStart = out.length();
            }
            out.append(' ').append(word);
        }
        out.append("\r\n");
    }

    /// Text of any origin as one line without controls.
    private static String line(String text) {
        var clean = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_TEXT); i++) {
            char c = text.charAt(i);
            boolean space = c == '\r' || c == '\n' || c == '\t' || c == ' ';
            if (!space) {
                clean.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
            } else if (!clean.isEmpty() && clean.charAt(clean.length() - 1) != ' ') {
                clean.append(' ');
            }
        }
        return clean.toString().strip();
    }

    private static String ascii(String text) {
        return line(text).replaceAll("[^ -~]", "?");
    }

    private static void put(BodyBuffer body, String text) {
        var octets = text.getBytes(HeaderText.isAscii(text) ? ISO_8859_1 : UTF_8);
        body.write(octets, 0, octets.length);
    }
}
