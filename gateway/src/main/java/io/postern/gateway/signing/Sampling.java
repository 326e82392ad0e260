package io.postern.gateway.signing;

import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.signing.SignProof.Proof;
import io.postern.keys.DkimKey;
import io.postern.keys.ReadySigningKey;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.store.Decision;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses which messages are verified right after they were signed, and says what follows. Safe
/// for many threads: a message that is not chosen costs a look-up and a count, and takes no lock.
///
/// Chosen is one of so many, and each until one has passed: since the start, since a change of the
/// keys that sign, since one did not verify.
public final class Sampling {
    private static final Logger LOG = LoggerFactory.getLogger(Sampling.class);

    private static final Duration ALARM_EVERY = Duration.ofHours(1);

    /// All of a domain's mail fails when one does; its servers need not be asked for each.
    private static final Duration TELL_EVERY = Duration.ofMinutes(1);

    private final Config config;
    private final SignProof proof;
    private final Figures figures;
    private final InstantSource clock;
    private final Map<Domain, Course> courses = new ConcurrentHashMap<>();
    private volatile Consumer<Domain> mismatch = _ -> {};

    Sampling(Config config, SignProof proof, Figures figures, InstantSource clock) {
        this.config = config;
        this.proof = proof;
        this.figures = figures;
        this.clock = clock;
    }

    /// How it stands with one domain.
    private static final class Course {
        final AtomicLong messages = new AtomicLong();

        /// While the DNS gives no answer one message at a time waits for it.
        final AtomicBoolean asking = new AtomicBoolean();

        final Seldom alarms = new Seldom(ALARM_EVERY);
        final Seldom told = new Seldom(TELL_EVERY);

        /// The keys with which a message has passed.
        volatile List<DkimKey> proven = List.of();

        volatile boolean trouble;
    }

    /// Lets something happen now and then.
    private static final class Seldom {
        private final Duration every;
        private final AtomicReference<Instant> last = new AtomicReference<>(Instant.MIN);

        Seldom(Duration every) {
            this.every = every;
        }

        boolean now(Instant now) {
            var before = last.get();
            boolean due =
                    before.equals(Instant.MIN)
                            || !before.plus(every).isAfter(now)
                            || before.isAfter(now);
            return due && last.compareAndSet(before, now);
        }
    }

    /// From now on tells, on a session's thread, of which domain a message did not verify.
    public void onMismatch(Consumer<Domain> told) {
        mismatch = told;
    }

    /// How many messages of the domain there are for each that is verified; 0: none is.
    int every(Domain domain) {
        return config.own(domain)
                .flatMap(own -> own.dkim().verify())
                .orElse(config.dkim().verify());
    }

    /// Verifies the message if it is chosen.
    ///
    /// @param signed with one signature on top for each key, in their order; asked for if chosen
    /// @param with at least one key, all of one domain
    /// @param decisions added to
    /// @return why it is to be held, if it is
    /// @throws IOException when the content can't be read
    public Optional<String> verify(
            Supplier<Content> signed,
            List<ReadySigningKey> with,
            Instant now,
            List<Decision> decisions)
            throws IOException {
        var domain = with.getFirst().key().domain();
        int every = every(domain);
        if (every == 0) {
            return Optional.empty();
        }
        var course = courses.computeIfAbsent(domain, _ -> new Course());
        boolean chosen = course.messages.incrementAndGet() % every == 0;
        if (!chosen && isProven(course, with)) {
            return Optional.empty();
        }
        boolean alone = course.asking.compareAndSet(false, true);
        if (!alone && !chosen && course.trouble) {
            return Optional.empty();
        }
        try {
            return follow(course, proof.of(signed.get(), with, now), with, decisions);
        } finally {
            if (alone) {
                course.asking.set(false);
            }
        }
    }

    private static boolean isProven(Course course, List<ReadySigningKey> with) {
        var proven = course.proven;
        if (proven.size() != with.size()) {
            return false;
        }
        for (int i = 0; i < proven.size(); i++) {
            if (!proven.get(i).isSame(with.get(i).key())) {
                return false;
            }
        }
        return true;
    }

    private Optional<String> follow(
            Course course, Proof came, List<ReadySigningKey> with, List<Decision> decisions) {
        var keys = with.stream().map(ReadySigningKey::key).toList();
        var domain = keys.getFirst().domain();
        count(came);
        return switch (came) {
            case Proof.Passed(var looked) -> {
                course.trouble = false;
                course.proven = keys;
                decisions.add(
                        decision(
                                domain,
                                looked
                                        ? "verifies with the keys in the DNS"
                                        : "verifies with our own records, not with the DNS"));
                yield Optional.empty();
            }
            case Proof.Unknown(var why) -> {
                course.trouble = true;
                decisions.add(decision(domain, "could not be verified now: " + why));
                yield Optional.empty();
            }
            case Proof.Failed(var why) -> {
                course.trouble = false;
                course.proven = List.of();
                decisions.add(decision(domain, why));
                tell(course, domain, why);
                yield Optional.of(why);
            }
        };
    }

    private void count(Proof came) {
        switch (came) {
            case Proof.Passed _ ->
                    figures.counter(
                                    "postern.dkim.verify.passes",
                                    "Messages that verified right after they were signed.")
                            .increment();
            case Proof.Failed _ ->
                    figures.counter(
                                    "postern.dkim.verify.failures",
                                    "Messages that did not, and are held.")
                            .increment();
            case Proof.Unknown _ ->
                    figures.counter(
                                    "postern.dkim.verify.unknown",
                                    "Messages that went without, for the DNS gave no answer.")
                            .increment();
        }
    }

    private static Decision decision(Domain domain, String conclusion) {
        return new Decision("dkim-proof", conclusion, Map.of("domain", domain.name()));
    }

    private void tell(Course course, Domain domain, String why) {
        MailLog.event("dkim_mismatch", "domain", domain, "words", why);
        var now = clock.instant();
        if (course.alarms.now(now)) {
            LOG.error("mail of {} is held: {}. See \"postern dkim check {}\"", domain, why, domain);
        }
        if (course.told.now(now)) {
            mismatch.accept(domain);
        }
    }
}
