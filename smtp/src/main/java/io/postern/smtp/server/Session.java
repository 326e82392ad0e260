package io.postern.smtp.server;

import io.postern.mail.BodyType;
import io.postern.mail.Envelope;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import io.postern.smtp.CommandParser.Parsed;
import io.postern.smtp.Reply;
import io.postern.smtp.sasl.ChannelBindings;
import io.postern.smtp.server.SessionHandler.DataStart;
import io.postern.smtp.server.SessionHandler.Verdict;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One SMTP session, on its own virtual thread from greeting to close. RFC 5321 §3.
///
/// Everything here is confined to that thread; the drainer and the sweeper reach a session only
/// through its [Turn], its [Deadline] and its channel. A command is parsed, then put to the
/// [Transaction], then to the handler; only when none refused does anything change.
final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final Reply INTERNAL = Reply.of(421, "4.3.0", "internal error, try again later");

    private final ServerSettings settings;
    private final Limits limits;
    private final SessionHandler handler;
    private final Wire wire;
    private final Counters counters;
    private final Encryption encryption;
    private final ContentReader content;
    private final Allowance allowance;
    private SessionFacts facts;
    private ChannelBindings bindings = ChannelBindings.NONE;
    private Transaction transaction = Transaction.NONE;
    private @Nullable Chunks chunks;

    /// The content of a transaction that comes by BDAT.
    private record Chunks(Intake intake, @Nullable ContentScanner scanner) {}

    Session(
            ServerSettings settings,
            SessionFacts facts,
            SessionHandler handler,
            Wire wire,
            Counters counters,
            ClientSlots handshakes) {
        this.settings = settings;
        this.facts = facts;
        this.handler = handler;
        this.wire = wire;
        this.counters = counters;
        encryption = new Encryption(settings.tls(), handshakes, wire);
        limits = settings.limits();
        content = new ContentReader(wire, limits, settings.clock());
        allowance = new Allowance(limits, settings.clock());
    }

    /// Serves the session to its end. Throws nothing; does not close the channel.
    void run() {
        String reason;
        try {
            if (encryption.implicit()) {
                beginEncrypted();
            }
            greet();
            while (true) {
                next();
            }
        } catch (SessionEnd end) {
            reason = end.reason();
            end.lastReply().ifPresent(this::lastWords);
        } catch (RuntimeException | Error bug) {
            reason = "internal error";
            log.error("session {} ended by an error of ours", facts.sessionId(), bug);
            lastWords(INTERNAL);
        }
        end(reason);
    }

    private void beginEncrypted() throws SessionEnd {
        var context = encryption.startImplicit(facts);
        try {
            encrypt(context);
        } finally {
            encryption.over(facts);
        }
    }

    private void end(String reason) {
        log.debug("{} ended: {}", facts.sessionId(), reason);
        try {
            dropChunks();
            handler.closed(facts, reason);
        } catch (RuntimeException | Error bug) {
            log.error("session {}: its handler failed to close", facts.sessionId(), bug);
        }
    }

    /// Tells the client why the session ends, if it still listens.
    private void lastWords(Reply reply) {
        log.info(
                "session {} with {} ended by us: {}",
                facts.sessionId(),
                facts.client().getAddress().getHostAddress(),
                reply);
        try {
            send(reply);
            wire.flush();
            wire.linger();
        } catch (SessionEnd _) {
            // it does not: nothing to tell
        }
    }

    private void greet() throws SessionEnd {
        switch (handler.connected(facts)) {
            case Verdict.Go() -> {
                listenFirst();
                counters.sessions.increment();
                send(Reply.of(220, "", settings.hostname() + " ESMTP"));
            }
            // RFC 5321 §3.1 lets a refused client stay for QUIT; there is nothing to stay for.
            case Verdict.Refuse(var reply) -> throw SessionEnd.telling(reply, "refused");
            case Verdict.Close(var reply) -> throw SessionEnd.telling(reply, "refused");
        }
    }

    /// Holds the greeting back as long as the handler likes, and lets it judge a client that speaks
    /// meanwhile.
    private void listenFirst() throws SessionEnd {
        var hold = handler.hold(facts);
        if (!hold.isPositive() || !wire.speaksWithin(hold)) {
            return;
        }
        switch (handler.early(facts)) {
            case Verdict.Go() -> {}
            case Verdict.Refuse(var reply) -> throw SessionEnd.telling(reply, "spoke first");
            case Verdict.Close(var reply) -> throw SessionEnd.telling(reply, "spoke first");
        }
    }

    private void next() throws SessionEnd {
        switch (wire.readLine(allowance.patience())) {
            case TEXT -> obey();
            case TOO_LONG -> refuse(Reply.of(500, "5.5.2", "line too long"));
            case BARE_CR_OR_LF ->
                    throw SessionEnd.telling(
                            Reply.of(500, "5.5.2", "a line ends with CR LF, both"),
                            "bare CR or LF in a command");
        }
    }

    private void obey() throws SessionEnd {
        if (log.isDebugEnabled()) {
            log.debug("{} C: {}", facts.sessionId(), Dialogue.command(wire.text()));
        }
        allowance.line();
        switch (CommandParser.parse(wire.text(), settings.dsn())) {
            case Parsed.Bad(var reply) -> refuseLine(reply);
            case Parsed.Ok(var command) -> {
                boolean before = inTransaction();
                obey(command);
                if (before && !inTransaction()) {
                    handler.ended(facts);
                }
            }
        }
    }

    private boolean inTransaction() {
        return switch (transaction) {
            case Transaction.Open _, Transaction.Chunking _ -> true;
            case Transaction.None _, Transaction.Failed _ -> false;
        };
    }

    private void refuseLine(Reply reply) throws SessionEnd {
        // RFC 3030 §2: octets follow a BDAT, and of one that can't be read nobody knows how many.
        if (wire.text().regionMatches(true, 0, "BDAT", 0, 4)) {
            throw SessionEnd.telling(reply, "BDAT without a size");
        }
        if (reply.enhanced().equals("5.1.3") && transaction instanceof Transaction.Open) {
            refuseRcpt(SessionHandler.Oddity.UNREADABLE, reply);
        } else {
            refuse(reply);
        }
    }

    /// Refuses a RCPT as the handler wants it: what is a slip of a friend may be a stranger's
    /// trick.
    private void refuseRcpt(SessionHandler.Oddity oddity, Reply reply) throws SessionEnd {
        if (agreed(handler.oddRcpt(facts, oddity, wire.text(), new Verdict.Refuse(reply)))) {
            refuse(reply); // it may choose the reply, not the grammar
        }
    }

    private void obey(Command command) throws SessionEnd {
        pipelinedWell(command);
        allowance.command(command);
        var told = probed(command);
        if (told.isPresent()) {
            answer(told.get());
            return;
        }
        var rules =
                new Transaction.Rules(
                        facts.heloName().isPresent(),
                        encryption.lacking(facts),
                        limits.messageSize(),
                        limits.recipients());
        switch (Transaction.apply(transaction, command, rules)) {
            case Step.Refused(var reply)
                    when command instanceof Command.Rcpt && reply.enhanced().equals("5.6.7") ->
                    refuseRcpt(SessionHandler.Oddity.NEEDS_SMTPUTF8, reply);
            case Step.Refused(var reply) -> {
                discardChunk(command, reply);
                if (command instanceof Command.Bdat && transaction instanceof Transaction.Failed) {
                    send(reply); // RFC 3030 §2: chunks in the pipeline are no errors of their own
                } else {
                    refuse(reply);
                }
            }
            case Step.Failed(var next, var reply) -> {
                discardChunk(command, reply);
                become(next);
                refuse(reply);
            }
            case Step.Agreed(var next, var reply) -> carryOut(command, next, reply);
        }
    }

    /// What the handler says to a command that asks more than RCPT would tell. In clear where that
    /// is not enough, the transaction answers 530 first.
    private Optional<Reply> probed(Command command) {
        if (encryption.lacking(facts)) {
            return Optional.empty();
        }
        return switch (command) {
            case Command.Vrfy() -> handler.probed(facts, "VRFY");
            case Command.Expn() -> handler.probed(facts, "EXPN");
            case Command.NotImplemented(var verb) when verb.equals("ETRN") ->
                    handler.probed(facts, verb);
            case Command.NotImplemented _, Command.Helo _, Command.Ehlo _, Command.Mail _ ->
                    Optional.empty();
            case Command.Rcpt _, Command.Data _, Command.Bdat _, Command.Rset _ -> Optional.empty();
            case Command.Help _, Command.Noop _, Command.Quit _ -> Optional.empty();
            case Command.StartTls _, Command.Auth _ -> Optional.empty();
        };
    }

    private void answer(Reply reply) throws SessionEnd {
        if (reply.positive()) {
            send(reply);
        } else {
            refuse(reply);
        }
    }

    /// RFC 2920 §3.1: DATA ends a group, its content must wait for 354. A client that sends on is
    /// broken, or someone makes it say what it did not mean to. The same goes for STARTTLS, where
    /// what follows in clear would be taken for what came encrypted (RFC 3207 §6).
    private void pipelinedWell(Command command) throws SessionEnd {
        if ((command instanceof Command.Data || command instanceof Command.StartTls)
                && wire.moreInput()) {
            throw SessionEnd.telling(
                    Reply.of(503, "5.5.0", "wait for the reply to this command"),
                    "pipelined past DATA or STARTTLS");
        }
    }

    private void discardChunk(Command command, Reply reply) throws SessionEnd {
        if (command instanceof Command.Bdat(var octets, _)) {
            content.discard(octets, reply);
        }
    }

    private void carryOut(Command command, Transaction next, Reply reply) throws SessionEnd {
        switch (command) {
            case Command.Helo(var name) -> hello(name, false);
            case Command.Ehlo(var name) -> hello(name, true);
            case Command.Mail mail -> mail(mail, next, reply);
            case Command.Rcpt rcpt -> rcpt(rcpt, next, reply);
            case Command.Data() -> data(reply);
            case Command.Bdat bdat -> bdat(bdat, next, reply);
            case Command.StartTls() -> startTls(reply);
            case Command.Auth auth -> auth(auth, next, reply);
            case Command.Quit() -> {
                send(reply);
                wire.flush();
                throw SessionEnd.silent("QUIT");
            }
            case Command.Rset(), Command.Noop(), Command.Help() -> accept(next, reply);
            case Command.Vrfy(), Command.Expn() -> accept(next, reply);
            case Command.NotImplemented(_) -> accept(next, reply);
        }
    }

    private void hello(String name, boolean esmtp) throws SessionEnd {
        var greeted = facts.greeted(name, esmtp);
        if (agreed(handler.helo(greeted))) {
            facts = greeted;
            var mechanisms = esmtp ? handler.mechanisms(greeted) : List.<String>of();
            accept(Transaction.NONE, Greeting.reply(settings, greeted, mechanisms));
        }
    }

    private void mail(Command.Mail mail, Transaction next, Reply reply) throws SessionEnd {
        allowance.anotherMessage();
        if (agreed(handler.mail(facts, mail.envelope(), mail.size().orElse(-1)))) {
            allowance.begun();
            accept(next, reply);
        }
    }

    private void rcpt(Command.Rcpt rcpt, Transaction next, Reply reply) throws SessionEnd {
        if (transaction instanceof Transaction.Open(var envelope)
                && (!rcpt.sourceRoute()
                        || agreed(
                                handler.oddRcpt(
                                        facts,
                                        SessionHandler.Oddity.SOURCE_ROUTE,
                                        wire.text(),
                                        new Verdict.Go())))
                && (named(envelope, next)
                        || agreed(handler.rcpt(facts, envelope, rcpt.recipient())))) {
            allowance.useful();
            accept(next, reply);
        }
    }

    /// Whether the recipient was agreed to before: then nobody need be asked again.
    private static boolean named(Envelope before, Transaction next) {
        return next instanceof Transaction.Open(var after)
                && after.recipients().size() == before.recipients().size();
    }

    /// Whether the handler agrees; if not, the client has been told.
    private boolean agreed(Verdict verdict) throws SessionEnd {
        return switch (verdict) {
            case Verdict.Go() -> true;
            case Verdict.Refuse(var reply) -> {
                refuse(reply);
                yield false;
            }
            case Verdict.Close(var reply) -> throw SessionEnd.telling(reply, "refused");
        };
    }

    private void data(Reply reply) throws SessionEnd {
        if (!(transaction instanceof Transaction.Open(var envelope))) {
            return; // not reached: the transaction agreed
        }
        switch (handler.data(facts, envelope)) {
            case DataStart.Refuse(var refusal) -> refuse(refusal);
            case DataStart.Go(var sink) -> {
                var intake = new Intake(sink, limits.messageSize());
                try {
                    send(reply);
                    var refusal = content.data(intake);
                    become(Transaction.NONE); // RFC 5321 §4.1.1.4: whatever the reply is
                    taken(intake, refusal);
                } finally {
                    intake.abandon();
                }
            }
        }
    }

    /// The content is complete: asks the sink, and passes its reply on at once.
    private void taken(Intake intake, Optional<Reply> refusal) throws SessionEnd {
        intake.rethrow();
        if (refusal.isPresent()) {
            intake.abandon();
            refuse(refusal.get());
        } else {
            var reply = intake.finish();
            if (reply.positive()) {
                counters.messages.increment();
                allowance.taken();
                send(reply);
            } else {
                refuse(reply);
            }
        }
        wire.flush(); // a client that has sent a message must not wait for its next to be read
    }

    private void bdat(Command.Bdat bdat, Transaction next, Reply reply) throws SessionEnd {
        if (transaction instanceof Transaction.Open(var envelope) && !begin(envelope, bdat)) {
            return;
        }
        var current = chunks;
        if (current == null) {
            return; // not reached: chunks are there while the transaction is chunking
        }
        var refusal =
                content.chunk(current.intake(), current.scanner(), bdat.octets(), bdat.last());
        if (bdat.last()) {
            chunks = null;
            try {
                become(next);
                taken(current.intake(), refusal);
            } finally {
                current.intake().abandon();
            }
        } else if (refusal.isPresent()) {
            current.intake().rethrow();
            become(new Transaction.Failed());
            refuse(refusal.get());
        } else {
            current.intake().rethrow();
            accept(next, reply);
        }
    }

    /// Opens the sink for the first chunk; false when the handler refused it.
    private boolean begin(Envelope envelope, Command.Bdat bdat) throws SessionEnd {
        return switch (handler.data(facts, envelope)) {
            case DataStart.Go(var sink) -> {
                var intake = new Intake(sink, limits.messageSize());
                var binary = envelope.bodyType() == BodyType.BINARY_MIME;
                chunks = new Chunks(intake, binary ? null : ContentScanner.chunks(intake));
                yield true;
            }
            case DataStart.Refuse(var reply) -> {
                content.discard(bdat.octets(), reply);
                become(new Transaction.Failed());
                refuse(reply);
                yield false;
            }
        };
    }

    private void startTls(Reply reply) throws SessionEnd {
        switch (encryption.start(facts)) {
            case Encryption.Start.Refused(var refusal) -> refuse(refusal);
            case Encryption.Start.Ready(var context) -> {
                try {
                    send(reply);
                    become(Transaction.NONE);
                    encrypt(context);
                } finally {
                    encryption.over(facts);
                }
            }
        }
    }

    private void encrypt(SSLContext context) throws SessionEnd {
        var handshake = encryption.shake(context, facts);
        bindings = handshake.bindings();
        facts = facts.encrypted(handshake.protocol(), handshake.clientCertificate());
    }

    private void auth(Command.Auth auth, Transaction next, Reply reply) throws SessionEnd {
        var refusal = AuthRules.whyNot(settings, handler, facts, auth.mechanism());
        if (refusal.isPresent()) {
            refuse(refusal.get());
            return;
        }
        var exchange = handler.authenticate(facts, auth.mechanism(), bindings);
        var dialogue = new AuthDialogue(wire, allowance::patience);
        switch (dialogue.conduct(exchange, auth.initialResponse())) {
            case AuthExchange.Answer.Granted(var user) -> {
                facts = facts.authenticated(user, auth.mechanism());
                accept(next, reply);
            }
            case AuthExchange.Answer.Refuse(var refused) -> refuse(refused);
            case AuthExchange.Answer.Close(var last) ->
                    throw SessionEnd.telling(last, "authentication refused");
            case AuthExchange.Answer.Challenge _ ->
                    throw new IllegalStateException("an exchange ends with no challenge");
        }
    }

    private void accept(Transaction next, Reply reply) throws SessionEnd {
        become(next);
        send(reply);
    }

    private void become(Transaction next) {
        transaction = next;
        if (!(next instanceof Transaction.Chunking)) {
            dropChunks();
        }
    }

    private void dropChunks() {
        var current = chunks;
        chunks = null;
        if (current != null) {
            current.intake().abandon();
        }
    }

    private void refuse(Reply reply) throws SessionEnd {
        counters.refusedCommands.increment();
        if (reply.code() == 421) {
            throw SessionEnd.telling(reply, "refused"); // RFC 5321 §3.8: 421 closes
        }
        if (reply.permanent()) {
            allowance.error();
        } else if (!hasRecipients()) {
            allowance.putOff();
        }
        send(reply);
    }

    /// Whether there is something to lose: the client may send what was accepted, and come back
    /// with the recipients that were put off. RFC 5321 §4.5.3.1.10.
    private boolean hasRecipients() {
        return switch (transaction) {
            case Transaction.Open(var envelope) -> !envelope.recipients().isEmpty();
            case Transaction.Chunking _ -> true;
            case Transaction.None _, Transaction.Failed _ -> false;
        };
    }

    private void send(Reply reply) throws SessionEnd {
        counters.commands.increment();
        if (log.isDebugEnabled()) {
            log.debug("{} S: {}", facts.sessionId(), Dialogue.printable(reply.toString()));
        }
        wire.write(ReplyText.octets(reply));
    }
}
