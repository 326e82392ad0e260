package io.postern.mail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Composes delivery status notifications. RFC 3461 §6, RFC 3464, RFC 6522; RFC 6533 where
/// addresses or headers are UTF-8.
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
    /// @param messageId of the report, brackets included; unpredictable, because the boundary is
    ///   made of it
    /// @param maxReturned octets of original returned whole; a larger one is returned as headers
    /// @param author the address in the report's From field
    public record Report(
            Domain reportingMta,
            Envelope envelope,
            Instant arrival,
            Instant now,
            String messageId,
            List<Recipient> recipients,
            long maxReturned,
            Mailbox author) {
        public Report {
            recipients = List.copyOf(recipients);
            if (recipients.isEmpty()) {
                throw new IllegalArgumentException("a report about nobody");
            }
        }

        /// A report from MAILER-DAEMON at the reporting MTA.
        public Report(
                Domain reportingMta,
                Envelope envelope,
                Instant arrival,
                Instant now,
                String messageId,
                List<Recipient> recipients,
                long maxReturned) {
            this(
                    reportingMta,
                    envelope,
                    arrival,
                    now,
                    messageId,
                    recipients,
                    maxReturned,
                    new Mailbox("MAILER-DAEMON", reportingMta));
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
    /// The original is returned whole when a recipient failed, RET does not say HDRS, and it is
    /// small enough and made of lines; otherwise its header section is (RFC 3461 §4.3, §6.2).
    ///
    /// @param spoolFolder where a body above the threshold goes
    /// @param memoryThreshold octets of body kept in memory
    /// @throws IOException when reading the original or writing the report fails: temporary
    /// @throws IllegalArgumentException when the reverse-path is null: a bug of the caller's
    public static Composed compose(
            Report report, Content original, Path spoolFolder, int memoryThreshold)
            throws IOException {
        var to =
                switch (report.envelope().reversePath()) {
                    case ReversePath.Of(var mailbox) -> mailbox;
                    // RFC 5321 §6.1: never to the null reverse-path.
                    case ReversePath.Null() ->
                            throw new IllegalArgumentException("a report to the null reverse-path");
                };
        var content = new ReportWriter(report, to, original).write(spoolFolder, memoryThreshold);
        var recipient =
                new EnvelopeRecipient(
                        new ForwardPath.Of(to), Optional.of(Notify.NEVER), Optional.empty());
        var facts = content.facts();
        var envelope =
                new Envelope(
                        new ReversePath.Null(),
                        facts.eightBitBody() ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                        facts.eightBitHeader(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(recipient));
        return new Composed(envelope, content);
    }
}
