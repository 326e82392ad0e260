package io.postern.dns;

import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;

/// Changes TXT records on a zone's primary server: dynamic update (RFC 2136), signed (TSIG, RFC
/// 8945), over TCP.
public final class ZoneUpdate {
    /// What became of a change.
    public sealed interface Outcome {
        /// The primary has it. Other servers may not yet.
        record Done() implements Outcome {}

        /// The server says no, and will again until somebody changes something here or there.
        ///
        /// @param why what it said and what to look at
        record Refused(String why) implements Outcome {}

        /// No answer, or none that can be believed: whether the change was made is not known.
        /// Temporary; the same change may be asked for again.
        ///
        /// @param why for an operator, in a few words
        record Unreachable(String why) implements Outcome {}
    }

    /// @param server the zone's primary, or a secondary that forwards updates
    /// @param deadline bound on one change
    /// @param clock of signatures; must not differ from the server's by 5 minutes (RFC 8945 §10)
    /// @param random ids of messages
    public ZoneUpdate(
            InetSocketAddress server,
            TsigKey key,
            Duration deadline,
            Clock clock,
            RandomGenerator random) {}

    /// Makes this the one TXT record of a name, whatever was there.
    ///
    /// @param text of octets as the characters U+0000 to U+00FF, cut into strings of 255
    /// @param ttl in whole seconds
    public Outcome replaceTxt(String zone, String name, String text, Duration ttl) {
        return new Outcome.Unreachable("not yet written: " + zone + name + text + ttl);
    }

    /// Removes all TXT records of a name; done as well when there are none.
    public Outcome removeTxt(String zone, String name) {
        return new Outcome.Unreachable("not yet written: " + zone + name);
    }
}
