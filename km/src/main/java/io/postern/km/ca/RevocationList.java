package io.postern.km.ca;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A full revocation list's content. Both times are arguments, so that lists can be signed ahead;
/// who keeps one publishes it at `thisUpdate` and not before.
///
/// @param number above that of every list signed before, also of those never published; RFC 5280
///   §5.2.3: at most 20 octets
/// @param thisUpdate from when it is in force
/// @param nextUpdate by when there is another; CA/B S/MIME BR 4.9.7: at most 10 days later
/// @param expiredOn since when revoked certificates stay on it after they expire (X.509 §9.5.2.8,
///   expiredCertsOnCRL): old mail can be judged by it; absent when they leave it
/// @param entries each serial once
public record RevocationList(
        BigInteger number,
        Instant thisUpdate,
        Instant nextUpdate,
        Optional<Instant> expiredOn,
        List<Revoked> entries) {
    private static final int NUMBER_BITS = 159;

    /// Copies the list; [IllegalArgumentException] for a number or times that RFC 5280 forbids.
    public RevocationList {
        entries = List.copyOf(entries);
        if (number.signum() < 0 || number.bitLength() > NUMBER_BITS) {
            throw new IllegalArgumentException(
                    "list number " + number + " is not of 0 to 159 bits");
        }
        if (!nextUpdate.isAfter(thisUpdate)) {
            throw new IllegalArgumentException(nextUpdate + " is not after " + thisUpdate);
        }
    }
}
