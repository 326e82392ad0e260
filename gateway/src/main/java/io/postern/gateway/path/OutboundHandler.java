package io.postern.gateway.path;

import io.postern.gateway.config.Config;
import io.postern.gateway.events.MailLog;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.Reply;
import io.postern.smtp.server.SessionFacts;
import io.postern.smtp.server.SessionHandler;

/// Decides for one session of an outbound listener: inside hosts hand in mail for anywhere, nobody
/// else anything.
public final class OutboundHandler implements SessionHandler {
    private static final Verdict GO = new Verdict.Go();

    private final OutboundPath path;
    private final Config.Listener listener;

    public OutboundHandler(OutboundPath path, Config.Listener listener) {
        this.path = path;
        this.listener = listener;
    }

    @Override
    public Verdict connected(SessionFacts facts) {
        var address = facts.client().getAddress();
        if (listener.trust().stream().anyMatch(network -> network.contains(address))) {
            return GO;
        }
        // RFC 5321 §3.1: 554 in place of the greeting. RFC 2505 §2.1: no relay for strangers.
        return close(
                facts, "connect", Reply.of(554, "5.7.1", "this host may not hand in mail here"));
    }

    @Override
    public Verdict helo(SessionFacts facts) {
        return GO;
    }

    @Override
    public Verdict mail(SessionFacts facts, Envelope envelope, long declaredSize) {
        var trouble = path.storage().trouble();
        if (trouble.isPresent()) {
            return refuse(
                    facts,
                    "mail",
                    envelope,
                    "",
                    Reply.of(452, "4.3.1", "no storage now, try again later"));
        }
        return GO;
    }

    @Override
    public Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient) {
        if (path.routes().of(recipient.path()).isEmpty()) {
            return refuse(
                    facts,
                    "rcpt",
                    soFar,
                    recipient.path().toString(),
                    Reply.of(550, "5.1.2", "address literals are not relayed"));
        }
        return GO;
    }

    @Override
    public DataStart data(SessionFacts facts, Envelope envelope) {
        return new DataStart.Go(new OutboundSink(path, listener, facts, envelope));
    }

    @Override
    public void closed(SessionFacts facts, String reason) {}

    private Verdict close(SessionFacts facts, String stage, Reply reply) {
        log(facts, stage, "", "", reply);
        return new Verdict.Close(reply);
    }

    private Verdict refuse(
            SessionFacts facts, String stage, Envelope envelope, String to, Reply reply) {
        log(facts, stage, envelope.reversePath().toString(), to, reply);
        return new Verdict.Refuse(reply);
    }

    private void log(SessionFacts facts, String stage, String from, String to, Reply reply) {
        path.figures().refused.increment();
        MailLog.event(
                "refused",
                "session",
                facts.sessionId(),
                "listener",
                facts.listener(),
                "client",
                facts.client().getAddress().getHostAddress(),
                "stage",
                stage,
                "from",
                from,
                "to",
                to,
                "reply",
                reply);
    }
}
