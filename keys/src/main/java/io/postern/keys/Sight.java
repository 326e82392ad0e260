package io.postern.keys;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What the DNS showed of a key's record, as far as its life needs it.
///
/// @param lookedAt when all servers of its zone last gave an answer
/// @param seenAt when all of them last showed the record as it should be in its state
/// @param seenSince since when each look showed it so
/// @param earlier how long resolvers may keep what was there before, or that nothing was: the
///   longest TTL seen of either (RFC 2308 §5)
/// @param words what the last look found, for people; empty before the first
public record Sight(
        Optional<Instant> lookedAt,
        Optional<Instant> seenAt,
        Optional<Instant> seenSince,
        Duration earlier,
        String words) {
    /// Longer than any resolver keeps what it has: RFC 8767 §4 caps TTLs at seven days.
    private static final Duration LONGEST_WAIT = Duration.ofDays(7);

    /// Before the first look.
    public static final Sight NONE =
            new Sight(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO, "");

    public Sight {
        earlier = earlier.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : earlier;
    }

    /// After a look that found it right everywhere.
    public Sight right(Instant now, Duration before) {
        return new Sight(
                Optional.of(now),
                Optional.of(now),
                seenSince.or(() -> Optional.of(now)),
                longer(before),
                "right on every server");
    }

    /// After a look that found something else, or nothing, on one server or more.
    public Sight wrong(Instant now, Duration before, String found) {
        return new Sight(Optional.of(now), seenAt, Optional.empty(), longer(before), found);
    }

    /// After a look that found out nothing: what was known still holds.
    public Sight unknown(String why) {
        return new Sight(lookedAt, seenAt, seenSince, earlier, why);
    }

    /// As nobody has looked yet, but something was there that may be remembered for so long.
    Sight after(Duration before) {
        return new Sight(lookedAt, seenAt, seenSince, longer(before), words);
    }

    /// The same with nothing older to wait for: what was there before has expired everywhere. What
    /// a later look finds counts anew.
    Sight settled() {
        return new Sight(lookedAt, seenAt, seenSince, Duration.ZERO, words);
    }

    /// The same without what was seen until now: the record has to be another one.
    Sight unseen() {
        return new Sight(lookedAt, seenAt, Optional.empty(), earlier, words);
    }

    /// When no resolver can have anything older any more; empty while it is not seen everywhere.
    public Optional<Instant> knownToAll() {
        return seenSince.map(since -> since.plus(earlier));
    }

    private Duration longer(Duration other) {
        return other.compareTo(earlier) > 0 ? other : earlier;
    }

    /// Whether it says more than the other does than that time has passed.
    boolean tellsMoreThan(Sight other) {
        return !seenSince.equals(other.seenSince)
                || !earlier.equals(other.earlier)
                || !words.equals(other.words);
    }
}
