package io.postern.auth.dmarc.report;

import io.postern.mail.Content;
import io.postern.mail.ContentRewriter;
import io.postern.mail.MimeParts;
import java.io.IOException;

/// Finds the aggregate report in a received mail. RFC 9990 §3.5.2.
///
/// By its octets, not by its type or name: gzip arrives as application/x-gzip, application/zip as
/// application/octet-stream, and XML as text/plain.
public final class ReportAttachment {
    private static final ContentRewriter.Limits MIME =
            new ContentRewriter.Limits(20, 100, 256 << 10);

    private ReportAttachment() {}

    /// Reads the first part that is a report. Parts of embedded messages count: reports are
    /// forwarded.
    ///
    /// @throws IOException when the content can't be read: temporary
    public static AggregateReportReader.Read read(Content content, ReportLimits limits)
            throws IOException {
        var parts = MimeParts.of(content, MIME);
        // A candidate that is bad tells more than that there is none.
        AggregateReportReader.Read result =
                new AggregateReportReader.Read.Bad(
                        parts.beyond().orElse("no part is gzip, zip or XML"));
        boolean tried = false;
        // Base64 is four thirds of it, and line ends.
        long encoded = limits.compressed() / 2L * 3;
        for (var part : parts.all()) {
            if (part.type().equals("text/html")) {
                continue;
            }
            if (part.size() > encoded) {
                if (!tried) {
                    result =
                            new AggregateReportReader.Read.Bad(
                                    "a part of " + part.size() + " octets is too large");
                }
                continue;
            }
            var octets = parts.octets(part, (int) Math.min(Integer.MAX_VALUE - 8, encoded));
            if (octets.isEmpty() || !Unpacked.mayBe(octets.get())) {
                continue;
            }
            var read =
                    octets.get().length > limits.compressed()
                            ? new AggregateReportReader.Read.Bad(
                                    "more than " + limits.compressed() + " octets")
                            : AggregateReportReader.read(octets.get(), limits);
            if (read instanceof AggregateReportReader.Read.Ok) {
                return read;
            }
            if (!tried) {
                result = read;
                tried = true;
            }
        }
        return result;
    }
}
