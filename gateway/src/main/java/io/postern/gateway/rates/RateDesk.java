package io.postern.gateway.rates;

import java.util.List;
import java.util.Optional;

/// What an operator can do with buckets, whether the gateway runs or not. Safe for many threads.
public interface RateDesk {
    /// Buckets that are not full, the emptiest first.
    ///
    /// @param key of whom, an address, network, user or domain; for an address also its network. Or
    ///   the name of a rate. Empty for all
    List<RateView> show(Optional<String> key, int limit);

    /// Fills the buckets of a key. Returns how many were not full.
    int reset(String key);
}
