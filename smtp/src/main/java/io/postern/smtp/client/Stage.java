package io.postern.smtp.client;

/// Where in the dialogue the client was. Each waits under a time limit of its own, [Timeouts].
public enum Stage {
    CONNECT,
    GREETING,
    EHLO,
    STARTTLS,
    TLS_HANDSHAKE,
    RSET,
    MAIL,
    RCPT,
    DATA,
    /// While the octets of the message go out, before the last of them.
    CONTENT,
    /// From the write that holds the end of the message to the reply to it.
    END_OF_CONTENT,
    QUIT
}
