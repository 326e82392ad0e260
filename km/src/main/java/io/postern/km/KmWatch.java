package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.secret.KmException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at a vault that is served, each minute on a thread of its own: figures and health ask for
/// what was seen last, and never wait for a disk.
public final class KmWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KmWatch.class);

    private final World world;
    private final StartSecret secret;
    private final ServedVault vault;
    private final ScheduledExecutorService clockwork =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("km-watch").daemon().factory());
    private final Set<String> said = new HashSet<>();
    private volatile KmHealth seen = KmHealth.UNKNOWN;

    /// @param vault is kept open by the looks; stays the caller's to close
    public KmWatch(World world, StartSecret secret, ServedVault vault) {
        this.world = world;
        this.secret = secret;
        this.vault = vault;
    }

    /// Begins to look.
    public void start() {
        var _ = clockwork.scheduleWithFixedDelay(this::look, 0, 1, TimeUnit.MINUTES);
    }

    /// What was seen last.
    public KmHealth seen() {
        return seen;
    }

    /// Looks now. Never throws; trouble is a warning of what was seen.
    public synchronized void look() {
        try {
            vault.look();
            try (var km = KeyManagement.read(world, secret)) {
                var status = km.status();
                seen = new KmHealth(Optional.of(status), km.lastBackup(), status.warnings());
            }
        } catch (KmException e) {
            seen = trouble(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.warn("the vault can't be looked at", e);
            seen = trouble("the vault can't be looked at: " + e);
        }
        // Once each, and again when it had gone meanwhile.
        said.retainAll(seen.warnings());
        seen.warnings().stream()
                .filter(said::add)
                .forEach(warning -> LOG.warn("key management: {}", warning));
    }

    private static KmHealth trouble(String why) {
        return new KmHealth(Optional.empty(), Optional.empty(), List.of(why));
    }

    @Override
    public void close() {
        clockwork.shutdownNow();
    }
}
