package io.postern.gateway.signing;

import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.keys.DkimKeys;
import io.postern.store.MessageStore;
import java.time.InstantSource;

/// What signing consists of, put together.
public final class Signing {
    private final Signer signer;
    private final SignProof proof;
    private final Sampling sampling;
    private final Withheld withheld;
    private final InstantSource clock;

    public Signing(
            Config config, DkimKeys keys, Resolver resolver, Figures figures, InstantSource clock) {
        this.clock = clock;
        signer = new Signer(config, keys, figures);
        proof = new SignProof(config, resolver);
        sampling = new Sampling(config, proof, figures, clock);
        withheld = new Withheld(clock);
    }

    /// Signs.
    public Signer signer() {
        return signer;
    }

    /// Verifies some of what was signed.
    public Sampling sampling() {
        return sampling;
    }

    /// Knows of which domains mail is held.
    public Withheld withheld() {
        return withheld;
    }

    /// Signs anew what waits in that store.
    ///
    /// @param memory what delivery has of it in memory
    public Resigner resigner(MessageStore store, Resigner.Memory memory) {
        return new Resigner(store, signer, proof, sampling, withheld, memory, clock);
    }
}
