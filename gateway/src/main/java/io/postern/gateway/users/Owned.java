package io.postern.gateway.users;

import java.util.List;

/// As which addresses a user may send.
public sealed interface Owned {
    /// These.
    ///
    /// @param addresses none when there is no such user any more
    record Addresses(List<OwnAddress> addresses) implements Owned {
        public Addresses {
            addresses = List.copyOf(addresses);
        }
    }

    /// Nobody can say now.
    ///
    /// @param why for operators
    record Unavailable(String why) implements Owned {}
}
