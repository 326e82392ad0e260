package io.postern.admin;

import io.postern.gateway.guard.GuardDesk;
import io.postern.gateway.guard.StoredGuard;
import io.postern.gateway.rates.RateDesk;
import io.postern.gateway.rates.StoredRates;
import io.postern.gateway.seen.SeenDesk;
import io.postern.gateway.seen.StoredSeen;
import io.postern.store.StateStore;
import java.time.InstantSource;

/// Where an operator asks about what is counted and seen: the running gateway's memory, or what one
/// that stopped wrote down.
public record Desks(RateDesk rates, GuardDesk guard, SeenDesk seen) {
    /// Of a gateway that does not run.
    public static Desks stored(StateStore store, InstantSource clock) {
        return new Desks(
                new StoredRates(store, clock),
                new StoredGuard(store),
                new StoredSeen(store, clock));
    }
}
