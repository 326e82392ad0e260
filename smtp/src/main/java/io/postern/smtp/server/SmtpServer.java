package io.postern.smtp.server;

import io.postern.smtp.Reply;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An SMTP server on one endpoint: one virtual thread accepts, one serves each session, one sweeps:
/// it cuts off sessions whose [Deadline] has passed. RFC 5321.
///
/// All methods may be called from any thread.
public final class SmtpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SmtpServer.class);
    private static final AtomicLong ids = new AtomicLong();
    private static final int BACKLOG = 1024;

    /// TLS handshakes at once of one client. Each takes 50 KiB, and a processor for a millisecond;
    /// a host that opens more connections than that at once is told to come again.
    static final int HANDSHAKES_PER_CLIENT = 100;

    private static final Duration SWEEP = Duration.ofMillis(500);
    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(50);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

    /// A balancer sends its header in its first segment; this allows for one that was lost twice.
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(5);

    private static final Reply FULL = Reply.of(421, "4.3.2", "too many sessions");
    private static final Reply FULL_FOR_CLIENT =
            Reply.of(421, "4.7.0", "too many sessions from your address");
    private static final Reply NO_HANDLER = Reply.of(421, "4.3.0", "internal error");
    private static final Reply DRAINING = Reply.of(421, "4.3.2", "closing down");

    private final ServerSettings settings;
    private final Supplier<SessionHandler> handlers;
    private final ServerSocketChannel listener;
    private final int port;
    private final Semaphore slots;
    private final ClientSlots clients;
    private final ClientSlots handshakes = new ClientSlots(HANDSHAKES_PER_CLIENT);
    private final Counters counters = new Counters();
    private final Set<Open> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Sessions not yet released, and one for the acceptor: it may be admitting one while the
    /// server is stopped.
    private final AtomicInteger alive = new AtomicInteger(1);

    /// A session as other threads see it. Its peer is its client, unless it is a balancer: then the
    /// session's own thread reads who the client is.
    private record Open(
            String id,
            InetSocketAddress peer,
            boolean balanced,
            Wire wire,
            Turn turn,
            Deadline deadline) {}

    private SmtpServer(
            ServerSettings settings,
            Supplier<SessionHandler> handlers,
            ServerSocketChannel listener)
            throws IOException {
        this.settings = settings;
        this.handlers = handlers;
        this.listener = listener;
        port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        slots = new Semaphore(settings.limits().sessions());
        clients = new ClientSlots(settings.limits().sessionsPerClient());
    }

    /// Binds, listens and begins to accept.
    ///
    /// @param handlers makes the handler of each session, on the session's thread; may fail: then
    ///   421 4.3.0 is answered in place of the greeting
    /// @throws IOException when the address can't be bound
    public static SmtpServer open(ServerSettings settings, Supplier<SessionHandler> handlers)
            throws IOException {
        var server = new SmtpServer(settings, handlers, bind(settings.endpoint()));
        Thread.ofVirtual().name("smtp-accept-" + settings.name()).start(server::accept);
        Thread.ofVirtual().name("smtp-sweep-" + settings.name()).start(server::sweep);
        return server;
    }

    private static ServerSocketChannel bind(Endpoint endpoint) throws IOException {
        return switch (endpoint) {
            case Endpoint.Inherited(var channel) -> {
                channel.configureBlocking(true);
                yield channel;
            }
            case Endpoint.Address(var address) -> {
                var channel = ServerSocketChannel.open();
                try {
                    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                    yield channel.bind(address, BACKLOG);
                } catch (IOException e) {
                    channel.close();
                    throw e;
                }
            }
        };
    }

    /// The port in use.
    public int port() {
        return port;
    }

    /// What was counted so far.
    public ServerCounts counts() {
        return counters.snapshot(settings.limits().sessions() - slots.availablePermits());
    }

    private void accept() {
        try {
            acceptUntilStopped();
        } finally {
            oneLess();
        }
    }

    private void oneLess() {
        if (alive.decrementAndGet() == 0) {
            ended.countDown();
        }
    }

    private void acceptUntilStopped() {
        var backOff = Duration.ZERO;
        while (!stopped.get()) {
            try {
                admit(listener.accept());
                backOff = Duration.ZERO;
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                backOff = afterError(backOff, e);
            } catch (RuntimeException | Error bug) {
                log.error("{} lost a connection by an error of ours", settings.name(), bug);
                backOff = afterError(backOff, new IOException(bug));
            }
        }
    }

    /// Waits before the next accept: without file handles (EMFILE) it would fail at once, again and
    /// again, and take a processor.
    private Duration afterError(Duration before, IOException e) {
        counters.acceptErrors.increment();
        if (before.isZero()) {
            log.warn("{} can't accept a connection: {}", settings.name(), e.getMessage());
        }
        var wait = before.isZero() ? FIRST_BACK_OFF : before.multipliedBy(2);
        wait = wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait;
        await(stop, wait);
        return wait;
    }

    private void admit(SocketChannel channel) {
        if (!settings.admission().getAsBoolean() || !slots.tryAcquire()) {
            turnAway(channel, FULL);
            return;
        }
        Open open;
        try {
            open = open(channel, (InetSocketAddress) channel.getRemoteAddress());
        } catch (IOException _) { // gone already
            slots.release();
            closeQuietly(channel);
            return;
        }
        if (!open.balanced() && !clients.take(open.peer().getAddress())) {
            slots.release();
            turnAway(channel, FULL_FOR_CLIENT);
            return;
        }
        alive.incrementAndGet();
        sessions.add(open);
        if (stopped.get()) {
            open.turn().askToEnd(); // the drainer may have looked before
        }
        try {
            Thread.ofVirtual().name("smtp-" + open.id()).start(() -> serve(open));
        } catch (RuntimeException | Error e) {
            release(open);
            throw e;
        }
    }

    private Open open(SocketChannel channel, InetSocketAddress peer) throws IOException {
        var limits = settings.limits();
        var turn = new Turn();
        var deadline = new Deadline(limits.linger());
        var wire = new Wire(channel, limits, settings.clock(), deadline, turn);
        var id = Long.toString(ids.incrementAndGet(), 36).toUpperCase(Locale.ROOT);
        boolean balanced = settings.balancers().test(peer.getAddress());
        return new Open(id, peer, balanced, wire, turn, deadline);
    }

    /// Says no without waiting: the reply fits into the socket's buffer, or is lost.
    private void turnAway(SocketChannel channel, Reply reply) {
        counters.refused.increment();
        log.debug("{} refused a connection: {}", settings.name(), reply);
        try {
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(ReplyText.octets(reply)));
            channel.shutdownOutput();
        } catch (IOException _) {
            // gone already
        }
        closeQuietly(channel);
    }

    private void serve(Open open) {
        try {
            if (open.balanced()) {
                talkBehind(open);
            } else {
                talk(open, open.peer());
            }
        } finally {
            open.wire().close();
            release(open);
        }
    }

    /// Serves the client that a balancer announces, counted by that client's address.
    private void talkBehind(Open open) {
        var client = Announcement.read(open.id(), open.peer(), open.wire(), ANNOUNCEMENT);
        if (client.isEmpty()) {
            counters.refused.increment();
            return;
        }
        var address = client.get().getAddress();
        if (!clients.take(address)) {
            counters.refused.increment();
            sayLast(open.wire(), FULL_FOR_CLIENT);
            return;
        }
        try {
            talk(open, client.get());
        } finally {
            clients.giveBack(address);
        }
    }

    private void talk(Open open, InetSocketAddress client) {
        var facts = SessionFacts.accepted(open.id(), settings.name(), client);
        SessionHandler handler;
        try {
            handler = handlers.get();
        } catch (RuntimeException | Error bug) {
            log.error("session {} has no handler", open.id(), bug);
            sayLast(open.wire(), NO_HANDLER);
            return;
        }
        new Session(settings, facts, handler, open.wire(), counters, handshakes).run();
    }

    private static void sayLast(Wire wire, Reply reply) {
        try {
            wire.write(ReplyText.octets(reply));
            wire.flush();
            wire.linger();
        } catch (SessionEnd _) {
            // gone already
        }
    }

    private void release(Open open) {
        open.wire().cutOff();
        sessions.remove(open);
        if (!open.balanced()) {
            clients.giveBack(open.peer().getAddress());
        }
        slots.release();
        oneLess();
    }

    private void sweep() {
        while (!await(ended, SWEEP)) {
            long now = System.nanoTime();
            for (var open : sessions) {
                if (open.deadline().passed(now)) {
                    log.info("session {} cut off: it outlasted its deadline", open.id());
                    open.wire().cutOff();
                }
            }
        }
    }

    /// Stops accepting, and ends the sessions: those that are not transferring content are answered
    /// 421 4.3.2, those that are may finish. After the deadline the rest is cut off. Returns when
    /// no session is left, at most a moment after the deadline.
    ///
    /// @return whether every session ended by itself
    public boolean drain(Duration deadline) {
        stopAccepting();
        for (var open : sessions) {
            open.turn().askToEnd();
            if (open.turn().take()) {
                // Its thread waits for a command, and everything was flushed: we may speak.
                Thread.ofVirtual()
                        .name("smtp-drain-" + open.id())
                        .start(() -> open.wire().dismiss(DRAINING));
            }
        }
        if (await(ended, deadline)) {
            return true;
        }
        close();
        return false;
    }

    private void stopAccepting() {
        stopped.set(true);
        closeQuietly(listener);
        stop.countDown();
    }

    /// Stops accepting and cuts every session off, at once. Idempotent.
    @Override
    public void close() {
        stopAccepting();
        for (var open : sessions) {
            open.wire().cutOff();
        }
        await(ended, settings.limits().linger());
    }

    private static boolean await(CountDownLatch latch, Duration wait) {
        try {
            return latch.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void closeQuietly(Closeable channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // closed is closed
        }
    }
}
