package io.postern.smtp.client;

import io.postern.mail.Content;
import io.postern.mail.Envelope;
import io.postern.mail.Mailbox;
import io.postern.smtp.Reply;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// A connection to an SMTP server, ready for transactions. RFC 5321.
///
/// Confined to one thread at a time; blocking, meant for virtual threads. The thread that hands the
/// connection to another one publishes it (a queue, a lock).
///
/// Interrupting the thread closes the connection; the result is then that of a closed connection,
/// and the thread stays interrupted.
public final class SmtpConnection implements AutoCloseable {
    private final Wire wire;
    private final ClientSettings settings;
    private Capabilities capabilities = Capabilities.NONE;
    private Optional<TlsFacts> tls = Optional.empty();
    private Transaction.After state = Transaction.After.CLEAN;
    private int transactions;
    private int messagesSent;
    private Instant idleSince;

    private SmtpConnection(Wire wire, ClientSettings settings) {
        this.wire = wire;
        this.settings = settings;
        idleSince = settings.clock().instant();
    }

    /// Connects, greets, and starts TLS as the settings say.
    ///
    /// @param target a resolved address
    /// @throws SmtpClientException when there is no usable connection; nothing is left open
    public static SmtpConnection open(InetSocketAddress target, ClientSettings settings) {
        var connection = new SmtpConnection(Wire.connect(target, settings), settings);
        try {
            connection.begin();
            return connection;
        } catch (SmtpClientException e) {
            switch (e.failure()) {
                // The peer is still there and hears a farewell.
                case Failure.Refused refused -> connection.quit();
                case Failure.Tls tls when tls.stage() == Stage.STARTTLS -> connection.quit();
                default -> connection.close();
            }
            throw e;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void begin() {
        var greeting = wire.read(Stage.GREETING);
        // RFC 5321 §3.1: 554 instead of 220 is a host without a mail service.
        if (!greeting.positive()) {
            throw refused(Stage.GREETING, greeting);
        }
        greet();
        switch (settings.tls()) {
            case TlsPolicy.None none -> {}
            case TlsPolicy.Opportunistic(var context) -> startTls(context, false);
            case TlsPolicy.Required(var context) -> startTls(context, true);
        }
    }

    private void greet() {
        var ehlo = command(Stage.EHLO, "EHLO " + settings.ehloName());
        if (ehlo.positive()) {
            capabilities = Capabilities.parse(ehlo);
            return;
        }
        capabilities = Capabilities.NONE;
        // RFC 5321 §3.2: a peer that does not know EHLO gets HELO.
        if (!ehlo.permanent()) {
            throw refused(Stage.EHLO, ehlo);
        }
        var helo = command(Stage.EHLO, "HELO " + settings.ehloName());
        if (!helo.positive()) {
            throw refused(Stage.EHLO, helo);
        }
    }

    private void startTls(SSLContext context, boolean required) {
        if (!capabilities.startTls()) {
            if (required) {
                throw noTls("the peer does not offer STARTTLS");
            }
            return;
        }
        var reply = command(Stage.STARTTLS, "STARTTLS");
        if (reply.code() == 421) {
            throw refused(Stage.STARTTLS, reply);
        }
        if (!reply.positive()) {
            // RFC 3207 §4: 454 and others; then the client decides whether to go on.
            if (required) {
                throw noTls("the peer refused STARTTLS: " + reply);
            }
            return;
        }
        wire.startTls(context, settings.serverName().map(Object::toString));
        tls =
                wire.ssl()
                        .map(ssl ->
                                new TlsFacts(
                                        ssl.getSession().getProtocol(),
                                        ssl.getSession().getCipherSuite(),
                                        TlsContexts.unverified(ssl.getSession(), required)));
        // RFC 3207 §4.2: what was learnt in clear is forgotten.
        greet();
    }

    private Reply command(Stage stage, String line) {
        if (line.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("not a command: " + Words.harmless(line));
        }
        var octets = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        wire.write(stage, line, octets);
        return wire.read(stage);
    }

    /// The peer's address.
    public InetSocketAddress peer() {
        return wire.peer();
    }

    /// What the peer offers (under TLS, if that is on).
    public Capabilities capabilities() {
        return capabilities;
    }

    /// The TLS that is on; empty in clear.
    public Optional<TlsFacts> tls() {
        return tls;
    }

    /// One transaction, whatever its outcome: no failure of the peer or the network is thrown.
    ///
    /// With PIPELINING it takes two round trips. The content is not closed.
    ///
    /// @param envelope with at least one recipient
    /// @throws IllegalStateException when the connection is not [#reusable]
    /// @throws IllegalArgumentException when the envelope has no recipient, or a control character
    ///   in one of its parts
    public SendResult send(Envelope envelope, Content content) {
        if (envelope.recipients().isEmpty()) {
            throw new IllegalArgumentException("an envelope without recipients");
        }
        if (state == Transaction.After.UNUSABLE || mailMaxReached()) {
            throw new IllegalStateException("the connection is not reusable");
        }
        var plan = TransactionPlan.of(envelope, content.facts(), content.size(), capabilities);
        return switch (plan) {
            case TransactionPlan.CannotCarry(var reason) -> new SendResult.CannotCarry(reason);
            case TransactionPlan.Commands commands ->
                    run(commands, envelope.recipients().size(), content);
        };
    }

    private SendResult run(TransactionPlan.Commands commands, int recipients, Content content) {
        // What came unasked (421 for idleness, mostly) would be taken for the reply to MAIL.
        if (wire.closed() || wire.surplus()) {
            close();
            return unusable(recipients);
        }
        var transaction =
                new Transaction(
                        wire,
                        commands,
                        recipients,
                        content,
                        capabilities.pipelining(),
                        state == Transaction.After.RESET_NEEDED,
                        transactions > 0);
        // Whatever is thrown from here on leaves the connection in the middle of something.
        state = Transaction.After.UNUSABLE;
        transactions++;
        try {
            var result = transaction.run();
            state = transaction.after();
            return result;
        } finally {
            if (transaction.finalReply()) {
                messagesSent++;
            }
            idleSince = settings.clock().instant();
            if (state == Transaction.After.UNUSABLE) {
                wire.close();
            }
        }
    }

    /// Asks whether the peer would take mail for a mailbox now, from the null reverse-path: MAIL,
    /// RCPT and RSET, no content. No failure of the peer or the network is thrown.
    ///
    /// @return never [RecipientOutcome.LeftOver] nor [RecipientOutcome.Unknown]; refused at MAIL
    ///   says nothing about the mailbox, nor does a connection that broke
    /// @throws IllegalStateException when the connection is not [#reusable]
    public RecipientOutcome verify(Mailbox mailbox) {
        var rcpt = "RCPT TO:<" + mailbox + ">";
        if (rcpt.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw new IllegalArgumentException("not a command: " + Words.harmless(rcpt));
        }
        if (!reusable()) {
            throw new IllegalStateException("the connection is not reusable");
        }
        if (!mailbox.isAscii() && !capabilities.smtpUtf8()) {
            // RFC 6531 §3.2: it may not even be asked.
            return new RecipientOutcome.Interrupted(
                    new Failure.Protocol(Stage.MAIL, "the peer does not offer SMTPUTF8"));
        }
        boolean resetFirst = state == Transaction.After.RESET_NEEDED;
        state = Transaction.After.UNUSABLE;
        transactions++;
        try {
            if (wire.surplus()) {
                throw new SmtpClientException(
                        new Failure.Closed(Stage.MAIL, "the peer ended the idle connection"));
            }
            var outcome = verify(resetFirst, mailbox, rcpt);
            state = Transaction.After.CLEAN;
            return outcome;
        } catch (SmtpClientException e) {
            return new RecipientOutcome.Interrupted(e.failure());
        } finally {
            idleSince = settings.clock().instant();
            if (state == Transaction.After.UNUSABLE) {
                wire.close();
            }
        }
    }

    private RecipientOutcome verify(boolean resetFirst, Mailbox mailbox, String rcpt) {
        if (resetFirst) {
            expect(Stage.RSET, "RSET");
        }
        var from = mailbox.isAscii() ? "MAIL FROM:<>" : "MAIL FROM:<> SMTPUTF8";
        Reply mail;
        Reply answer;
        if (capabilities.pipelining()) {
            // RFC 2920 §3.1: all three may go in one group.
            var group = from + "\r\n" + rcpt + "\r\nRSET\r\n";
            wire.write(Stage.MAIL, group, group.getBytes(StandardCharsets.UTF_8));
            mail = readOn(Stage.MAIL);
            answer = readOn(Stage.RCPT);
            requirePositive(Stage.RSET, readOn(Stage.RSET));
        } else {
            mail = ask(Stage.MAIL, from);
            answer = mail.positive() ? ask(Stage.RCPT, rcpt) : mail;
            expect(Stage.RSET, "RSET");
        }
        if (!mail.positive()) {
            return new RecipientOutcome.Refused(Stage.MAIL, negative(Stage.MAIL, mail));
        }
        return answer.positive()
                ? new RecipientOutcome.Accepted(answer)
                : new RecipientOutcome.Refused(Stage.RCPT, negative(Stage.RCPT, answer));
    }

    private Reply ask(Stage stage, String line) {
        wire.write(stage, line, (line + "\r\n").getBytes(StandardCharsets.UTF_8));
        return readOn(stage);
    }

    private void expect(Stage stage, String line) {
        requirePositive(stage, ask(stage, line));
    }

    /// RFC 5321 §3.8: after a 421 there is nothing more to come.
    private Reply readOn(Stage stage) {
        var reply = wire.read(stage);
        if (reply.code() == 421) {
            throw refused(stage, reply);
        }
        return reply;
    }

    private static void requirePositive(Stage stage, Reply reply) {
        if (!reply.positive()) {
            throw refused(stage, reply);
        }
    }

    private static Reply negative(Stage stage, Reply reply) {
        if (!reply.temporary() && !reply.permanent()) {
            throw refused(stage, reply);
        }
        return reply;
    }

    private SendResult unusable(int recipients) {
        if (transactions > 0) {
            return new SendResult.Stale(
                    new Failure.Closed(Stage.MAIL, "the peer ended the idle connection"));
        }
        // A new connection is not stale, or a strange peer would be tried again without end.
        var failure = new Failure.Protocol(Stage.MAIL, "octets that nothing asked for");
        return new SendResult.Done(
                Collections.nCopies(recipients, new RecipientOutcome.Interrupted(failure)));
    }

    /// Whether another transaction can be tried here.
    public boolean reusable() {
        return state != Transaction.After.UNUSABLE && !wire.closed() && !mailMaxReached();
    }

    // RFC 9422 §4.1: no more transactions than the peer takes in a session.
    private boolean mailMaxReached() {
        var limit = capabilities.mailMax();
        return limit.isPresent() && transactions >= limit.getAsInt();
    }

    /// Messages that got a final reply here, positive or not.
    public int messagesSent() {
        return messagesSent;
    }

    /// When the last transaction, or the opening, ended.
    public Instant idleSince() {
        return idleSince;
    }

    /// Whether an idle connection is still open at the peer's end, as far as can be seen without
    /// asking; closes it when it is not. Takes about a millisecond: worth it after some seconds of
    /// idleness, while [SendResult.Stale] covers the rest.
    public boolean probe() {
        if (reusable() && wire.silent()) {
            return true;
        }
        close();
        return false;
    }

    /// Takes leave and closes. Does not wait for the peer: that is done aside, for no longer than
    /// [Timeouts#quit].
    public void quit() {
        if (state == Transaction.After.UNUSABLE || wire.closed()) {
            close();
            return;
        }
        state = Transaction.After.UNUSABLE;
        Thread.ofVirtual().name("smtp-client-quit").start(this::farewell);
    }

    private void farewell() {
        try {
            // RFC 5321 §4.1.1.10: a client waits for the 221; without that the peer's reply would
            // meet a closed socket and be logged there as a lost connection.
            command(Stage.QUIT, "QUIT");
            wire.closeKindly();
        } catch (SmtpClientException e) {
            wire.close();
        }
    }

    /// Closes at once. Idempotent.
    @Override
    public void close() {
        state = Transaction.After.UNUSABLE;
        wire.close();
    }

    private static SmtpClientException refused(Stage stage, Reply reply) {
        return new SmtpClientException(
                reply.temporary() || reply.permanent()
                        ? new Failure.Refused(stage, reply)
                        : new Failure.Protocol(stage, "unexpected reply: " + reply));
    }

    private static SmtpClientException noTls(String why) {
        return new SmtpClientException(new Failure.Tls(Stage.STARTTLS, why));
    }
}
