package io.postern.smtp.client;

import io.postern.smtp.Reply;

/// What became of one recipient.
public sealed interface RecipientOutcome {
    /// The peer took responsibility.
    ///
    /// @param reply to the end of the message
    record Accepted(Reply reply) implements RecipientOutcome {}

    /// The peer said no.
    ///
    /// @param stage to which command: MAIL, RCPT, DATA, CONTENT (before it had all of it) or
    ///   END_OF_CONTENT
    /// @param reply 4yz or 5yz, as received
    record Refused(Stage stage, Reply reply) implements RecipientOutcome {
        /// Whether to try again.
        public boolean temporary() {
            return !reply.permanent() || tooManyRecipients();
        }

        /// The transaction was full: the recipient can go into another one at once, even on this
        /// connection.
        public boolean tooManyRecipients() {
            // RFC 5321 §4.5.3.1.10: 452, and 552 from old servers, which is to be taken as 452.
            return stage == Stage.RCPT && (reply.code() == 452 || reply.code() == 552);
        }
    }

    /// Not sent: the transaction already had as many recipients as the peer takes (LIMITS RCPTMAX,
    /// RFC 9422 §4.2). It can go into another one at once, even on this connection.
    record LeftOver() implements RecipientOutcome {}

    /// The dialogue broke off before the peer could have taken the message. Temporary.
    record Interrupted(Failure failure) implements RecipientOutcome {}

    /// The dialogue broke off after the end of the message was sent and before the reply: the peer
    /// may have taken it. Temporary; trying again may make a duplicate (RFC 5321 §4.5.3.2.6).
    record Unknown(Failure failure) implements RecipientOutcome {}
}
