package io.postern.gateway.path;

import io.postern.gateway.config.Config;
import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.events.Figures;
import io.postern.gateway.treat.Treatment;
import io.postern.mail.ContentBuilder;
import io.postern.mail.HeaderLimits;
import io.postern.store.MessageStore;
import java.nio.file.Path;
import java.time.InstantSource;

/// What all sessions of outbound listeners share. Immutable but for what it refers to.
///
/// @param spool where contents too large for memory go while they are received
public record OutboundPath(
        Config config,
        Routes routes,
        Treatment treatment,
        MessageStore store,
        DeliveryEngine engine,
        Storage storage,
        Figures figures,
        Path spool,
        MemoryBudget budget,
        InstantSource clock) {

    public OutboundPath(
            Config config,
            Routes routes,
            Treatment treatment,
            MessageStore store,
            DeliveryEngine engine,
            Storage storage,
            Figures figures,
            Path spool,
            InstantSource clock) {
        this(
                config,
                routes,
                treatment,
                store,
                engine,
                storage,
                figures,
                spool,
                new MemoryBudget(config.limits().contentInMemory().bytes()),
                clock);
    }

    Keeper keeper() {
        return new Keeper(store, engine, figures);
    }

    ContentBuilder builder(int threshold, io.postern.mail.BodyTap tap) {
        var limits = config.limits();
        return new ContentBuilder(
                        spool,
                        threshold,
                        new HeaderLimits((int) limits.header().bytes(), limits.headerFields()),
                        tap)
                .repairing();
    }
}
