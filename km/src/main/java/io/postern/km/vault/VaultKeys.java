package io.postern.km.vault;

import io.postern.km.secret.Secret;
import java.util.Optional;

/// What an open vault has in memory. Closed as soon as the act is done.
public final class VaultKeys implements AutoCloseable {
    static final int LENGTH = 32;

    private final Secret master;
    private final Optional<Secret> recovery;
    private final TierKey vault;
    private final Optional<TierKey> guarded;

    VaultKeys(Secret master, Optional<Secret> recovery) {
        this.master = master;
        this.recovery = recovery;
        vault = TierKey.vault(master);
        guarded = recovery.map(secret -> TierKey.guarded(master, secret));
    }

    /// For the vault tier.
    public TierKey vault() {
        return vault;
    }

    /// For what needs shares; empty when the vault was opened another way.
    public Optional<TierKey> guarded() {
        return guarded;
    }

    Secret master() {
        return master;
    }

    Optional<Secret> recovery() {
        return recovery;
    }

    /// Zeroes all.
    @Override
    public void close() {
        master.close();
        recovery.ifPresent(Secret::close);
        vault.close();
        guarded.ifPresent(TierKey::close);
    }

    /// Masked.
    @Override
    public String toString() {
        return "VaultKeys[…]";
    }
}
