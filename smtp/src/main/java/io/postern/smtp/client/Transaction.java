package io.postern.smtp.client;

import io.postern.mail.Content;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One run of MAIL, RCPT and DATA or BDAT. RFC 5321 §3.3; RFC 2920; RFC 3030.
///
/// Without PIPELINING each command waits for its reply. With it commands go in groups, one write
/// each, and the replies are read after the write: the same loop with larger groups. What a reply
/// means does not depend on the group that its command was in.
final class Transaction {
    /// Octets of commands that may be unanswered. RFC 2920 §3.1: while the client writes it does
    /// not read, so a group has to fit into the send buffer, whose least size is 16 KiB on the
    /// systems that we run on; else both sides could wait for each other's window.
    static final int GROUP = 8 * 1024;

    /// What the connection is good for afterwards.
    enum After {
        /// Another transaction.
        CLEAN,
        /// Another one after RSET.
        RESET_NEEDED,
        /// Nothing.
        UNUSABLE
    }

    /// @param recipient its number for RCPT, else -1
    private record Command(Stage stage, String line, int recipient) {}

    private final Wire wire;
    private final TransactionPlan.Commands plan;
    private final Content content;
    private final boolean pipelining;
    private final boolean resetFirst;
    private final boolean earlierTransactions;
    private final @Nullable RecipientOutcome[] outcomes;

    private boolean answered;
    private boolean mailAccepted;
    private boolean mailRefused;
    private int recipientsAccepted;
    private boolean dataStarted;
    private boolean finalReply;
    private boolean over;
    private @Nullable Failure stale;
    private After after = After.CLEAN;

    /// @param resetFirst whether a transaction is still open at the peer
    /// @param earlierTransactions whether the connection has been used before, so that the peer may
    ///   have grown tired of it
    Transaction(
            Wire wire,
            TransactionPlan.Commands plan,
            int recipients,
            Content content,
            boolean pipelining,
            boolean resetFirst,
            boolean earlierTransactions) {
        this.wire = wire;
        this.plan = plan;
        this.content = content;
        this.pipelining = pipelining;
        this.resetFirst = resetFirst;
        this.earlierTransactions = earlierTransactions;
        outcomes = new RecipientOutcome[recipients];
        for (int i = plan.rcpt().size(); i < recipients; i++) {
            outcomes[i] = new RecipientOutcome.LeftOver();
        }
    }

    After after() {
        return after;
    }

    /// Whether the peer answered the end of a message.
    boolean finalReply() {
        return finalReply;
    }

    SendResult run() {
        try {
            for (var group : groups()) {
                if (!over && worthSending(group.getFirst())) {
                    exchange(group);
                }
            }
            if (!over) {
                finish();
            }
        } catch (SmtpClientException e) {
            broken(e.failure());
        }
        if (stale != null) {
            return new SendResult.Stale(stale);
        }
        var result = new ArrayList<RecipientOutcome>(outcomes.length);
        for (var outcome : outcomes) {
            if (outcome == null) {
                throw new IllegalStateException("a recipient without an outcome");
            }
            result.add(outcome);
        }
        return new SendResult.Done(result);
    }

    private List<List<Command>> groups() {
        var commands = new ArrayList<Command>(plan.rcpt().size() + 3);
        if (resetFirst) {
            commands.add(new Command(Stage.RSET, "RSET", -1));
        }
        commands.add(new Command(Stage.MAIL, plan.mail(), -1));
        for (int i = 0; i < plan.rcpt().size(); i++) {
            commands.add(new Command(Stage.RCPT, plan.rcpt().get(i), i));
        }
        if (!plan.chunking()) {
            commands.add(new Command(Stage.DATA, "DATA", -1));
        }
        if (!pipelining) {
            return commands.stream().map(List::of).toList();
        }
        var groups = new ArrayList<List<Command>>(1);
        var group = new ArrayList<Command>(commands.size());
        int octets = 0;
        for (var command : commands) {
            // At most three octets of UTF-8 a char.
            int length = 3 * command.line().length() + 2;
            if (octets + length > GROUP && !group.isEmpty()) {
                groups.add(group);
                group = new ArrayList<>();
                octets = 0;
            }
            group.add(command);
            octets += length;
        }
        groups.add(group);
        return groups;
    }

    private boolean worthSending(Command first) {
        return switch (first.stage()) {
            case RCPT -> mailAccepted;
            case DATA -> recipientsAccepted > 0;
            default -> true;
        };
    }

    private void exchange(List<Command> group) {
        var lines = new StringBuilder();
        for (var command : group) {
            lines.append(command.line()).append("\r\n");
        }
        var text = lines.toString();
        wire.write(group.getFirst().stage(), text, text.getBytes(StandardCharsets.UTF_8));
        for (var command : group) {
            take(command, wire.read(command.stage()));
            if (over) {
                return;
            }
        }
    }

    private void take(Command command, Reply reply) {
        if (reply.code() == 421) {
            sessionOver(command.stage(), reply);
            return;
        }
        if (command.stage() == Stage.RSET) {
            takeReset(reply);
            return;
        }
        answered = true;
        switch (command.stage()) {
            case MAIL -> takeMail(reply);
            case RCPT -> takeRcpt(command.recipient(), reply);
            default -> takeData(reply);
        }
    }

    private void takeReset(Reply reply) {
        if (!reply.positive()) {
            over = true;
            after = After.UNUSABLE;
            stale = unexpected(Stage.RSET, reply).failure();
        }
    }

    private void takeMail(Reply reply) {
        if (reply.positive()) {
            mailAccepted = true;
        } else if (negative(reply)) {
            mailRefused = true;
            decideRest(new RecipientOutcome.Refused(Stage.MAIL, reply));
        } else {
            throw unexpected(Stage.MAIL, reply);
        }
    }

    private void takeRcpt(int recipient, Reply reply) {
        if (reply.positive()) {
            recipientsAccepted++;
        } else if (!negative(reply)) {
            throw unexpected(Stage.RCPT, reply);
        } else if (!mailRefused) {
            outcomes[recipient] = new RecipientOutcome.Refused(Stage.RCPT, reply);
        }
    }

    private void takeData(Reply reply) {
        if (reply.code() / 100 == 3) {
            dataStarted = true;
        } else if (negative(reply)) {
            decideRest(new RecipientOutcome.Refused(Stage.DATA, reply));
        } else {
            throw unexpected(Stage.DATA, reply);
        }
    }

    /// All commands are answered.
    private void finish() {
        boolean anyUndecided = !mailRefused && recipientsAccepted > 0;
        if (plan.chunking() && anyUndecided) {
            sendContent();
        } else if (dataStarted && anyUndecided) {
            sendContent();
        } else if (dataStarted && recipientsAccepted > 0) {
            // MAIL was refused, RCPT and DATA were not: to end this would send an empty message.
            after = After.UNUSABLE;
        } else if (dataStarted) {
            sendNothing();
        } else {
            after = mailAccepted ? After.RESET_NEEDED : After.CLEAN;
        }
    }

    // RFC 2920 §3.1: the peer answered DATA with 354 although it has no recipient; it gets a single
    // dot, and what it says to that concerns nobody.
    private void sendNothing() {
        try {
            var dot = ".\r\n";
            wire.write(Stage.CONTENT, dot, dot.getBytes(StandardCharsets.US_ASCII));
            if (wire.read(Stage.END_OF_CONTENT).code() == 421) {
                after = After.UNUSABLE;
            }
        } catch (SmtpClientException e) {
            after = After.UNUSABLE;
        }
    }

    private void sendContent() {
        long size = content.size();
        var writer =
                new ContentWriter(
                        wire::write, !plan.chunking(), new byte[ContentWriter.blockFor(size)]);
        try {
            if (plan.chunking()) {
                // One chunk is enough: its size is known, and the peer reads it as it comes.
                writer.command("BDAT " + size + " LAST");
            }
            content.writeTo(writer);
            if (writer.taken() != size) {
                throw new IOException(
                        "content has " + writer.taken() + " octets instead of " + size);
            }
            writer.finish();
            takeFinal(wire.read(Stage.END_OF_CONTENT));
        } catch (IOException e) {
            // Ours: the peer must not see an end, so the connection can only be dropped.
            after = After.UNUSABLE;
            decideRest(
                    new RecipientOutcome.Interrupted(
                            new Failure.Content(Stage.CONTENT, Words.of(e))));
        } catch (SmtpClientException e) {
            contentBroken(writer.stage(), e.failure());
        }
    }

    private void takeFinal(Reply reply) {
        if (reply.positive()) {
            decideRest(new RecipientOutcome.Accepted(reply));
        } else if (negative(reply)) {
            decideRest(new RecipientOutcome.Refused(Stage.END_OF_CONTENT, reply));
            // The peer's buffers are cleared (RFC 5321 §4.1.1.4), but not every peer's.
            after = reply.code() == 421 ? After.UNUSABLE : After.RESET_NEEDED;
        } else {
            throw unexpected(Stage.END_OF_CONTENT, reply);
        }
        finalReply = true;
        if (wire.surplus()) {
            // A reply too many would be taken for that to the next command.
            after = After.UNUSABLE;
        }
    }

    /// Many peers that have had enough say why and close without reading on.
    private void contentBroken(Stage stage, Failure failure) {
        after = After.UNUSABLE;
        if (failure instanceof Failure.Closed) {
            var word = wire.lastWord();
            if (word.isPresent() && negative(word.get())) {
                decideRest(new RecipientOutcome.Refused(stage, word.get()));
                return;
            }
        }
        decideRest(
                stage == Stage.END_OF_CONTENT
                        ? new RecipientOutcome.Unknown(failure)
                        : new RecipientOutcome.Interrupted(failure));
    }

    /// The dialogue broke off before the content.
    private void broken(Failure failure) {
        after = After.UNUSABLE;
        if (failure instanceof Failure.Closed) {
            var word = wire.lastWord();
            if (word.isPresent() && word.get().code() == 421) {
                sessionOver(failure.stage(), word.get());
                return;
            }
            if (!answered && earlierTransactions) {
                stale = failure;
                return;
            }
        }
        decideRest(new RecipientOutcome.Interrupted(failure));
    }

    // RFC 5321 §3.8: 421 to any command, and the peer closes.
    private void sessionOver(Stage stage, Reply reply) {
        over = true;
        after = After.UNUSABLE;
        if (!answered && earlierTransactions) {
            // It says that to the connection, not to this message: "idle for too long", "enough
            // for one session".
            stale = new Failure.Refused(stage, reply);
        } else {
            decideRest(new RecipientOutcome.Refused(stage, reply));
        }
    }

    private void decideRest(RecipientOutcome outcome) {
        for (int i = 0; i < outcomes.length; i++) {
            if (outcomes[i] == null) {
                outcomes[i] = outcome;
            }
        }
    }

    private static boolean negative(Reply reply) {
        return reply.temporary() || reply.permanent();
    }

    private static SmtpClientException unexpected(Stage stage, Reply reply) {
        return new SmtpClientException(
                new Failure.Protocol(stage, "unexpected reply at " + stage + ": " + reply));
    }
}
