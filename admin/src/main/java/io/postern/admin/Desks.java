package io.postern.admin;

import io.postern.gateway.guard.GuardDesk;
import io.postern.gateway.guard.StoredGuard;
import io.postern.gateway.rates.RateDesk;
import io.postern.gateway.rates.StoredRates;
import io.postern.gateway.reports.ReceivedReports;
import io.postern.gateway.seen.SeenDesk;
import io.postern.gateway.seen.StoredSeen;
import io.postern.store.StateStore;
import java.time.Duration;
import java.time.InstantSource;

/// Where an operator asks about what is counted and seen: the running gateway's memory, or what one
/// that stopped wrote down.
///
/// @param dmarc DMARC reports of others
public record Desks(RateDesk rates, GuardDesk guard, ReceivedReports dmarc, SeenDesk seen) {
    /// As `dmarc_reports.keep` and `dmarc_reports.room` say when nothing else is said.
    private static final Duration KEEP = Duration.ofDays(400);

    private static final long ROOM = 64L << 20;

    /// Of a gateway that does not run.
    public static Desks stored(StateStore store, InstantSource clock) {
        return new Desks(
                new StoredRates(store, clock),
                new StoredGuard(store),
                new ReceivedReports(store, KEEP, ROOM, clock),
                new StoredSeen(store, clock));
    }
}
