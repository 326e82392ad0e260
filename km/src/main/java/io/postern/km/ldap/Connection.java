package io.postern.km.ldap;

import com.unboundid.asn1.ASN1Buffer;
import com.unboundid.ldap.protocol.LDAPMessage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection, on a virtual thread of its own. Requests are answered one after the
/// other. Whatever it waits for has a deadline, which another thread keeps by closing the socket.
final class Connection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /// Between requests: clients keep connections, and ask again soon or not at all.
    private static final Duration IDLE = Duration.ofMinutes(1);

    /// For a message to come, its answer to be made and taken, and for the handshake of TLS.
    private static final Duration BUSY = Duration.ofSeconds(20);

    /// Who is told so often in a row that it asks too much, and asks on, does not listen.
    private static final int MOST_BUSY = 20;

    private static final int BUFFER = 8 << 10;

    private final Socket socket;
    private final boolean implicitTls;
    private final Means means;
    private volatile long deadline;

    /// What all connections share.
    ///
    /// @param rates whether the client may ask for so much
    /// @param tls the certificates of now
    /// @param large permits for answers of megabytes: each is in memory until its client has it
    record Means(
            Answers answers, Rates rates, Supplier<Optional<SSLContext>> tls, Semaphore large) {}

    /// Whether a client may ask for so much.
    @FunctionalInterface
    interface Rates {
        boolean take(InetAddress client, int cost);
    }

    Connection(Socket socket, boolean implicitTls, Means means) {
        this.socket = socket;
        this.implicitTls = implicitTls;
        this.means = means;
        until(BUSY);
    }

    private void until(Duration span) {
        deadline = System.nanoTime() + span.toNanos();
    }

    /// Closes it when it is late. By any thread.
    void watch(long nanos) {
        if (nanos - deadline > 0) {
            close();
        }
    }

    /// By any thread. The plain socket: closing TLS properly may wait for the client.
    void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // It is of no use any more in any case.
        }
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (implicitTls) {
                talk(tls(), true);
            } else if (talk(socket, false)) {
                talk(tls(), true);
            }
        } catch (Wire.NotLdapException e) {
            LOG.debug("{}: {}", socket.getInetAddress(), e.getMessage());
        } catch (IOException e) {
            LOG.debug("{} is gone: {}", socket.getInetAddress(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a client of the directory was left without an answer", e);
        }
    }

    private Socket tls() throws IOException {
        until(BUSY);
        var context = means.tls.get().orElseThrow(() -> new IOException("there is no certificate"));
        var secured =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, null, socket.getPort(), true);
        secured.setUseClientMode(false);
        secured.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        secured.startHandshake();
        return secured;
    }

    /// @return whether TLS was asked for and promised
    private boolean talk(Socket over, boolean secured) throws IOException {
        var in = new BufferedInputStream(over.getInputStream(), BUFFER);
        var out = over.getOutputStream();
        var client = socket.getInetAddress();
        int busy = 0;
        while (busy < MOST_BUSY) {
            var message = read(in, out);
            if (message.isEmpty()) {
                return false;
            }
            var asked = message.get();
            boolean large = Answers.large(asked);
            boolean now =
                    means.rates.take(client, Answers.cost(asked))
                            && (!large || means.large.tryAcquire());
            busy = now ? 0 : busy + 1;
            Answers.Then then;
            try {
                var reply =
                        now
                                ? means.answers.answer(
                                        asked,
                                        new Answers.Client(
                                                client,
                                                secured,
                                                secured || means.tls.get().isPresent()))
                                : Answers.busy(asked);
                then = reply.then();
                if (then == Answers.Then.START_TLS && in.available() > 0) {
                    // RFC 4511 §4.14.1: what was sent in clear must not be taken for sent under
                    // TLS.
                    throw new Wire.NotLdapException("more than StartTLS");
                }
                write(reply.messages(), out);
            } finally {
                if (now && large) {
                    means.large.release();
                }
            }
            switch (then) {
                case STAY -> {}
                case CLOSE -> {
                    return false;
                }
                case START_TLS -> {
                    return true;
                }
            }
        }
        return false;
    }

    private Optional<LDAPMessage> read(InputStream in, OutputStream out) throws IOException {
        until(IDLE);
        try {
            var octets = Wire.next(in, () -> until(BUSY));
            return octets.isPresent() ? Optional.of(Wire.decode(octets.get())) : Optional.empty();
        } catch (Wire.NotLdapException e) {
            // RFC 4511 §4.1.1: what can't be parsed ends the session, with a notice.
            write(List.of(Answers.disconnection("this is not LDAP")), out);
            throw e;
        }
    }

    private static void write(Iterable<LDAPMessage> messages, OutputStream out) throws IOException {
        var buffer = new ASN1Buffer();
        for (var message : messages) {
            message.writeTo(buffer);
        }
        if (buffer.length() > 0) {
            buffer.writeTo(out);
            out.flush();
        }
    }
}
