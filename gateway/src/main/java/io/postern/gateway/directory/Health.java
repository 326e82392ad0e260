package io.postern.gateway.directory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a source that is asked over the network answers.
///
/// After a failure it is left alone for a moment, in which whatever the cache can't answer is
/// unavailable at once: otherwise each session would wait out the deadline, and the source would
/// come back to all of them together.
public final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    public static final Duration PAUSE = Duration.ofSeconds(2);

    private final String name;
    private final String meanwhile;
    private final InstantSource clock;
    private volatile State state;

    /// How it is.
    ///
    /// @param trouble empty when the last question was answered
    /// @param since when that began
    public record State(String trouble, Instant since, Instant pausedUntil) {
        public boolean well() {
            return trouble.isEmpty();
        }
    }

    /// Well, until it is told otherwise.
    ///
    /// @param meanwhile what follows from its not answering, for operators
    public Health(String name, String meanwhile, InstantSource clock) {
        this.name = name;
        this.meanwhile = meanwhile;
        this.clock = clock;
        state = new State("", clock.instant(), Instant.MIN);
    }

    /// How it is now.
    public State state() {
        return state;
    }

    /// The trouble because of which it is left alone now.
    public Optional<String> paused() {
        var now = state;
        var until = now.pausedUntil();
        // Further ahead than a pause: the clock was set back, and nobody would ask for so long.
        return clock.instant().isBefore(until) && !until.isAfter(clock.instant().plus(PAUSE))
                ? Optional.of(now.trouble())
                : Optional.empty();
    }

    /// It answered.
    public void well() {
        if (!state.well()) {
            LOG.info("{} answers again", name);
            state = new State("", clock.instant(), Instant.MIN);
        }
    }

    /// It did not. Warns once, until it answers again.
    public synchronized void unwell(String why) {
        var now = clock.instant();
        var before = state;
        if (before.well()) {
            LOG.warn("{}: {}; {}", name, why, meanwhile);
        }
        state = new State(why, before.well() ? now : before.since(), now.plus(PAUSE));
    }
}
