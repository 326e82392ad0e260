package io.postern.cli;

import io.postern.mail.Content;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.Reply;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.RecipientOutcome;
import io.postern.smtp.client.SendResult;
import io.postern.smtp.client.SmtpClientException;
import io.postern.smtp.client.SmtpConnection;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Hands one message to a gateway and tells the outcome as sendmail would.
final class SubmissionClient {
    private final Io io;
    private final InetSocketAddress server;
    private int code = Sysexits.OK;

    SubmissionClient(Io io, InetSocketAddress server) {
        this.io = io;
        this.server = server;
    }

    /// Sends, and returns a code of sysexits.h: that of the first recipient refused for good, else
    /// 75 when any may be tried again
    int send(Envelope envelope, Content content) {
        if (server.isUnresolved()) {
            throw new Failure(Sysexits.UNAVAILABLE, "there is no host " + server.getHostString());
        }
        try (var connection =
                SmtpConnection.open(server, ClientSettings.plain(Sendmail.ehloName()))) {
            var left = envelope.recipients();
            while (!left.isEmpty()) {
                var again = transaction(connection, envelope.withRecipients(left), content);
                if (again.size() == left.size() || (!again.isEmpty() && !connection.reusable())) {
                    failed(Sysexits.TEMPFAIL, "the gateway took none of the recipients left");
                    again = List.of();
                }
                left = again;
            }
            connection.quit();
        } catch (SmtpClientException e) {
            if (e.failure() instanceof io.postern.smtp.client.Failure.Refused(_, var reply)
                    && reply.enhanced().startsWith("5.7.")) {
                throw new Failure(
                        Sysexits.NOPERM,
                        "the gateway refuses this host: "
                                + reply
                                + "; `trust` of its listener says who may");
            }
            throw new Failure(
                    Sysexits.TEMPFAIL,
                    "the gateway at "
                            + server.getHostString()
                            + ":"
                            + server.getPort()
                            + " can't be reached ("
                            + e.getMessage()
                            + "); is it running? POSTERN_SENDMAIL names another");
        }
        return code;
    }

    /// The recipients that go into another transaction.
    private List<EnvelopeRecipient> transaction(
            SmtpConnection connection, Envelope envelope, Content content) {
        switch (connection.send(envelope, content)) {
            case SendResult.CannotCarry(var reason) ->
                    failed(Sysexits.UNAVAILABLE, reason.reply().toString());
            case SendResult.Stale(var failure) -> failed(Sysexits.TEMPFAIL, failure.why());
            case SendResult.Done(var outcomes) -> {
                var again = new ArrayList<EnvelopeRecipient>();
                for (int i = 0; i < outcomes.size(); i++) {
                    if (outcome(envelope.recipients().get(i), outcomes.get(i))) {
                        again.add(envelope.recipients().get(i));
                    }
                }
                return again;
            }
        }
        return List.of();
    }

    /// Whether the recipient goes into another transaction.
    private boolean outcome(EnvelopeRecipient recipient, RecipientOutcome outcome) {
        var to = recipient.path() + ": ";
        switch (outcome) {
            case RecipientOutcome.Accepted _ -> {}
            case RecipientOutcome.LeftOver _ -> {
                return true;
            }
            case RecipientOutcome.Refused refused -> {
                if (refused.tooManyRecipients()) {
                    return true;
                }
                failed(
                        refused.temporary() ? Sysexits.TEMPFAIL : code(refused),
                        to + refused.reply());
            }
            case RecipientOutcome.Interrupted(var failure) ->
                    failed(Sysexits.TEMPFAIL, to + failure.why());
            case RecipientOutcome.Unknown(var failure) ->
                    failed(Sysexits.TEMPFAIL, to + failure.why() + " (it may have been taken)");
        }
        return false;
    }

    private static int code(RecipientOutcome.Refused refused) {
        var enhanced = enhanced(refused.reply());
        if (enhanced.startsWith("5.7.")) {
            return Sysexits.NOPERM;
        }
        return switch (refused.stage()) {
            case RCPT -> Sysexits.NOUSER;
            case DATA, CONTENT, END_OF_CONTENT -> Sysexits.DATAERR;
            case CONNECT, GREETING, EHLO, STARTTLS, TLS_HANDSHAKE, RSET, MAIL, QUIT ->
                    enhanced.startsWith("5.3.4") ? Sysexits.DATAERR : Sysexits.UNAVAILABLE;
        };
    }

    private static String enhanced(Reply reply) {
        return reply.enhanced();
    }

    private void failed(int failure, String why) {
        io.err().println("sendmail: " + why);
        if (code == Sysexits.OK || (code == Sysexits.TEMPFAIL && failure != Sysexits.TEMPFAIL)) {
            code = failure;
        }
    }
}
