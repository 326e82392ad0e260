package io.postern.gateway.path;

import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Finds the names of clients for Received fields, beside the dialogue. Safe for many threads.
///
/// A look-up begins when the client connects and has usually ended when the name is wanted. When
/// the DNS has failed a few times in a row nobody waits for it any more, so that a gateway without
/// one is as fast as one with; look-ups go on, and the first that succeeds is waited for again.
public final class ReverseNames {
    /// Look-ups at once: a flood of strangers must not become a flood of questions.
    private static final int AT_ONCE = 200;

    /// Names of one address that are tried.
    private static final int NAMES = 4;

    /// Failures in a row after which nobody waits.
    private static final int PATIENCE = 3;

    private final Resolver resolver;
    private final Duration deadline;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final AtomicInteger failures = new AtomicInteger();

    /// @param deadline for a look-up, from its beginning; zero for none
    public ReverseNames(Resolver resolver, Duration deadline) {
        this.resolver = resolver;
        this.deadline = deadline;
    }

    /// A name being looked up.
    public final class Pending {
        private final CompletableFuture<Optional<Domain>> name;
        private final long until;

        private Pending(CompletableFuture<Optional<Domain>> name, long until) {
            this.name = name;
            this.until = until;
        }

        /// The name, verified: it leads back to the address. Empty when there is none, or it is not
        /// known in time.
        public Optional<Domain> get() {
            try {
                if (name.isDone() || !waits()) {
                    return name.getNow(Optional.empty());
                }
                var left = Math.max(0, until - System.nanoTime());
                return name.get(left, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (TimeoutException e) {
                failures.incrementAndGet();
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// Whether a name that is not there yet is waited for.
    boolean waits() {
        return failures.get() < PATIENCE;
    }

    /// Begins to look up a client's name; returns at once.
    public Pending begin(InetAddress client) {
        var name = new CompletableFuture<Optional<Domain>>();
        if (deadline.isZero() || !room.tryAcquire()) {
            name.complete(Optional.empty());
        } else {
            var _ = Thread.ofVirtual().name("reverse-name").start(() -> look(client, name));
        }
        return new Pending(name, System.nanoTime() + deadline.toNanos());
    }

    private void look(InetAddress client, CompletableFuture<Optional<Domain>> name) {
        try {
            name.complete(find(client));
        } catch (RuntimeException | Error e) {
            name.completeExceptionally(e);
        } finally {
            room.release();
        }
    }

    private Optional<Domain> find(InetAddress client) {
        return switch (resolver.ptr(client)) {
            case Answer.Records<String>(var names, _, _) -> {
                failures.set(0);
                yield names.stream()
                        .limit(NAMES)
                        .flatMap(text -> Domain.parse(text).stream())
                        .filter(name -> leadsBack(name, client))
                        .findFirst();
            }
            case Answer.NoSuchName<String>(), Answer.NoData<String>() -> {
                failures.set(0);
                yield Optional.empty();
            }
            case Answer.TemporaryFailure<String> _ -> {
                failures.incrementAndGet();
                yield Optional.empty();
            }
        };
    }

    private boolean leadsBack(Domain name, InetAddress client) {
        var answer =
                client instanceof Inet4Address
                        ? resolver.a(name.name())
                        : resolver.aaaa(name.name());
        return answer instanceof Answer.Records<InetAddress>(var addresses, _, _)
                && addresses.contains(client);
    }
}
