package io.postern.gateway.rates;

import java.time.Instant;

/// A bucket that is not full, as operators see it.
///
/// @param rate the rate's name
/// @param key whose bucket: address, network, user or domain
/// @param limit as in the configuration, such as `100/1m`
/// @param used units that have not come back yet, of `burst`
/// @param burst units in a full bucket
/// @param fullAt when all will have come back, if nothing more is taken
public record RateView(
        String rate, String key, String limit, long used, long burst, Instant fullAt) {}
