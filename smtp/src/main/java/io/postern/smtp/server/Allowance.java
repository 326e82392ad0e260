package io.postern.smtp.server;

import io.postern.smtp.Command;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.time.InstantSource;

/// What a client has used up of its session's bounds. Confined to the session's thread.
final class Allowance {
    private final Limits limits;
    private final InstantSource clock;
    private final long started;
    private int commands;
    private int errors;
    private int junk;
    private int putOff;
    private int messages;

    /// Of a session that begins now.
    Allowance(Limits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        started = clock.millis();
    }

    /// How long the client may take to say the next thing.
    Duration patience() {
        var left = limits.session().minusMillis(clock.millis() - started);
        return left.compareTo(limits.idle()) < 0 ? left : limits.idle();
    }

    /// One more line.
    ///
    /// @throws SessionEnd when it is one too many; so do all below
    void line() throws SessionEnd {
        if (++commands > limits.commands()) {
            throw SessionEnd.telling(
                    Reply.of(421, "4.7.0", "too many commands"), "too many commands");
        }
    }

    /// A client may idle with NOOP or begin anew with RSET, but not for ever.
    void command(Command command) throws SessionEnd {
        switch (command) {
            case Command.Noop _,
                    Command.Rset _,
                    Command.Vrfy _,
                    Command.Expn _,
                    Command.Help _,
                    Command.Helo _,
                    Command.Ehlo _ -> {
                if (++junk > limits.junk()) {
                    error();
                }
            }
            case Command.Rcpt _, // counted as an error when it is refused
                    Command.Mail _,
                    Command.Data _,
                    Command.Bdat _,
                    Command.Quit _,
                    Command.StartTls _,
                    Command.Auth _,
                    Command.NotImplemented _ -> {}
        }
    }

    void error() throws SessionEnd {
        if (++errors >= limits.errors()) {
            throw SessionEnd.telling(Reply.of(421, "4.7.0", "too many errors"), "too many errors");
        }
    }

    /// A temporary refusal, with no recipient accepted that a message could go to. Whoever is put
    /// off again and again does better to come back later.
    void putOff() throws SessionEnd {
        if (++putOff > limits.recipients() + limits.errors()) {
            throw SessionEnd.telling(
                    Reply.of(421, "4.7.0", "too much was put off, try again later"), "put off");
        }
    }

    /// Before a MAIL is put to the handler; [#begun] counts it when that agrees.
    void anotherMessage() throws SessionEnd {
        if (messages >= limits.messages()) {
            throw SessionEnd.telling(
                    Reply.of(421, "4.7.0", "too many messages in one session"),
                    "too many messages");
        }
    }

    void begun() {
        messages++;
    }

    /// A recipient was accepted: the session is of use.
    void useful() {
        junk = 0;
    }

    /// A message was taken: what went before is forgiven.
    void taken() {
        errors = 0;
        junk = 0;
        putOff = 0;
    }
}
