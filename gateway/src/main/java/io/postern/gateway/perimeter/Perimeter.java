package io.postern.gateway.perimeter;

import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.delivery.Routes;
import io.postern.gateway.events.Figures;
import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.lists.AccessLists;
import io.postern.gateway.path.Storage;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Situation;
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
import java.util.function.Function;

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
    private final List<Check> door;
    private final Check recipientCheck;
    private volatile Policy policy;

    /// What checks may need.
    public record Means(
            Config config,
            MessageStore store,
            Routes routes,
            DeliveryEngine engine,
            Resolver resolver,
            ReverseNames names,
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
        door = door();
        recipientCheck = new RecipientCheck(recipients);
        policy = policy(means.config(), Rules.of(means.config()));
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

    /// Reads what of another configuration can change while mail flows (rules, rates, lists);
    /// nothing changes yet.
    ///
    /// @return puts it in force. Sessions take it up at their next command; what was counted stays,
    ///   and so does all else.
    /// @throws io.postern.gateway.config.ConfigException when something of it can't be used
    public Runnable prepare(Config next) {
        var rules = Rules.of(next);
        var lists = strangers.read(next);
        return () -> {
            strangers.use(lists);
            policy = policy(next, rules);
        };
    }

    /// What makes the perimeter one, and costs nothing. Made once, as [StrangerChecks] is.
    private List<Check> door() {
        var checks = new ArrayList<Check>();
        checks.add(new RoleCheck());
        checks.add(new StorageCheck(means.storage()));
        checks.add(new RelayCheck(recipients::serves));
        checks.add(new PeerTls(means.config().peer()));
        if (means.config().submission().ownAddresses()) {
            checks.add(new OwnAddresses(means.addresses()));
        }
        return List.copyOf(checks);
    }

    private Policy policy(Config config, Rules rules) {
        var checks = new ArrayList<>(door);
        checks.add(strangers.accessLists());
        rulesCheck(rules).ifPresent(checks::add);
        checks.add(new AuthenticationCheck(config, strangers::vouching));
        checks.addAll(means.counting().checks(config));
        checks.addAll(strangers.names());
        checks.add(recipientCheck);
        checks.add(new CarryCheck(means.routes(), means.engine()));
        checks.add(strangers.greylist());
        return new Policy(checks);
    }

    /// Those checks that need nothing but what is kept of a message, in their order, to ask them
    /// about one that is gone. Reads the lists' files.
    ///
    /// @param names of clients
    /// @param rules asks the configuration's rules
    /// @throws io.postern.gateway.config.ConfigException when a list can't be used
    public static Policy again(Config config, Function<Situation, ClientNames> names, Check rules) {
        var lists = new AccessLists(config.accessList(), names, new Postmaster(config));
        return new Policy(
                List.of(
                        new RelayCheck(domain ->
                                config.own(domain).map(OwnRecipients::serves).orElse(false)),
                        lists,
                        rules,
                        new AuthenticationCheck(config, lists::vouching)));
    }

    private Optional<Check> rulesCheck(Rules rules) {
        if (rules.all().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new RulesCheck(
                        rules,
                        situation ->
                                means.names().of(situation).verified().map(Domain::name).orElse(""),
                        means.figures()));
    }
}
