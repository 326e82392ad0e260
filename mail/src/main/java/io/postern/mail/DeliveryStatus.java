package io.postern.mail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Composes delivery status notifications. RFC 3461 to 3464, RFC 6533 where addresses or headers
/// are UTF-8.
public final class DeliveryStatus {
    /// What happened to a recipient. RFC 3464 §2.3.3.
    public enum Action {
        FAILED,
        DELAYED,
        DELIVERED,
        RELAYED,
        EXPANDED
    }

    /// One recipient of the report.
    ///
    /// @param status enhanced status code such as `5.1.1` (RFC 3463)
    /// @param remoteMta the name of the host that answered
    /// @param diagnostic that host's reply as it came; any text
    /// @param willRetryUntil for DELAYED
    public record Recipient(
            EnvelopeRecipient recipient,
            Action action,
            String status,
            Optional<String> remoteMta,
            Optional<String> diagnostic,
            Optional<Instant> lastAttempt,
            Optional<Instant> willRetryUntil) {}

    /// What a report is about.
    ///
    /// @param reportingMta our own name
    /// @param envelope of the original; its reverse-path is not null (no report about a report)
    /// @param arrival when the original was received
    /// @param now when the report is made
    /// @param messageId of the report, brackets included
    /// @param maxReturned octets of original returned whole; a larger one is returned as headers
    public record Report(
            Domain reportingMta,
            Envelope envelope,
            Instant arrival,
            Instant now,
            String messageId,
            List<Recipient> recipients,
            long maxReturned) {
        public Report {
            recipients = List.copyOf(recipients);
            if (recipients.isEmpty()) {
                throw new IllegalArgumentException("a report about nobody");
            }
        }
    }

    /// A report ready to be sent.
    ///
    /// @param envelope null reverse-path, the original's reverse-path as the only recipient with
    ///   NOTIFY=NEVER
    /// @param content to be closed by whoever asked
    public record Composed(Envelope envelope, Content content) {}

    private DeliveryStatus() {}

    /// The report about that original.
    ///
    /// @param spoolFolder where a body above the threshold goes
    /// @param memoryThreshold octets of body kept in memory
    /// @throws IOException when reading the original or writing the report fails: temporary
    public static Composed compose(
            Report report, Content original, Path spoolFolder, int memoryThreshold)
            throws IOException {
        return Stub.missing();
    }
}
