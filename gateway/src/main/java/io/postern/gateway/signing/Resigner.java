package io.postern.gateway.signing;

import io.postern.auth.dkim.DkimSignature;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.signing.SignProof.Proof;
import io.postern.keys.DkimKey;
import io.postern.keys.ReadySigningKey;
import io.postern.keys.life.KeyLife;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.store.Decision;
import io.postern.store.KeptMessage;
import io.postern.store.MessageStore;
import io.postern.store.QueueId;
import io.postern.store.Replacement;
import io.postern.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Signs anew what waits in the queue: mail that a stolen key signed, and mail that is held for
/// want of a key that verifies, which it lets go. Only header sections change, each in one
/// transaction, so a crash between leaves each message as it was or as it shall be; and in small
/// steps, so that mail is taken and delivered meanwhile.
public final class Resigner implements KeyLife.Resigning, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resigner.class);

    /// Messages looked at in one query, and changed without waiting in between.
    private static final int STEP = 200;

    /// Held messages that do not verify before the rest waits for another time.
    private static final int ATTEMPTS = 3;

    /// A session that took its keys before they changed has kept its message by then.
    private static final Duration UNDER_WAY = Duration.ofMinutes(1);

    private static final long ROUND_SECONDS = 60;

    private final MessageStore store;
    private final Signer signer;
    private final SignProof proof;
    private final Sampling sampling;
    private final Withheld withheld;
    private final Memory memory;
    private final InstantSource clock;
    private final ReentrantLock one = new ReentrantLock();
    private final Set<Domain> unfinished = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("resigner").factory());
    private volatile Consumer<Domain> again = _ -> {};
    private volatile boolean closed;

    /// What delivery has in memory.
    public interface Memory {
        /// Puts what waits there back into the store; nothing is taken from it until [#goOn].
        void giveBack();

        void goOn();

        /// Something is due now.
        void wake();
    }

    Resigner(
            MessageStore store,
            Signer signer,
            SignProof proof,
            Sampling sampling,
            Withheld withheld,
            Memory memory,
            InstantSource clock) {
        this.store = store;
        this.signer = signer;
        this.proof = proof;
        this.sampling = sampling;
        this.withheld = withheld;
        this.memory = memory;
        this.clock = clock;
    }

    /// Begins: with what was held before the start, and then once a minute.
    ///
    /// @param again lets the keys of a domain be tended, when queued mail of a stolen one of them
    ///   could not be signed anew the last time
    public void start(Consumer<Domain> again) {
        this.again = again;
        worker.execute(guarded(this::findHeld));
        var _ =
                worker.scheduleWithFixedDelay(
                        guarded(this::round), ROUND_SECONDS, ROUND_SECONDS, TimeUnit.SECONDS);
    }

    /// A key of the domain signs that did not before: what is held is looked at, on another thread.
    public void wake(Domain domain) {
        withheld.found(domain);
        try {
            worker.execute(guarded(() -> heldForKeys(domain)));
        } catch (RejectedExecutionException _) {
            // The gateway stops; the next start finds what is held.
        }
    }

    private Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                if (!closed) {
                    LOG.warn("signing anew failed and will be repeated: {}", e.toString());
                }
            }
        };
    }

    private void findHeld() {
        pages(
                Withheld.inputs(),
                true,
                page -> {
                    page.stream()
                            .flatMap(id -> store.find(id).stream())
                            .flatMap(kept -> Withheld.domains(kept.decisions()))
                            .forEach(withheld::found);
                    return true;
                });
        round();
    }

    /// What is due once a minute.
    public void round() {
        for (var domain : withheld.domains()) {
            var _ = heldForKeys(domain);
        }
        for (var domain : Set.copyOf(unfinished)) {
            unfinished.remove(domain);
            again.accept(domain);
        }
    }

    /// Calls with messages of the queue, some at a time, until it says false or the queue ends.
    private void pages(
            Map<String, String> inputs, boolean heldOnly, Function<List<QueueId>, Boolean> work) {
        Optional<QueueId> after = Optional.empty();
        do {
            var part = store.decided(inputs, heldOnly, after, STEP);
            if (closed || !work.apply(part.found())) {
                return;
            }
            after = part.next();
        } while (after.isPresent());
    }

    @Override
    public boolean withoutSignaturesOf(DkimKey stolen) {
        one.lock();
        try {
            boolean done = signAnew(stolen);
            if (!done) {
                unfinished.add(stolen.domain());
            }
            return done;
        } finally {
            one.unlock();
        }
    }

    private boolean signAnew(DkimKey stolen) {
        var with = signer.keysOf(stolen.domain());
        if (with.isEmpty() || with.stream().anyMatch(ready -> ready.key().isSame(stolen))) {
            return false;
        }
        var left = new ArrayList<QueueId>();
        Function<QueueId, Optional<Replacement>> change = id -> withoutStolen(id, stolen, with);
        pages(
                Signer.madeBy(stolen.domain(), stolen.selector()),
                false,
                page -> {
                    left.addAll(replace(page, change));
                    return true;
                });
        if (closed) {
            return false;
        }
        if (!left.isEmpty()) {
            // Those wait in memory, or are being delivered at this moment.
            try {
                memory.giveBack();
                var still = new ArrayList<QueueId>();
                for (int from = 0; from < left.size(); from += STEP) {
                    still.addAll(
                            replace(
                                    left.subList(from, Math.min(left.size(), from + STEP)),
                                    change));
                }
                left.clear();
                left.addAll(still);
            } finally {
                memory.goOn();
            }
        }
        return left.isEmpty() && !stolen.since().plus(UNDER_WAY).isAfter(clock.instant());
    }

    /// Changes these messages, side by side.
    ///
    /// @return those that somebody has taken
    private List<QueueId> replace(
            List<QueueId> ids, Function<QueueId, Optional<Replacement>> change) {
        var under = new ArrayList<Map.Entry<QueueId, CompletableFuture<Boolean>>>();
        for (var id : ids) {
            change.apply(id).ifPresent(to -> under.add(Map.entry(id, store.replace(to))));
        }
        var left = new ArrayList<QueueId>();
        for (var each : under) {
            if (join(each.getValue())) {
                MailLog.event("resigned", "id", each.getKey());
            } else {
                left.add(each.getKey());
            }
        }
        return left;
    }

    private static boolean join(CompletableFuture<Boolean> under) {
        try {
            return under.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException trouble ? trouble : e;
        }
    }

    private Optional<Replacement> withoutStolen(
            QueueId id, DkimKey stolen, List<ReadySigningKey> with) {
        return store.content(id)
                .filter(content ->
                        ours(content.header(), stolen.domain()).stream()
                                .anyMatch(its -> its.selector().equals(stolen.selector())))
                .flatMap(content ->
                        anew(
                                id,
                                content,
                                with,
                                "signed anew with %s because %s %s"
                                        .formatted(
                                                names(with),
                                                stolen.selector(),
                                                stolen.compromised()
                                                        ? "is compromised"
                                                        : "will be void"),
                                List.of(),
                                false))
                .map(Anew::replacement);
    }

    private static String names(List<ReadySigningKey> with) {
        return String.join(", ", with.stream().map(ready -> ready.key().selector()).toList());
    }

    /// A message as it would leave then.
    private record Anew(Replacement replacement, Content content) {}

    private Optional<Anew> anew(
            QueueId id,
            Content content,
            List<ReadySigningKey> with,
            String words,
            List<Decision> more,
            boolean release) {
        var now = clock.instant();
        var domain = with.getFirst().key().domain();
        var fields = content.header().fields();
        var rest = fields.subList(ours(content.header(), domain).size(), fields.size());
        var header = new HeaderFields(rest);
        try {
            var hash = signer.hashOf(content);
            var signed = header.prepended(signer.sign(header, hash, with, now));
            var decisions = new ArrayList<>(Signer.decisions(with, hash, words));
            decisions.addAll(more);
            return Optional.of(
                    new Anew(
                            new Replacement(id, signed, decisions, now, words, release),
                            content.withHeader(signed)));
        } catch (IOException e) {
            LOG.warn("message {} can't be read to be signed anew: {}", id, e.toString());
            return Optional.empty();
        }
    }

    /// Our own signatures of that domain: those on top, for nothing is put above them.
    private static List<DkimSignature> ours(HeaderFields header, Domain domain) {
        var found = new ArrayList<DkimSignature>();
        for (HeaderField field : header.fields()) {
            if (field.name().equalsIgnoreCase("DKIM-Signature")
                    && DkimSignature.parse(field.rawBody())
                            instanceof DkimSignature.Parsed.Ok(var signature)
                    && signature.signingDomain().equals(domain)) {
                found.add(signature);
            } else {
                break;
            }
        }
        return found;
    }

    /// Signs what is held of a domain for want of a key, and lets it go, if it verifies now.
    ///
    /// @return whether nothing is left
    boolean heldForKeys(Domain domain) {
        one.lock();
        try {
            var with = signer.keysOf(domain);
            if (with.isEmpty()) {
                return false;
            }
            var run = new HeldRun(domain, with);
            pages(Withheld.inputs(domain), true, run::next);
            if (run.changed > 0) {
                LOG.info("{} held messages of {} are signed and go on", run.changed, domain);
                memory.wake();
            }
            if (!closed && run.failures == 0) {
                withheld.none(domain);
            }
            return run.failures == 0;
        } finally {
            one.unlock();
        }
    }

    /// One look at what is held of a domain.
    private final class HeldRun {
        private final Domain domain;
        private final List<ReadySigningKey> with;
        private boolean proven;
        private int failures;
        private int changed;

        HeldRun(Domain domain, List<ReadySigningKey> with) {
            this.domain = domain;
            this.with = with;
            proven = sampling.every(domain) == 0;
        }

        /// Whether it is worth to go on.
        boolean next(List<QueueId> page) {
            var under = new ArrayList<CompletableFuture<Boolean>>();
            for (var id : page) {
                var change = store.find(id).flatMap(this::change);
                if (change.isPresent()) {
                    if (proven || proves(change.get())) {
                        under.add(store.replace(change.get().replacement()));
                    } else if (++failures >= ATTEMPTS) {
                        break;
                    }
                }
            }
            for (var each : under) {
                if (join(each)) {
                    changed++;
                } else {
                    failures++;
                }
            }
            return proven || failures < ATTEMPTS;
        }

        private Optional<Anew> change(KeptMessage kept) {
            if (!Withheld.isDue(kept.decisions())) {
                return Optional.empty();
            }
            // Whoever holds it for another reason as well decides when it goes.
            boolean release = heldBecause(kept).startsWith(Withheld.BECAUSE);
            return store.content(kept.id())
                    .flatMap(content ->
                            anew(
                                    kept.id(),
                                    content,
                                    with,
                                    "signed with %s, now that keys of %s verify"
                                            .formatted(names(with), domain.name()),
                                    List.of(Withheld.over()),
                                    release));
        }

        private boolean proves(Anew change) {
            try {
                proven = proof.of(change.content(), with, clock.instant()) instanceof Proof.Passed;
            } catch (IOException e) {
                LOG.warn(
                        "message {} can't be read to be verified: {}",
                        change.replacement().id(),
                        e.toString());
            }
            return proven;
        }
    }

    private static String heldBecause(KeptMessage kept) {
        return kept.events().stream()
                .filter(event -> event.kind().equals("held"))
                .reduce((_, last) -> last)
                .map(event -> event.detail())
                .orElse("");
    }

    /// Ends after the message it is at.
    @Override
    public void close() {
        closed = true;
        worker.shutdownNow();
    }
}
