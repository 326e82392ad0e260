package io.postern.smtp.client;

import io.postern.smtp.Reply;

/// What ended a connection before its work was done. All of these are temporary: they say nothing
/// about the message or its recipients.
public sealed interface Failure {
    /// Where it happened.
    Stage stage();

    /// In words, for events and DSNs; one line, no more than a few hundred characters.
    String why();

    /// No TCP connection.
    record Connect(String why) implements Failure {
        @Override
        public Stage stage() {
            return Stage.CONNECT;
        }
    }

    /// The peer took longer than the stage's limit.
    record Timeout(Stage stage) implements Failure {
        @Override
        public String why() {
            return "timed out at " + stage;
        }
    }

    /// The handshake failed, or TLS is required and can't be had. After a failed handshake under
    /// [TlsPolicy.Opportunistic] the caller may open another connection in clear (RFC 7435 §3).
    record Tls(Stage stage, String why) implements Failure {}

    /// What the peer sent is not SMTP.
    record Protocol(Stage stage, String why) implements Failure {}

    /// The peer closed or reset the connection.
    record Closed(Stage stage, String why) implements Failure {}

    /// A negative reply that concerns the session, not a transaction: to the connection, EHLO and
    /// HELO. Temporary even when 5yz: another host of the destination may take the message.
    record Refused(Stage stage, Reply reply) implements Failure {
        @Override
        public String why() {
            return reply.toString();
        }
    }

    /// Our own content could not be read while it was being sent. The peer did not get the end.
    record Content(Stage stage, String why) implements Failure {}
}
