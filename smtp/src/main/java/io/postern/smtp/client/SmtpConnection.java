package io.postern.smtp.client;

import io.postern.mail.Content;
import io.postern.mail.Envelope;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;

/// A connection to an SMTP server, ready for transactions. RFC 5321.
///
/// Confined to one thread at a time; blocking, meant for virtual threads.
@SuppressWarnings("DoNotCallSuggester")
public final class SmtpConnection implements AutoCloseable {
    private SmtpConnection() {}

    /// Connects, greets, and starts TLS as the settings say.
    ///
    /// @param target a resolved address
    /// @throws SmtpClientException when there is no usable connection; nothing is left open
    public static SmtpConnection open(InetSocketAddress target, ClientSettings settings) {
        throw new UnsupportedOperationException();
    }

    /// The peer's address.
    public InetSocketAddress peer() {
        throw new UnsupportedOperationException();
    }

    /// What the peer offers (under TLS, if that is on).
    public Capabilities capabilities() {
        throw new UnsupportedOperationException();
    }

    /// The TLS that is on; empty in clear.
    public Optional<TlsFacts> tls() {
        throw new UnsupportedOperationException();
    }

    /// One transaction, whatever its outcome: no failure of the peer or the network is thrown.
    ///
    /// With PIPELINING it takes two round trips. The content is not closed.
    ///
    /// @param envelope with at least one recipient
    /// @throws IllegalStateException when the connection is not [#reusable]
    public SendResult send(Envelope envelope, Content content) {
        throw new UnsupportedOperationException();
    }

    /// Whether another transaction can be tried here.
    public boolean reusable() {
        throw new UnsupportedOperationException();
    }

    /// Messages that got a final reply here.
    public int messagesSent() {
        throw new UnsupportedOperationException();
    }

    /// When the last transaction, or the opening, ended.
    public Instant idleSince() {
        throw new UnsupportedOperationException();
    }

    /// Whether an idle connection is still open at the peer's end, as far as can be seen without
    /// asking. Takes about a millisecond; worth it after some seconds of idleness.
    public boolean probe() {
        throw new UnsupportedOperationException();
    }

    /// Takes leave and closes, without waiting for the peer.
    public void quit() {
        throw new UnsupportedOperationException();
    }

    /// Closes at once. Idempotent.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
