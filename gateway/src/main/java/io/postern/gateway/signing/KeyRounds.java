package io.postern.gateway.signing;

import io.postern.keys.life.KeyLife;
import io.postern.mail.Domain;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tends the keys of each domain when they are due: one thread that waits, and a bounded number
/// that work.
final class KeyRounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRounds.class);

    /// Domains tended at once.
    private static final int AT_ONCE = 32;

    /// After a failure of ours, such as a full disk.
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    /// The clock may be set: what is due is looked up this often.
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);

    private static final Duration LONGEST_STOP = Duration.ofSeconds(2);

    private record Due(Instant at, Domain domain) {}

    private final KeyLife life;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Due> waiting = new PriorityQueue<>(Comparator.comparing(Due::at));

    /// When each domain is next due; what waits under another time is void.
    private final ConcurrentHashMap<Domain, Instant> times = new ConcurrentHashMap<>();

    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Thread thread;
    private volatile boolean closed;

    KeyRounds(KeyLife life, InstantSource clock) {
        this.life = life;
        this.clock = clock;
        thread = Thread.ofPlatform().daemon().name("dkim-keys").unstarted(this::run);
    }

    /// Begins with all of these, spread over the first minutes when there are many.
    void start(List<Domain> domains) {
        var now = clock.instant();
        for (int i = 0; i < domains.size(); i++) {
            // Twenty a second: ten thousand domains take eight minutes, and no server minds.
            schedule(domains.get(i), now.plusMillis(50L * i));
        }
        thread.start();
    }

    /// Comes to that domain now.
    void wake(Domain domain) {
        schedule(domain, clock.instant());
    }

    private void schedule(Domain domain, Instant at) {
        lock.lock();
        try {
            times.put(domain, at);
            waiting.add(new Due(at, domain));
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!closed) {
                var domain = next();
                room.acquire();
                Thread.ofVirtual().name("dkim-keys-", 0).start(() -> tend(domain));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Domain next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                var first = waiting.peek();
                if (first == null) {
                    changed.await();
                } else if (!first.at().equals(times.get(first.domain()))) {
                    waiting.remove();
                } else {
                    long wait = Duration.between(clock.instant(), first.at()).toMillis();
                    if (wait <= 0) {
                        waiting.remove();
                        return first.domain();
                    }
                    var _ =
                            changed.await(
                                    Math.min(wait, LONGEST_SLEEP.toMillis()),
                                    TimeUnit.MILLISECONDS);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void tend(Domain domain) {
        workers.add(Thread.currentThread());
        var due = times.get(domain);
        var next = clock.instant().plus(AFTER_FAILURE);
        try {
            next = life.tend(domain);
        } catch (RuntimeException e) {
            LOG.warn(
                    "the keys of {} could not be tended, again in a minute: {}",
                    domain,
                    e.toString());
        } finally {
            workers.remove(Thread.currentThread());
            room.release();
            // Unless somebody asked for another time meanwhile.
            if (!closed && Objects.equals(times.get(domain), due)) {
                schedule(domain, next);
            }
        }
    }

    /// Begins no more rounds and interrupts those under way, so that no publisher's program
    /// outlives us; waits for them, but not long.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        workers.forEach(Thread::interrupt);
        try {
            if (!room.tryAcquire(AT_ONCE, LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("some rounds of the DKIM keys did not end in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
