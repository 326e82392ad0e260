package io.postern.gateway.policy;

import io.postern.gateway.authentication.MessageResults;
import io.postern.gateway.config.Config;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.HeaderFields;
import io.postern.smtp.server.SessionFacts;
import java.util.Optional;
import java.util.OptionalLong;

/// What is known when checks are asked. Immutable.
///
/// @param envelope from MAIL on; at RCPT without the recipient that is asked about
/// @param recipient at RCPT only
/// @param size octets: at MAIL and RCPT those declared (absent when not), at MESSAGE those received
/// @param header at MESSAGE only
/// @param results of authentication, at MESSAGE only, and only where strangers' mail is
///   authenticated
/// @param counts of the session so far
public record Situation(
        Stage stage,
        Config.Listener listener,
        SessionFacts session,
        Optional<Envelope> envelope,
        Optional<EnvelopeRecipient> recipient,
        OptionalLong size,
        Optional<HeaderFields> header,
        Optional<MessageResults> results,
        Counts counts) {

    /// One without results of authentication.
    public Situation(
            Stage stage,
            Config.Listener listener,
            SessionFacts session,
            Optional<Envelope> envelope,
            Optional<EnvelopeRecipient> recipient,
            OptionalLong size,
            Optional<HeaderFields> header,
            Counts counts) {
        this(stage, listener, session, envelope, recipient, size, header, Optional.empty(), counts);
    }

    /// What the session has done so far.
    ///
    /// @param messages taken
    /// @param recipients accepted, of all transactions
    /// @param refusedRecipients of all transactions
    public record Counts(int messages, int recipients, int refusedRecipients) {
        public static final Counts NONE = new Counts(0, 0, 0);
    }

    /// The client's address in digits.
    public String client() {
        return session.client().getAddress().getHostAddress();
    }
}
