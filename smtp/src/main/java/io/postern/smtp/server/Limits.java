package io.postern.smtp.server;

import java.time.Duration;

/// The bounds of a listener and of each session. Every bound has its reply; none is "unlimited".
///
/// @param commandLine octets of a command line without its CRLF; longer: 500 5.5.2. RFC 5321
///   §4.5.3.1.4 asks for 512 and more for extensions
/// @param messageSize octets of the content of a message, announced by SIZE (RFC 1870); more: 552
///   5.3.4
/// @param recipients recipients a transaction, announced by LIMITS RCPTMAX (RFC 9422); more: 452
///   4.5.3
/// @param messages transactions a session, announced by LIMITS MAILMAX; more: 421 4.7.0 and close
/// @param commands commands a session; more: 421 4.7.0 and close
/// @param errors refused or unknown commands a session; at this number 421 4.7.0 and close
/// @param junk commands without any use (NOOP, RSET, VRFY, EXPN, HELP, HELO, EHLO) since the last
///   recipient or message that was taken; each one more is an error too
/// @param sessions sessions at once; more: 421 4.3.2 in place of the greeting
/// @param sessionsPerClient sessions at once of one client address (IPv6: of one /64); more: 421
///   4.7.0 in place of the greeting
/// @param idle longest wait for a whole command; longer: 421 4.4.2 and close. RFC 5321 §4.5.3.2.7
/// @param dataBlock longest wait for some octets of content; longer: 421 4.4.2 and close. RFC 5321
///   §4.5.3.2.5
/// @param session longest session; longer: 421 4.4.2 and close, but content being received may end
///   within its own deadline
/// @param handshake longest TLS handshake
/// @param dataGrace time for content before `dataRate` is asked for
/// @param dataRate octets a second, on average, that content must reach after the grace; slower:
///   421 4.4.2 and close
/// @param linger how long what a refused client still sends is read and thrown away, so that it can
///   see the last reply
public record Limits(
        int commandLine,
        long messageSize,
        int recipients,
        int messages,
        int commands,
        int errors,
        int junk,
        int sessions,
        int sessionsPerClient,
        Duration idle,
        Duration dataBlock,
        Duration session,
        Duration handshake,
        Duration dataGrace,
        int dataRate,
        Duration linger) {
    /// The bounds when nothing is configured.
    public static final Limits DEFAULT =
            new Limits(
                    2048,
                    50L << 20,
                    1000,
                    10_000,
                    100_000,
                    10,
                    100,
                    10_000,
                    1000,
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(3),
                    Duration.ofHours(2),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(2),
                    256,
                    Duration.ofSeconds(2));

    /// @throws IllegalArgumentException when a bound is not above 0, or the line is below RFC
    ///   5321's 512
    public Limits {
        if (commandLine < 510
                || messageSize < 1
                || recipients < 1
                || messages < 1
                || commands < 1
                || errors < 1
                || junk < 1
                || sessions < 1
                || sessionsPerClient < 1
                || dataRate < 1) {
            throw new IllegalArgumentException("a limit is not above 0");
        }
        for (var duration :
                new Duration[] {idle, dataBlock, session, handshake, dataGrace, linger}) {
            if (!duration.isPositive()) {
                throw new IllegalArgumentException("a limit is not above 0");
            }
        }
    }

    public Limits withCommandLine(int octets) {
        return copy(octets, messageSize, recipients, messages, commands, errors);
    }

    public Limits withMessageSize(long octets) {
        return copy(commandLine, octets, recipients, messages, commands, errors);
    }

    public Limits withRecipients(int number) {
        return copy(commandLine, messageSize, number, messages, commands, errors);
    }

    public Limits withMessages(int number) {
        return copy(commandLine, messageSize, recipients, number, commands, errors);
    }

    public Limits withCommands(int number) {
        return copy(commandLine, messageSize, recipients, messages, number, errors);
    }

    public Limits withErrors(int number) {
        return copy(commandLine, messageSize, recipients, messages, commands, number);
    }

    /// The same with another number of commands without any use.
    public Limits withJunk(int number) {
        return new Limits(
                commandLine,
                messageSize,
                recipients,
                messages,
                commands,
                errors,
                number,
                sessions,
                sessionsPerClient,
                idle,
                dataBlock,
                session,
                handshake,
                dataGrace,
                dataRate,
                linger);
    }

    /// The same with other numbers of sessions at once.
    public Limits withSessions(int all, int perClient) {
        return new Limits(
                commandLine,
                messageSize,
                recipients,
                messages,
                commands,
                errors,
                junk,
                all,
                perClient,
                idle,
                dataBlock,
                session,
                handshake,
                dataGrace,
                dataRate,
                linger);
    }

    /// The same with other waits.
    public Limits withWaits(Duration idle, Duration dataBlock, Duration session, Duration linger) {
        return new Limits(
                commandLine,
                messageSize,
                recipients,
                messages,
                commands,
                errors,
                junk,
                sessions,
                sessionsPerClient,
                idle,
                dataBlock,
                session,
                handshake,
                dataGrace,
                dataRate,
                linger);
    }

    /// The same with another least data rate.
    public Limits withDataRate(Duration grace, int octetsPerSecond) {
        return new Limits(
                commandLine,
                messageSize,
                recipients,
                messages,
                commands,
                errors,
                junk,
                sessions,
                sessionsPerClient,
                idle,
                dataBlock,
                session,
                handshake,
                grace,
                octetsPerSecond,
                linger);
    }

    /// The same with another longest TLS handshake.
    public Limits withHandshake(Duration longest) {
        return new Limits(
                commandLine,
                messageSize,
                recipients,
                messages,
                commands,
                errors,
                junk,
                sessions,
                sessionsPerClient,
                idle,
                dataBlock,
                session,
                longest,
                dataGrace,
                dataRate,
                linger);
    }

    private Limits copy(
            int line, long size, int rcpts, int mails, int commandCount, int errorCount) {
        return new Limits(
                line,
                size,
                rcpts,
                mails,
                commandCount,
                errorCount,
                junk,
                sessions,
                sessionsPerClient,
                idle,
                dataBlock,
                session,
                handshake,
                dataGrace,
                dataRate,
                linger);
    }
}
