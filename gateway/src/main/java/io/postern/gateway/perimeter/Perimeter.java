package io.postern.gateway.perimeter;

import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.events.Figures;
import io.postern.gateway.path.ReverseNames;
import io.postern.gateway.path.Storage;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.recipients.RecipientCheck;
import io.postern.gateway.rules.Rules;
import io.postern.gateway.rules.RulesCheck;
import io.postern.gateway.tls.PeerTls;
import io.postern.gateway.users.OwnAddresses;
import io.postern.mail.Domain;
import io.postern.store.MessageStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The policy in force: the one place where checks are put in their order.
///
/// The order is: what makes the perimeter one and costs nothing first, so that a stranger's relay
/// attempt asks no list and no directory; then the operator's own word (lists, rules), which may
/// allow and so end the asking of what follows; then counting; then the DNS; and last the
/// recipients, whose directory may be far away.
public final class Perimeter {
    private final StrangerChecks strangers;
    private final OwnRecipients recipients;
    private final Means means;
    private final List<Check> before;
    private final List<Check> after;
    private volatile Policy policy;

    /// What checks may need.
    public record Means(
            Config config,
            MessageStore store,
            Resolver resolver,
            Storage storage,
            OwnAddresses.AddressBook addresses,
            Counting counting,
            Figures figures,
            InstantSource clock) {}

    /// Reads what the checks need from files and the store; blocks.
    public Perimeter(OwnRecipients recipients, Means means) {
        this.recipients = recipients;
        this.means = means;
        strangers = new StrangerChecks(recipients, means);
        before = before();
        after = after();
        policy = policy(Rules.of(means.config()));
    }

    /// The checks of strangers' clients, names and addresses.
    public StrangerChecks strangers() {
        return strangers;
    }

    /// The policy in force now; asked for at each command.
    public Policy policy() {
        return policy;
    }

    /// Puts another in force, whole.
    public void replace(Policy other) {
        policy = other;
    }

    /// Puts other rules in force. Sessions take them up at their next command; all other checks go
    /// on with what they have counted.
    public void replace(Rules rules) {
        policy = policy(rules);
    }

    /// The checks before the rules. Made once: what they have counted outlives a reload.
    private List<Check> before() {
        var checks = new ArrayList<Check>();
        checks.add(new RoleCheck());
        checks.add(new StorageCheck(means.storage()));
        checks.add(new RelayCheck(recipients::serves));
        checks.add(new PeerTls(means.config().peer()));
        if (means.config().submission().ownAddresses()) {
            checks.add(new OwnAddresses(means.addresses()));
        }
        checks.addAll(strangers.lists());
        return List.copyOf(checks);
    }

    private List<Check> after() {
        var checks = new ArrayList<Check>();
        checks.addAll(means.counting().checks(means.config()));
        checks.addAll(strangers.names());
        checks.add(new RecipientCheck(recipients));
        checks.add(strangers.greylist());
        return List.copyOf(checks);
    }

    private Policy policy(Rules rules) {
        var checks = new ArrayList<>(before);
        rulesCheck(rules).ifPresent(checks::add);
        checks.addAll(after);
        return new Policy(checks);
    }

    private Optional<Check> rulesCheck(Rules rules) {
        if (rules.all().isEmpty()) {
            return Optional.empty();
        }
        var names = new ReverseNames(means.resolver(), means.config().dns().reverseTimeout());
        return Optional.of(
                new RulesCheck(
                        rules,
                        client -> names.begin(client).get().map(Domain::name).orElse(""),
                        means.figures()));
    }
}
