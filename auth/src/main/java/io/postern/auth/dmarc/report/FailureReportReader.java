package io.postern.auth.dmarc.report;

import io.postern.auth.text.Visible;
import io.postern.mail.Content;
import io.postern.mail.ContentRewriter;
import io.postern.mail.EncodedWords;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.MimeParts;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads failure reports as they come by mail. RFC 9991, RFC 6591, RFC 5965.
public final class FailureReportReader {
    private static final ContentRewriter.Limits MIME =
            new ContentRewriter.Limits(20, 100, 256 << 10);
    private static final int MAX_PART = 1 << 20;
    private static final HeaderLimits FIELDS = new HeaderLimits(MAX_PART, 1000);

    private FailureReportReader() {}

    /// What was read.
    public sealed interface Read {
        record Ok(FailureReport report) implements Read {}

        /// None: the sender's fault.
        record Bad(String why) implements Read {}
    }

    /// Reads the report in a mail.
    ///
    /// @throws IOException when the content can't be read: temporary
    public static Read read(Content content) throws IOException {
        var parts = MimeParts.of(content, MIME);
        for (var part : parts.all()) {
            // RFC 5965 §2 (d).
            if (part.type().equals("message/feedback-report") && !part.embedded()) {
                var octets = parts.octets(part, MAX_PART);
                return octets.isEmpty()
                        ? new Read.Bad("a feedback-report of more than " + MAX_PART + " octets")
                        : read(octets.get(), subject(parts));
            }
        }
        return new Read.Bad(parts.beyond().orElse("no part message/feedback-report"));
    }

    private static Read read(byte[] octets, Optional<String> subject) {
        return switch (HeaderFields.parse(octets, FIELDS)) {
            case HeaderParse.TooLarge(var why) -> new Read.Bad(why);
            case HeaderParse.Parsed(var fields, _) ->
                    value(fields, "Feedback-Type")
                            .<Read>map(type -> new Read.Ok(report(type, fields, subject)))
                            .orElseGet(() -> new Read.Bad("no field Feedback-Type"));
        };
    }

    private static FailureReport report(
            String type, HeaderFields fields, Optional<String> subject) {
        return new FailureReport(
                type.toLowerCase(Locale.ROOT),
                value(fields, "User-Agent"),
                words(fields, "Auth-Failure"),
                words(fields, "Identity-Alignment").stream()
                        .filter(word -> !word.equals("none"))
                        .toList(),
                value(fields, "Source-IP").flatMap(FailureReportReader::address),
                value(fields, "Arrival-Date").or(() -> value(fields, "Received-Date")),
                value(fields, "Original-Mail-From"),
                value(fields, "Delivery-Result").map(text -> text.toLowerCase(Locale.ROOT)),
                words(fields, "Reported-Domain"),
                value(fields, "DKIM-Domain").map(text -> text.toLowerCase(Locale.ROOT)),
                value(fields, "DKIM-Selector"),
                value(fields, "Authentication-Results"),
                value(fields, "Incidents").flatMap(FailureReportReader::count).orElse(1L),
                subject);
    }

    private static Optional<InetAddress> address(String text) {
        // Seen with brackets, and with a port behind it.
        var bare =
                text.startsWith("[") && text.indexOf(']') > 0
                        ? text.substring(1, text.indexOf(']'))
                        : text;
        try {
            return Optional.of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> count(String text) {
        try {
            long count = Long.parseLong(text);
            return count > 0 ? Optional.of(count) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> value(HeaderFields fields, String name) {
        return fields.first(name)
                .map(field -> oneLine(field.rawBody()))
                .filter(text -> !text.isEmpty());
    }

    /// The values of all fields of a name, cut at commas.
    private static List<String> words(HeaderFields fields, String name) {
        var words = new ArrayList<String>();
        for (var field : fields.all(name)) {
            var text = oneLine(field.rawBody());
            for (int at = 0; at <= text.length() && words.size() < 100; ) {
                int comma = text.indexOf(',', at);
                int end = comma < 0 ? text.length() : comma;
                var word = text.substring(at, end).strip().toLowerCase(Locale.ROOT);
                if (!word.isEmpty()) {
                    words.add(word);
                }
                at = end + 1;
            }
        }
        return words;
    }

    private static String oneLine(String raw) {
        return Visible.of(raw.replaceAll("[ \\t\\r\\n]+", " ").strip());
    }

    /// RFC 6591 §3.1: of the message itself, or of its header section alone.
    private static Optional<String> subject(MimeParts parts) throws IOException {
        var whole = parts.embeddedHeaders().stream().findFirst();
        if (whole.isPresent()) {
            return subject(whole.get());
        }
        for (var part : parts.all()) {
            if (part.type().equals("text/rfc822-headers")) {
                var octets = parts.octets(part, MAX_PART);
                if (octets.isPresent()
                        && HeaderFields.parse(octets.get(), FIELDS)
                                instanceof HeaderParse.Parsed(var fields, _)) {
                    return subject(fields);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> subject(HeaderFields fields) {
        return value(fields, "Subject").map(EncodedWords::decode);
    }
}
