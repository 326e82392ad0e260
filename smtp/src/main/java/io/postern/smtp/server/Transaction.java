package io.postern.smtp.server;

import io.postern.mail.BodyType;
import io.postern.mail.Envelope;
import io.postern.smtp.Command;
import io.postern.smtp.Reply;

/// The mail transaction, replaced whole and never cleared in parts. RFC 5321 §3.3.
///
/// Pure: no I/O and no clock. The session asks [#apply], then the handler, and keeps the next
/// transaction only when neither refused.
sealed interface Transaction {
    /// No MAIL yet, or none any more.
    record None() implements Transaction {}

    /// MAIL was taken, and perhaps RCPT.
    record Open(Envelope envelope) implements Transaction {}

    /// Some BDAT chunk was taken, the last not yet. RFC 3030 §2.
    ///
    /// @param octets of content so far
    record Chunking(Envelope envelope, long octets) implements Transaction {}

    /// A BDAT chunk was refused: what follows in the pipeline is thrown away. RFC 3030 §2.
    record Failed() implements Transaction {}

    /// What of the session and its limits a step depends on.
    ///
    /// @param greeted whether HELO or EHLO was taken
    /// @param clear whether the session is in clear and must not be. RFC 3207 §4
    /// @param messageSize most octets of content
    /// @param recipients most recipients
    record Rules(boolean greeted, boolean clear, long messageSize, int recipients) {}

    /// The transaction before the first MAIL.
    Transaction NONE = new None();

    /// Decides one command.
    static Step apply(Transaction now, Command command, Rules rules) {
        if (rules.clear() && !allowedInClear(command)) {
            return refused(530, "5.7.0", "say STARTTLS first");
        }
        return switch (command) {
            case Command.Mail mail -> mail(now, mail, rules);
            case Command.Rcpt rcpt -> rcpt(now, rcpt, rules);
            case Command.Data() -> data(now);
            case Command.Bdat bdat -> bdat(now, bdat, rules);
            case Command.Rset() -> agreed(NONE, 250, "2.0.0", "forgotten");
            // RFC 5321 §4.1.4: as RSET. The texts are the session's to make.
            case Command.Helo _, Command.Ehlo _ -> agreed(NONE, 250, "", "");
            // RFC 3207 §4.2: nothing learnt in clear is kept.
            case Command.StartTls() -> agreed(NONE, 220, "2.0.0", "go on");
            case Command.Noop() -> agreed(now, 250, "2.0.0", "here");
            // RFC 5321 §3.5.3: 252 says no more than that RCPT will tell.
            case Command.Vrfy() -> agreed(now, 252, "2.5.0", "RCPT will tell");
            case Command.Expn() -> refused(502, "5.5.1", "no lists are told");
            case Command.Help() ->
                    agreed(
                            now,
                            214,
                            "2.0.0",
                            "EHLO MAIL RCPT DATA BDAT RSET NOOP QUIT STARTTLS AUTH");
            case Command.Auth _ -> auth(now, rules);
            case Command.NotImplemented(var verb) ->
                    refused(502, "5.5.1", verb + " is not implemented");
            case Command.Quit() -> agreed(NONE, 221, "2.0.0", "bye");
        };
    }

    private static boolean allowedInClear(Command command) {
        return switch (command) {
            case Command.Helo _, Command.Ehlo _, Command.Noop _, Command.Quit _ -> true;
            case Command.StartTls _ -> true;
            case Command.Mail _, Command.Rcpt _, Command.Data _, Command.Bdat _ -> false;
            case Command.Rset _, Command.Vrfy _, Command.Expn _, Command.Help _ -> false;
            case Command.Auth _, Command.NotImplemented _ -> false;
        };
    }

    private static Step auth(Transaction now, Rules rules) {
        if (!rules.greeted()) {
            return refused(503, "5.5.1", "say EHLO first");
        }
        return switch (now) {
            case None(), Failed() -> agreed(NONE, 235, "2.7.0", "authenticated");
            // RFC 4954 §4: not during a mail transaction.
            case Open _, Chunking _ -> refused(503, "5.5.1", "AUTH in a transaction");
        };
    }

    private static Step mail(Transaction now, Command.Mail mail, Rules rules) {
        if (!rules.greeted()) {
            return refused(503, "5.5.1", "say EHLO first");
        }
        // RFC 6531 §3.5: X.6.7 with 553 when the address needs SMTPUTF8 and it is not given.
        if (mail.utf8Path() && !mail.envelope().smtpUtf8()) {
            return refused(553, "5.6.7", "this address needs SMTPUTF8");
        }
        // RFC 1870 §6.1 (2).
        if (mail.size().orElse(0) > rules.messageSize()) {
            return refused(552, "5.3.4", tooBig(rules));
        }
        return switch (now) {
            // Failed: the client ended that transaction by going on, as RFC 3030 §2 tells it to.
            case None(), Failed() -> agreed(new Open(mail.envelope()), 250, "2.1.0", "ok");
            // RFC 5321 §4.1.4: not inside a transaction. The open one stays as it was.
            case Open _, Chunking _ -> refused(503, "5.5.1", "nested MAIL");
        };
    }

    private static Step rcpt(Transaction now, Command.Rcpt rcpt, Rules rules) {
        return switch (now) {
            case None(), Failed() -> refused(503, "5.5.1", "say MAIL first");
            // RFC 3030 §2: after BDAT only BDAT or RSET.
            case Chunking _ -> refused(503, "5.5.1", "RCPT after BDAT");
            case Open(var envelope) when rcpt.utf8Path() && !envelope.smtpUtf8() ->
                    // RFC 6531 §3.5.
                    refused(553, "5.6.7", "this address needs SMTPUTF8");
            // RFC 5321 §4.1.1.3 leaves open what a second one means. With the same parameters no
            // DSN could tell them apart (RFC 3461 §4), so it is not kept twice.
            case Open(var envelope) when envelope.recipients().contains(rcpt.recipient()) ->
                    agreed(now, 250, "2.1.5", "ok");
            // RFC 5321 §4.5.3.1.10: 452, so that the client sends the others later.
            case Open(var envelope) when envelope.recipients().size() >= rules.recipients() ->
                    refused(452, "4.5.3", "too many recipients");
            case Open(var envelope) ->
                    agreed(new Open(envelope.with(rcpt.recipient())), 250, "2.1.5", "ok");
        };
    }

    private static Step data(Transaction now) {
        return switch (now) {
            case None(), Failed() -> refused(503, "5.5.1", "say MAIL first");
            // RFC 3030 §2: DATA and BDAT must not be mixed.
            case Chunking _ -> refused(503, "5.5.1", "DATA after BDAT");
            // RFC 5321 §3.3 allows 503 or 554 here: 503, for the sequence is what is wrong.
            case Open(var envelope) when envelope.recipients().isEmpty() ->
                    refused(503, "5.5.1", "say RCPT first");
            // RFC 3030 §3: BINARYMIME goes with BDAT only.
            case Open(var envelope) when envelope.bodyType() == BodyType.BINARY_MIME ->
                    refused(503, "5.5.1", "BINARYMIME needs BDAT");
            case Open _ -> agreed(now, 354, "", "end with <CRLF>.<CRLF>");
        };
    }

    private static Step bdat(Transaction now, Command.Bdat bdat, Rules rules) {
        return switch (now) {
            case None() -> refused(503, "5.5.1", "say MAIL first");
            case Failed() -> refused(503, "5.5.1", "the transaction has failed: say RSET");
            case Open(var envelope) when envelope.recipients().isEmpty() ->
                    refused(503, "5.5.1", "say RCPT first");
            case Open(var envelope) -> chunk(envelope, 0, bdat, rules);
            case Chunking(var envelope, var octets) -> chunk(envelope, octets, bdat, rules);
        };
    }

    private static Step chunk(Envelope envelope, long before, Command.Bdat bdat, Rules rules) {
        // RFC 1870 §6.3: the content as it comes is what counts, whatever SIZE said.
        if (bdat.octets() > rules.messageSize() - before) {
            return new Step.Failed(new Failed(), Reply.of(552, "5.3.4", tooBig(rules)));
        }
        long octets = before + bdat.octets();
        return agreed(
                bdat.last() ? NONE : new Chunking(envelope, octets),
                250,
                "2.0.0",
                bdat.octets() + " octets taken");
    }

    static String tooBig(Rules rules) {
        return "at most " + rules.messageSize() + " octets";
    }

    private static Step refused(int code, String enhanced, String text) {
        return new Step.Refused(Reply.of(code, enhanced, text));
    }

    private static Step agreed(Transaction next, int code, String enhanced, String text) {
        return new Step.Agreed(next, Reply.of(code, enhanced, text));
    }
}
