package io.postern.gateway.seen;

import java.time.Duration;
import java.util.Optional;

/// Where one asks for messages that were seen.
public interface SeenDesk {
    /// One page.
    ///
    /// @param since how long ago the first was seen
    /// @param after the `next` of the page before; empty for the first
    /// @param limit how many at most
    SeenPage page(Duration since, Optional<String> after, int limit);
}
