package io.postern.km;

import io.postern.km.ca.Capability;
import io.postern.km.ca.Issued;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.Locations;
import io.postern.km.ca.Subscriber;
import io.postern.km.ca.Subscribers;
import io.postern.km.ca.Usage;
import java.net.URI;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;

/// The issuing authority at work for one act or portion: its key is decoded once.
record Signer(Issuer issuer, Locations locations, SecureRandom random, Instant now) {
    static Signer of(OpenVault vault) {
        var desk = vault.desk();
        return desk.database()
                .transaction(on ->
                        new Signer(
                                vault.issuer(on),
                                FoundingSettings.locations(
                                        URI.create(Tables.needed(on, "url")), "ca"),
                                desk.world().random(),
                                desk.world().now()));
    }

    Issued issue(IssueOrder order, Usage usage, PublicKey key) {
        return Subscribers.issue(
                issuer,
                key,
                new Subscriber(
                        order.address(),
                        usage,
                        now,
                        order.lifetime(),
                        locations,
                        Capability.ANY_CLIENT),
                random);
    }
}
