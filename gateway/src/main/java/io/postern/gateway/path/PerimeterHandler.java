package io.postern.gateway.path;

import io.postern.gateway.authentication.Authenticating;
import io.postern.gateway.authentication.MessageResults;
import io.postern.gateway.config.Config;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.seen.Fate;
import io.postern.gateway.seen.SeenMessage;
import io.postern.gateway.users.Authenticator;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.HeaderFields;
import io.postern.smtp.Reply;
import io.postern.smtp.sasl.ChannelBindings;
import io.postern.smtp.server.AuthExchange;
import io.postern.smtp.server.SessionFacts;
import io.postern.smtp.server.SessionHandler;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Decides for one session, whatever the listener's role: puts each step to the policy, and turns
/// its opinion into a verdict, a line in the log, and the beginning of a decision record. Confined
/// to the session's thread.
public final class PerimeterHandler implements SessionHandler {
    private static final Verdict GO = new Verdict.Go();

    /// Octets of memory that an address takes beside its own: records, heads of strings, places in
    /// lists.
    private static final int ENTRY = 256;

    private final MailPath path;
    private final Config.Listener listener;
    private final Authenticator authenticator;
    private final Dossier dossier = new Dossier();
    private OptionalLong declaredSize = OptionalLong.empty();
    private final MemoryBudget.Share memory;
    private int messages;
    private int recipients;
    private int refusedRecipients;
    private boolean ending;
    private String refusedBy = "";

    /// Which rule refused last, and the check that it belongs to.
    private String rule = "";

    private String check = "";

    /// Of the transaction under way, where mail is authenticated.
    private @Nullable Authenticating authenticating;

    public PerimeterHandler(MailPath path, Config.Listener listener, Authenticator authenticator) {
        this.path = path;
        this.listener = listener;
        this.authenticator = authenticator;
        this.memory = path.budget().share();
    }

    @Override
    public Verdict connected(SessionFacts facts) {
        var situation = at(Stage.CONNECT, facts).build();
        if (listener.role() == Config.Role.INBOUND) {
            var _ = path.reverseNames().begin(situation);
        }
        return decide(situation);
    }

    /// Strangers' greeting is held back: those that send for many do not wait for it.
    @Override
    public Duration hold(SessionFacts facts) {
        var strangers = path.config().strangers();
        var client = facts.client().getAddress();
        return listener.role() != Config.Role.INBOUND
                        || strangers.greetAtOnce().stream().anyMatch(one -> one.contains(client))
                ? Duration.ZERO
                : strangers.greetingDelay();
    }

    @Override
    public Verdict early(SessionFacts facts) {
        var reply = Reply.of(554, "5.5.1", "you spoke before the greeting");
        log(facts, Stage.CONNECT, "", "", "early-talker", reply);
        return new Verdict.Close(reply);
    }

    /// RFC 2505 §2.11, §2.12.
    @Override
    public Optional<Reply> probed(SessionFacts facts, String verb) {
        var reply =
                switch (verb) {
                    case "VRFY" -> listener.vrfy();
                    case "EXPN" -> Optional.of(listener.expn());
                    case "ETRN" -> Optional.of(listener.etrn());
                    default -> Optional.<Reply>empty();
                };
        reply.ifPresent(one -> log(facts, Stage.HELO, "", "", verb.toLowerCase(Locale.ROOT), one));
        return reply;
    }

    @Override
    public Verdict helo(SessionFacts facts) {
        return decide(at(Stage.HELO, facts).build());
    }

    /// RFC 4954 §3: told by listeners for users alone. To others a user is nobody special.
    @Override
    public List<String> mechanisms(SessionFacts facts) {
        return listener.role() == Config.Role.SUBMISSION
                ? authenticator.mechanisms(facts)
                : List.of();
    }

    @Override
    public AuthExchange authenticate(
            SessionFacts facts, String mechanism, ChannelBindings bindings) {
        return authenticator.exchange(facts, mechanism, bindings);
    }

    @Override
    public Verdict mail(SessionFacts facts, Envelope envelope, long declaredSize) {
        if (ending) {
            return new Verdict.Close(Reply.of(421, "4.7.0", "this session is over"));
        }
        int octets =
                ENTRY
                        + envelope.reversePath().toString().length()
                        + envelope.envelopeId().map(String::length).orElse(0);
        if (!memory.takeHalf(octets)) {
            return noRoom(facts, Stage.MAIL, envelope, "");
        }
        this.declaredSize = declaredSize < 0 ? OptionalLong.empty() : OptionalLong.of(declaredSize);
        var verdict =
                decide(at(Stage.MAIL, facts).envelope(envelope).size(this.declaredSize).build());
        if (verdict instanceof Verdict.Go) {
            authenticating = path.authentication().begin(listener, facts, envelope).orElse(null);
        } else {
            memory.give(octets);
        }
        return verdict;
    }

    /// Its envelope's memory is given back.
    @Override
    public void ended(SessionFacts facts) {
        abandon();
        memory.close();
    }

    @Override
    public Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient) {
        int octets =
                ENTRY
                        + recipient.path().toString().length()
                        + recipient.originalRecipient().map(String::length).orElse(0);
        if (!memory.takeHalf(octets)) {
            return noRoom(facts, Stage.RCPT, soFar, recipient.path().toString());
        }
        var verdict =
                decide(
                        at(Stage.RCPT, facts)
                                .envelope(soFar)
                                .recipient(recipient)
                                .size(declaredSize)
                                .build());
        if (verdict instanceof Verdict.Go) {
            recipients++;
        } else {
            memory.give(octets);
            refusedRecipients++;
        }
        return verdict;
    }

    /// RFC 5321 §4.5.3.1.10: 452, and the client sends what was not taken later.
    private Verdict noRoom(SessionFacts facts, Stage stage, Envelope envelope, String to) {
        var reply = Reply.of(452, "4.3.1", "no memory for this now, try again later");
        log(facts, stage, envelope.reversePath().toString(), to, "room", reply);
        return new Verdict.Refuse(reply);
    }

    /// RFC 2505 §2.1: an odd path is one more disguise. Strangers are told what they are told of
    /// any other relay attempt; friends what is wrong.
    @Override
    public Verdict oddRcpt(SessionFacts facts, Oddity oddity, String line, Verdict usual) {
        if (listener.role().sendsOut()) {
            return usual;
        }
        var why =
                switch (oddity) {
                    case UNREADABLE -> "not an address";
                    case SOURCE_ROUTE -> "a source route";
                    case NEEDS_SMTPUTF8 -> "an address beyond ASCII without SMTPUTF8";
                };
        refusedRecipients++;
        var refuse =
                Opinion.refuse("relay", Reply.of(550, "5.7.1", "no relay for strangers: " + why));
        log(facts, Stage.RCPT, "", line, refuse.rule(), refuse.reply());
        return new Verdict.Refuse(refuse.reply());
    }

    @Override
    public DataStart data(SessionFacts facts, Envelope envelope) {
        return switch (decide(at(Stage.DATA, facts).envelope(envelope).build())) {
            case Verdict.Go() -> new DataStart.Go(new MessageSink(path, this, facts, envelope));
            case Verdict.Refuse(var reply) -> new DataStart.Refuse(reply);
            case Verdict.Close(var reply) -> {
                ending = true;
                yield new DataStart.Refuse(reply);
            }
        };
    }

    /// RFC 7208 §11.1: who begins and gives up transactions makes us ask no more than he sees
    /// through.
    private void abandon() {
        if (authenticating != null) {
            authenticating.abandon();
            authenticating = null;
        }
    }

    @Override
    public void closed(SessionFacts facts, String reason) {
        abandon();
        memory.close();
        var situation = at(Stage.CONNECT, facts).build();
        path.policy().get().closed(situation);
        path.reverseNames().end(situation);
    }

    Config.Listener listener() {
        return listener;
    }

    /// What this session holds.
    MemoryBudget.Share memory() {
        return memory;
    }

    /// The rule that refused what was asked last; empty when none did.
    String refusedBy() {
        return refusedBy;
    }

    /// What was concluded about this transaction so far.
    Dossier dossier() {
        return dossier;
    }

    /// The verified name of a stranger, waiting for it if need be.
    Optional<Domain> reverseName(SessionFacts facts) {
        return listener.role() == Config.Role.INBOUND
                ? path.reverseNames().told(at(Stage.MESSAGE, facts).build())
                : Optional.empty();
    }

    /// What authenticates the message of this transaction; empty where nobody's is.
    Optional<Authenticating> authenticating() {
        return Optional.ofNullable(authenticating);
    }

    /// Asks about a whole message; the reply when it is refused.
    ///
    /// @param results of its authentication, where it was authenticated
    Optional<Reply> message(
            SessionFacts facts,
            Envelope envelope,
            long size,
            HeaderFields header,
            Optional<MessageResults> results) {
        var situation = message(facts, envelope, size).header(header).results(results).build();
        return switch (ask(situation)) {
            case Verdict.Go() -> Optional.empty();
            case Verdict.Refuse(var reply) -> Optional.of(reply);
            case Verdict.Close(var reply) -> {
                ending = true;
                yield Optional.of(reply);
            }
        };
    }

    private Builder message(SessionFacts facts, Envelope envelope, long size) {
        return at(Stage.MESSAGE, facts).envelope(envelope).size(OptionalLong.of(size));
    }

    /// The reply to a message was decided, by whomever.
    void settled(
            SessionFacts facts,
            Envelope envelope,
            long size,
            Optional<HeaderFields> header,
            Reply reply) {
        if (reply.positive()) {
            messages++;
        }
        var situation = message(facts, envelope, size);
        header.ifPresent(situation::header);
        if (reply.positive()) {
            path.policy().get().settled(situation.build(), false);
        } else {
            path.policy().get().refused(situation.build(), reply);
        }
    }

    /// What decided about a message, to be kept for replay.
    ///
    /// @param id in the queue, when it was accepted
    SeenMessage seen(
            SessionFacts facts,
            Envelope envelope,
            long size,
            Optional<HeaderFields> header,
            Optional<MessageResults> results,
            Optional<String> id,
            Fate fate) {
        var situation = message(facts, envelope, size).results(results);
        header.ifPresent(situation::header);
        var at = situation.build();
        var names = path.reverseNames().begin(at);
        return SeenMessage.of(
                path.clock().instant(),
                id,
                at,
                names.isDone() ? Optional.of(names.now()) : Optional.empty(),
                declaredSize.isPresent() ? Optional.of(declaredSize.getAsLong()) : Optional.empty(),
                fate);
    }

    /// The fate of a message that was refused just now.
    Fate refused(Reply reply) {
        return Fate.refused(rule, check, reply);
    }

    private Verdict decide(Situation situation) {
        var outcome = consult(situation);
        var policy = path.policy().get();
        var verdict = verdict(outcome);
        switch (verdict) {
            case Verdict.Go() -> policy.settled(situation, false);
            case Verdict.Refuse(var reply) -> policy.refused(situation, reply);
            case Verdict.Close(var reply) -> policy.refused(situation, reply);
        }
        // Settled before the wait: who is made to wait must hold nothing that others need.
        path.delays().await(outcome.delay());
        return verdict;
    }

    /// As [#decide], but what is asked about is settled later, by [#settled].
    private Verdict ask(Situation situation) {
        var outcome = consult(situation);
        path.delays().await(outcome.delay());
        return verdict(outcome);
    }

    private Policy.Outcome consult(Situation situation) {
        var outcome = path.policy().get().ask(situation);
        dossier.begin(situation.stage());
        dossier.add(situation.stage(), outcome);
        var refusal = outcome.refusal();
        refusedBy = refusal == null ? "" : refusal.rule();
        if (refusal != null) {
            log(
                    situation.session(),
                    situation.stage(),
                    situation.envelope().map(one -> one.reversePath().toString()).orElse(""),
                    situation.recipient().map(one -> one.path().toString()).orElse(""),
                    refusal.rule(),
                    refusal.reply());
            check = refusal.why().check();
        }
        return outcome;
    }

    private static Verdict verdict(Policy.Outcome outcome) {
        var refusal = outcome.refusal();
        if (refusal == null) {
            return GO;
        }
        return refusal.close()
                ? new Verdict.Close(refusal.reply())
                : new Verdict.Refuse(refusal.reply());
    }

    /// RFC 2505 §2.4: every refusal is logged, with the rule that made it.
    void log(SessionFacts facts, Stage stage, String from, String to, String rule, Reply reply) {
        this.rule = rule;
        this.check = rule;
        path.figures().refused.increment();
        MailLog.event(
                "refused",
                "session",
                facts.sessionId(),
                "listener",
                facts.listener(),
                "client",
                facts.client().getAddress().getHostAddress(),
                "helo",
                facts.heloName().orElse(""),
                "stage",
                stage,
                "rule",
                rule,
                "from",
                from,
                "to",
                to,
                "reply",
                reply);
    }

    private Builder at(Stage stage, SessionFacts facts) {
        return new Builder(
                stage,
                listener,
                facts,
                new Situation.Counts(messages, recipients, refusedRecipients));
    }

    /// A situation in the making.
    private static final class Builder {
        private final Stage stage;
        private final Config.Listener listener;
        private final SessionFacts facts;
        private final Situation.Counts counts;
        private Optional<Envelope> envelope = Optional.empty();
        private Optional<EnvelopeRecipient> recipient = Optional.empty();
        private OptionalLong size = OptionalLong.empty();
        private Optional<HeaderFields> header = Optional.empty();
        private Optional<MessageResults> results = Optional.empty();

        Builder(
                Stage stage,
                Config.Listener listener,
                SessionFacts facts,
                Situation.Counts counts) {
            this.stage = stage;
            this.listener = listener;
            this.facts = facts;
            this.counts = counts;
        }

        Builder envelope(Envelope now) {
            envelope = Optional.of(now);
            return this;
        }

        Builder recipient(EnvelopeRecipient now) {
            recipient = Optional.of(now);
            return this;
        }

        Builder size(OptionalLong now) {
            size = now;
            return this;
        }

        Builder header(HeaderFields now) {
            header = Optional.of(now);
            return this;
        }

        Builder results(Optional<MessageResults> now) {
            results = now;
            return this;
        }

        Situation build() {
            return new Situation(
                    stage, listener, facts, envelope, recipient, size, header, results, counts);
        }
    }
}
