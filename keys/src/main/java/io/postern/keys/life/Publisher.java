package io.postern.keys.life;

import io.postern.keys.DkimKey;
import java.util.Optional;

/// How a domain's records come into the DNS.
@FunctionalInterface
public interface Publisher {
    /// For domains whose operator does it.
    Publisher BY_HAND = change -> new Published.ByHand();

    /// Makes the DNS show it. Asked again until it does, so it must come to the same when it was
    /// done before. Blocks, within a bound; never throws for what the other side does.
    Published publish(Change change);

    /// A record as it should be.
    ///
    /// @param name of the TXT record, without the trailing dot
    /// @param text empty when there should be none
    record Change(DkimKey key, String name, Optional<String> text) {}

    /// What came of it.
    sealed interface Published {
        /// Handed over; whether it shows is seen by looking.
        record Done() implements Published {}

        /// Somebody has to do it.
        record ByHand() implements Published {}

        /// Not done; will be tried again.
        ///
        /// @param why with the remedy
        record Failed(String why) implements Published {}
    }
}
