package io.postern.smtp.client;

import io.postern.smtp.Reply;
import java.util.List;

/// What became of one transaction.
public sealed interface SendResult {
    /// It ran, perhaps not to its end.
    ///
    /// @param outcomes one for each recipient of the envelope, in its order
    record Done(List<RecipientOutcome> outcomes) implements SendResult {
        public Done {
            outcomes = List.copyOf(outcomes);
        }
    }

    /// The peer can't take this message as it is. Nothing was sent and the connection can go on
    /// with other messages. Permanent for this peer; another host of the destination may offer
    /// more.
    record CannotCarry(Reason reason) implements SendResult {}

    /// The peer had closed the connection, or closed it on the first command, after earlier
    /// transactions: nothing was acknowledged. The same transaction goes to a new connection at
    /// once, and this does not count as an attempt.
    record Stale(Failure failure) implements SendResult {}

    /// Why a message can't go to a peer.
    enum Reason {
        /// Octets above 127 and no 8BITMIME. RFC 6152 §3.
        EIGHT_BIT("5.6.3", "message has 8-bit content and the next hop does not offer 8BITMIME"),
        /// UTF-8 in addresses or header fields and no SMTPUTF8. RFC 6531 §3.2.
        SMTP_UTF8("5.6.7", "message needs SMTPUTF8 and the next hop does not offer it"),
        /// Binary content and no BINARYMIME with CHUNKING. RFC 3030 §3.
        BINARY("5.6.3", "message has binary content and the next hop does not offer BINARYMIME"),
        /// Larger than the figure offered with SIZE. RFC 1870 §4.
        TOO_LARGE("5.3.4", "message is larger than the next hop accepts");

        private final String enhanced;
        private final String text;

        Reason(String enhanced, String text) {
            this.enhanced = enhanced;
            this.text = text;
        }

        /// As a reply of our own, for events and DSNs.
        public Reply reply() {
            return Reply.of(this == TOO_LARGE ? 552 : 554, enhanced, text);
        }
    }
}
