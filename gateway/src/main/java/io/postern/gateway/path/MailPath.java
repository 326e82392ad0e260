package io.postern.gateway.path;

import io.postern.gateway.authentication.Authentication;
import io.postern.gateway.config.Config;
import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.events.Figures;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.reports.DmarcReporting;
import io.postern.gateway.seen.SeenLog;
import io.postern.gateway.treat.Treatment;
import io.postern.mail.BodyTap;
import io.postern.mail.ContentBuilder;
import io.postern.mail.HeaderLimits;
import io.postern.mail.Room;
import io.postern.store.MessageStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;

/// What all sessions share. Immutable but for what it refers to.
///
/// @param policy asked anew at each step, so that a reload reaches sessions that are open
/// @param spool where contents too large for memory go while they are received
public record MailPath(
        Config config,
        Routes routes,
        Treatment treatment,
        MessageStore store,
        DeliveryEngine engine,
        Storage storage,
        Figures figures,
        Path spool,
        MemoryBudget budget,
        Supplier<Policy> policy,
        Delays delays,
        ReverseNames reverseNames,
        Authentication authentication,
        DmarcReporting reporting,
        SeenLog seen,
        InstantSource clock) {

    public MailPath(
            Config config,
            Routes routes,
            Treatment treatment,
            MessageStore store,
            DeliveryEngine engine,
            Storage storage,
            Figures figures,
            Path spool,
            Supplier<Policy> policy,
            Delays delays,
            ReverseNames reverseNames,
            Authentication authentication,
            DmarcReporting reporting,
            SeenLog seen,
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
                policy,
                delays,
                reverseNames,
                authentication,
                reporting,
                seen,
                clock);
    }

    Keeper keeper() {
        return new Keeper(store, engine, figures);
    }

    ContentBuilder builder(BodyTap tap, Room room) {
        var limits = config.limits();
        return new ContentBuilder(
                        spool,
                        ContentBuilder.DEFAULT_MEMORY_THRESHOLD,
                        new HeaderLimits((int) limits.header().bytes(), limits.headerFields()),
                        tap,
                        room)
                .repairing();
    }
}
