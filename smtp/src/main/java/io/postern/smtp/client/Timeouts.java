package io.postern.smtp.client;

import java.time.Duration;

/// How long the client waits at each stage. Each limit is for the whole stage (a whole reply, a
/// whole block), so a peer that dribbles octets gains nothing. All are positive.
///
/// @param connect for the TCP connection
/// @param greeting RFC 5321 §4.5.3.2.1
/// @param ehlo for EHLO, HELO and STARTTLS, each; the RFC gives no figure
/// @param tlsHandshake for the whole handshake; the RFC gives no figure
/// @param mail RFC 5321 §4.5.3.2.2; also for RSET
/// @param rcpt RFC 5321 §4.5.3.2.3
/// @param dataInitiation for the 354: RFC 5321 §4.5.3.2.4
/// @param dataBlock for each block of at most 64 KiB to go out: RFC 5321 §4.5.3.2.5
/// @param dataTermination for the reply to the end of the message: RFC 5321 §4.5.3.2.6
/// @param quit for the reply to QUIT, which nobody waits for
public record Timeouts(
        Duration connect,
        Duration greeting,
        Duration ehlo,
        Duration tlsHandshake,
        Duration mail,
        Duration rcpt,
        Duration dataInitiation,
        Duration dataBlock,
        Duration dataTermination,
        Duration quit) {
    /// The limits of RFC 5321 §4.5.3.2; 30 s to connect, 60 s for the handshake, 2 s for QUIT.
    public static final Timeouts RFC_5321 =
            new Timeouts(
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(60),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(3),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(2));

    public Timeouts {
        for (var limit :
                new Duration[] {
                    connect,
                    greeting,
                    ehlo,
                    tlsHandshake,
                    mail,
                    rcpt,
                    dataInitiation,
                    dataBlock,
                    dataTermination,
                    quit
                }) {
            if (!limit.isPositive()) {
                throw new IllegalArgumentException("not a positive time limit: " + limit);
            }
        }
    }

    /// The same limit at every stage.
    public static Timeouts all(Duration limit) {
        return new Timeouts(limit, limit, limit, limit, limit, limit, limit, limit, limit, limit);
    }

    Duration of(Stage stage) {
        return switch (stage) {
            case CONNECT -> connect;
            case GREETING -> greeting;
            case EHLO, STARTTLS -> ehlo;
            case TLS_HANDSHAKE -> tlsHandshake;
            case MAIL, RSET -> mail;
            case RCPT -> rcpt;
            case DATA -> dataInitiation;
            case CONTENT -> dataBlock;
            case END_OF_CONTENT -> dataTermination;
            case QUIT -> quit;
        };
    }
}
