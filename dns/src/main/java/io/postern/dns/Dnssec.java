package io.postern.dns;

import java.net.InetAddress;
import java.time.Clock;
import java.util.function.Predicate;

/// Who says whether an answer is authentic. Decision 0015.
public sealed interface Dnssec {
    /// Nobody: no answer is.
    record Off() implements Dnssec {}

    /// The server that was asked, by the AD bit, if it is one of these: the bit is worth what the
    /// path to the server is worth (RFC 6840 §5.8, RFC 4035 §4.9.3).
    record TrustAd(Predicate<InetAddress> servers) implements Dnssec {
        /// Servers on this machine.
        public static final TrustAd LOOPBACK = new TrustAd(InetAddress::isLoopbackAddress);
    }

    /// We do, by the signatures from these anchors on (RFC 4035 §5). A bogus answer is a temporary
    /// failure that begins with `bogus:`. The server has to give signatures on request.
    ///
    /// @param clock for the times of validity of signatures
    record Validate(TrustAnchors anchors, Clock clock) implements Dnssec {}
}
