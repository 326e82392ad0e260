package io.postern.gateway.perimeter;

import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.gateway.path.Storage;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.recipients.RecipientCheck;
import io.postern.gateway.tls.PeerTls;
import io.postern.gateway.users.OwnAddresses;
import io.postern.gateway.users.Users;
import io.postern.store.MessageStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The policy in force: the one place where checks are put in their order.
///
/// The order is: what makes the perimeter one and costs nothing first, so that a stranger's relay
/// attempt asks no list and no directory; then the operator's own word (lists, rules), which may
/// allow and so end the asking of what follows; then counting; then the DNS; and last the
/// recipients, whose directory may be far away.
public final class Perimeter {
    private volatile Policy policy;

    /// What checks may need.
    public record Means(
            Config config,
            MessageStore store,
            Resolver resolver,
            Storage storage,
            Users users,
            Figures figures,
            InstantSource clock) {}

    public Perimeter(OwnRecipients recipients, Means means) {
        policy = new Policy(checks(recipients, means));
    }

    /// The policy in force now; asked for at each command.
    public Policy policy() {
        return policy;
    }

    /// Puts another in force, whole.
    public void replace(Policy other) {
        policy = other;
    }

    private static List<Check> checks(OwnRecipients recipients, Means means) {
        var checks = new ArrayList<Check>();
        checks.add(new RoleCheck());
        checks.add(new StorageCheck(means.storage()));
        checks.add(new RelayCheck(recipients::serves));
        checks.add(new PeerTls(means.config().peer()));
        if (means.config().submission().ownAddresses()) {
            checks.add(new OwnAddresses(means.users()::addresses));
        }
        // 1. allow and deny lists; 2. rules; 3. users and the guard; 4. rates; 5. DNS lists
        checks.add(new RecipientCheck(recipients));
        return checks;
    }
}
