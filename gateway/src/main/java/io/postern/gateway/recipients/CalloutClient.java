package io.postern.gateway.recipients;

import io.postern.gateway.config.HostPort;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.Failure;
import io.postern.smtp.client.RecipientOutcome;
import io.postern.smtp.client.SmtpClientException;
import io.postern.smtp.client.SmtpConnection;
import io.postern.smtp.client.TlsPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// Asks inside hosts about mailboxes, within a deadline for all of it: waiting for a permit, all
/// hosts, all stages.
///
/// Connections are kept for a few seconds; a dictionary attack then costs one round trip a guess.
final class CalloutClient implements AutoCloseable {
    /// Less than any server's patience, so that it rarely has to end the session.
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final List<HostPort> hosts;
    private final Function<Optional<Domain>, ClientSettings> settings;
    private final Duration timeout;
    private final InstantSource clock;
    private final Semaphore permits;
    private final ConcurrentLinkedDeque<Open> idle = new ConcurrentLinkedDeque<>();

    /// A connection and the host that it leads to.
    private record Open(SmtpConnection connection, HostPort host) {}

    /// What the hosts said.
    sealed interface Answer {
        record Said(HostPort host, RecipientOutcome outcome) implements Answer {}

        /// No answer.
        ///
        /// @param ofTheHosts whether the next question would meet the same
        record Trouble(String why, boolean ofTheHosts) implements Answer {}
    }

    /// @param hosts in the order in which they are tried
    /// @param settings how to connect to a host with that name
    CalloutClient(
            List<HostPort> hosts,
            Function<Optional<Domain>, ClientSettings> settings,
            int connections,
            Duration timeout,
            InstantSource clock) {
        this.hosts = List.copyOf(hosts);
        this.settings = settings;
        this.timeout = timeout;
        this.clock = clock;
        permits = new Semaphore(connections);
    }

    Answer ask(Mailbox mailbox) {
        long end = System.nanoTime() + timeout.toNanos();
        try {
            // Half of the time is the host's: what waits for others' answers is no failure of it.
            if (!permits.tryAcquire(timeout.toNanos() / 2, TimeUnit.NANOSECONDS)) {
                return new Answer.Trouble("too many questions at once", false);
            }
            var answer = new CompletableFuture<Answer>();
            var worker = Thread.ofVirtual().name("callout").start(() -> run(mailbox, answer));
            try {
                return answer.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                // It closes its connection.
                worker.interrupt();
                return new Answer.Trouble("no answer within " + timeout.toMillis() + " ms", true);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Answer.Trouble("interrupted", false);
        }
    }

    private void run(Mailbox mailbox, CompletableFuture<Answer> answer) {
        try {
            answer.complete(talk(mailbox));
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            permits.release();
        }
    }

    private Answer talk(Mailbox mailbox) {
        for (var kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            if (expired(kept) || !kept.connection().reusable()) {
                kept.connection().quit();
                continue;
            }
            var outcome = kept.connection().verify(mailbox);
            // The host may have ended the session meanwhile: that is no answer.
            if (!(outcome instanceof RecipientOutcome.Interrupted)) {
                return said(kept, outcome);
            }
        }
        var trouble = new ArrayList<String>();
        for (var host : hosts) {
            try {
                var open = new Open(open(host), host);
                var outcome = open.connection().verify(mailbox);
                if (!(outcome instanceof RecipientOutcome.Interrupted(var failure))) {
                    return said(open, outcome);
                }
                open.connection().close();
                trouble.add(host + ": " + failure.why());
            } catch (SmtpClientException e) {
                trouble.add(host + ": " + e.failure().why());
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
        }
        return new Answer.Trouble(String.join("; ", trouble), true);
    }

    private Answer said(Open open, RecipientOutcome outcome) {
        if (open.connection().reusable()) {
            idle.addFirst(open);
        }
        return new Answer.Said(open.host(), outcome);
    }

    private boolean expired(Open open) {
        return open.connection().idleSince().plus(IDLE).isBefore(clock.instant());
    }

    private SmtpConnection open(HostPort host) {
        var address = host.toSocketAddress();
        var wanted = settings.apply(Domain.parse(host.host()));
        try {
            return SmtpConnection.open(address, wanted);
        } catch (SmtpClientException e) {
            // RFC 7435 §3: a host whose STARTTLS does not work is no worse than one without.
            if (e.failure() instanceof Failure.Tls
                    && wanted.tls() instanceof TlsPolicy.Opportunistic) {
                return SmtpConnection.open(
                        address, wanted.withTls(new TlsPolicy.None(), Optional.empty()));
            }
            throw e;
        }
    }

    /// Takes leave on connections that nobody used for a while.
    void tidy() {
        for (var open : idle) {
            if (expired(open) && idle.remove(open)) {
                open.connection().quit();
            }
        }
    }

    @Override
    public void close() {
        for (var open = idle.pollFirst(); open != null; open = idle.pollFirst()) {
            open.connection().quit();
        }
    }
}
