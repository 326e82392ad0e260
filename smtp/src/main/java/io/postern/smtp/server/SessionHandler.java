package io.postern.smtp.server;

import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.Reply;
import io.postern.smtp.sasl.ChannelBindings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Decides for one session what the server asks at each step. One per session, called on the
/// session's thread only.
///
/// A handler may block (bounded by its own deadlines). What it throws is our bug: the server
/// answers 421 and closes.
public interface SessionHandler {
    /// Before the greeting.
    Verdict connected(SessionFacts facts);

    /// How long the greeting is held back, after [#connected] agreed, to see whether the client
    /// speaks first; zero for not at all. No thread of the machine is held meanwhile.
    default Duration hold(SessionFacts facts) {
        return Duration.ZERO;
    }

    /// The client spoke before the greeting, within the [#hold]. RFC 5321 §4.3.1 tells it to wait;
    /// those that do not listen send the same to whomever they reach.
    default Verdict early(SessionFacts facts) {
        return new Verdict.Close(Reply.of(554, "5.5.1", "you spoke before the greeting"));
    }

    /// VRFY, EXPN or ETRN, by which a stranger could learn or do more than RCPT lets it. RFC 2505
    /// §2.11, §2.12.
    ///
    /// @param verb in upper case
    /// @return the reply; empty for the server's own, which tells nothing
    default Optional<Reply> probed(SessionFacts facts, String verb) {
        return Optional.empty();
    }

    /// After HELO or EHLO was parsed.
    Verdict helo(SessionFacts facts);

    /// The SASL mechanisms that this session is offered now, in the order in which EHLO tells them;
    /// none when AUTH is not offered. RFC 4954 §3.
    default List<String> mechanisms(SessionFacts facts) {
        return List.of();
    }

    /// AUTH with one of these mechanisms, outside of a transaction and for the first time.
    ///
    /// @param bindings of the TLS channel, for mechanisms that bind to it
    default AuthExchange authenticate(
            SessionFacts facts, String mechanism, ChannelBindings bindings) {
        throw new IllegalStateException("offers no mechanism");
    }

    /// After MAIL was parsed and fits the sequence. The envelope has no recipients yet.
    ///
    /// @param declaredSize the SIZE parameter in octets, -1 when not given
    Verdict mail(SessionFacts facts, Envelope envelope, long declaredSize);

    /// After RCPT was parsed and fits the sequence. Not asked again of a recipient that this
    /// transaction has already, with the same parameters.
    ///
    /// @param soFar the envelope without this recipient
    Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient);

    /// RCPT in a transaction, odd in its form. Not asked: the sequence and [#rcpt], which follow
    /// when this says go.
    ///
    /// @param line the command as received
    /// @param usual the verdict of a server that serves no strangers
    default Verdict oddRcpt(SessionFacts facts, Oddity oddity, String line, Verdict usual) {
        return usual;
    }

    /// What is odd about a RCPT.
    enum Oddity {
        /// The path is none; usually 501 5.1.3, and never go.
        UNREADABLE,
        /// The path has octets above 127 without SMTPUTF8; usually 553 5.6.7, and never go.
        NEEDS_SMTPUTF8,
        /// A source route stands before the mailbox; usually go, for it means nothing any more (RFC
        /// 5321 appendix C).
        SOURCE_ROUTE
    }

    /// DATA or the first BDAT, with at least one recipient.
    DataStart data(SessionFacts facts, Envelope envelope);

    /// A transaction that [#mail] agreed to is no more: refused, reset, or its content answered,
    /// and nothing of its envelope is held any longer. Not called when the session ends with it.
    default void ended(SessionFacts facts) {}

    /// The session is over, however it ended. Called exactly once, last.
    void closed(SessionFacts facts, String reason);

    /// An answer to a step.
    sealed interface Verdict {
        /// Go on with the server's own positive reply.
        record Go() implements Verdict {}

        /// Refuse this command with that reply; the session goes on.
        record Refuse(Reply reply) implements Verdict {}

        /// Give that reply and close the session.
        record Close(Reply reply) implements Verdict {}
    }

    /// An answer to DATA or BDAT.
    sealed interface DataStart {
        /// Go on; the octets go into the sink.
        record Go(DataSink sink) implements DataStart {}

        /// Refuse; BDAT's octets are read and thrown away.
        record Refuse(Reply reply) implements DataStart {}
    }
}
