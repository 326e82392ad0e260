package io.postern.km;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An invitation that is open, or that nobody redeemed in time.
///
/// @param serials of the certificates in the parcel
/// @param fetched when it was for the first time
/// @param state `open`, `fetched` (and not confirmed: it can be fetched again for 24 hours), or
///   `expired` (nobody has the keys: cancel it, which revokes the certificates)
public record InviteView(
        String address,
        List<String> serials,
        Instant created,
        Instant expires,
        Optional<Instant> fetched,
        String state) {
    /// A download that failed can be done again for so long.
    public static final Duration AGAIN = Duration.ofHours(24);

    public InviteView {
        serials = List.copyOf(serials);
    }
}
