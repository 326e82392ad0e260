package io.postern.gateway.lists;

import io.postern.gateway.config.AbuseConfig;
import io.postern.gateway.config.AbuseConfig.Step;
import io.postern.gateway.config.AbuseConfig.Subject;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.server.SessionFacts;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lists in the order in which they stand in the configuration: the first that knows the
/// client, name or address decides. RFC 2505 §2.5 to §2.7.
///
/// A list that refuses is asked at one stage; one that lets through at every stage from where its
/// subject is known, because each stage has checks that it spares its own.
public final class AccessLists implements Check {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLists.class);

    private final List<AccessList> lists;
    private final Function<Situation, ClientNames> reverseNames;
    private final Postmaster exempt;

    /// Reads the files too.
    ///
    /// @throws ConfigException when a list contradicts itself, or its file can't be read
    public AccessLists(
            List<AbuseConfig.AccessList> settings, ReverseNames reverseNames, Postmaster exempt) {
        this(settings, reverseNames::of, exempt);
    }

    /// The same with names that are known otherwise.
    public AccessLists(
            List<AbuseConfig.AccessList> settings,
            Function<Situation, ClientNames> reverseNames,
            Postmaster exempt) {
        check(settings);
        lists = settings.stream().map(AccessList::new).toList();
        this.reverseNames = reverseNames;
        this.exempt = exempt;
        lists.forEach(this::warnOfOurs);
    }

    private static void check(List<AbuseConfig.AccessList> settings) {
        var names = new HashSet<String>();
        for (var one : settings) {
            if (!names.add(one.name())) {
                throw new ConfigException("there are two access_list with name " + one.name());
            }
            var at = one.at();
            if (at.isPresent() && at.get().compareTo(known(one.of())) < 0) {
                throw new ConfigException(
                        "access_list "
                                + one.name()
                                + ": at = \""
                                + word(at.get())
                                + "\" is too early, what it lists is known at "
                                + word(known(one.of())));
            }
            if (one.of() == Subject.REVERSE_NAME && one.roles().contains(Config.Role.OUTBOUND)) {
                throw new ConfigException(
                        "access_list "
                                + one.name()
                                + ": take \"outbound\" out of roles, hosts inside are known by their"
                                + " addresses and their names are not looked up");
            }
            if (one.entries().isEmpty() && one.file().isEmpty()) {
                throw new ConfigException(
                        "access_list " + one.name() + " is empty: give entries or a file");
            }
        }
    }

    /// The first step at which the subject of a list is known.
    private static Step known(Subject of) {
        return switch (of) {
            case CLIENT -> Step.CONNECT;
            // Looked up from the connection on, but the greeting does not wait for it.
            case HELO, REVERSE_NAME -> Step.HELO;
            case REVERSE_PATH -> Step.MAIL;
        };
    }

    private static Optional<Step> step(Stage stage) {
        return switch (stage) {
            case CONNECT -> Optional.of(Step.CONNECT);
            case HELO -> Optional.of(Step.HELO);
            case MAIL -> Optional.of(Step.MAIL);
            case RCPT -> Optional.of(Step.RCPT);
            case DATA, MESSAGE -> Optional.empty();
        };
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Looks whether files have changed, and takes them up. To be called every few seconds, by one
    /// thread at a time; it reads and parses.
    public void look() {
        for (var list : lists) {
            if (list.look()) {
                warnOfOurs(list);
            }
        }
    }

    private void warnOfOurs(AccessList list) {
        if (list.settings().of() != Subject.REVERSE_PATH
                || list.settings().action() != AbuseConfig.Action.REFUSE) {
            return;
        }
        for (var domain : exempt.ours()) {
            if (List.of(list.own(), list.listed()).stream()
                    .anyMatch(entries -> ofDomain(entries, domain.name()))) {
                LOG.warn(
                        "access_list {} has {}, which is ours and is never refused as such (RFC 2505"
                                + " §2.6.2): take the entry out",
                        list.settings().name(),
                        domain);
            }
        }
    }

    private static boolean ofDomain(Entries entries, String domain) {
        return entries instanceof Entries.ReversePaths(_, _, var domains)
                && domains.contains(domain);
    }

    @Override
    public Opinion ask(Situation situation) {
        var step = step(situation.stage());
        if (step.isEmpty()) {
            return Opinion.PASS;
        }
        boolean open = false;
        for (var list : lists) {
            if (isAsked(list.settings(), step.get(), situation)) {
                var found = find(list, situation);
                if (found.isPresent()) {
                    var opinion = opinion(list.settings(), found.get(), situation.stage());
                    return open
                            ? new Opinion.Several(List.of(new Opinion.MayAllow(), opinion))
                            : opinion;
                }
                open |= mayFind(list, situation);
            }
        }
        return open ? new Opinion.MayAllow() : Opinion.PASS;
    }

    /// Who speaks for a client.
    public sealed interface Vouching {
        /// The list of that name.
        record ByList(String name) implements Vouching {}

        /// No list.
        record Nobody() implements Vouching {}

        /// Perhaps a list, but the client's name is not known now.
        record Unknown() implements Vouching {}
    }

    /// The list that speaks for who hands a message in: the client or its verified name, and not
    /// what a stranger calls himself. It spares the message what authentication finds, and nothing
    /// else: rules and rates are asked at the end of the content all the same.
    public Vouching vouching(Situation situation) {
        boolean open = false;
        for (var list : lists) {
            if (list.settings().action() == AbuseConfig.Action.ALLOW
                    && list.settings().roles().contains(situation.listener().role())
                    && (list.settings().of() == Subject.CLIENT
                            || list.settings().of() == Subject.REVERSE_NAME)) {
                if (find(list, situation).isPresent()) {
                    return new Vouching.ByList(list.settings().name());
                }
                open |= mayFind(list, situation);
            }
        }
        return open ? new Vouching.Unknown() : new Vouching.Nobody();
    }

    /// Whether the list would perhaps let the client through, if the DNS had told its name.
    private boolean mayFind(AccessList list, Situation situation) {
        return list.settings().action() == AbuseConfig.Action.ALLOW
                && list.settings().of() == Subject.REVERSE_NAME
                && reverseNames.apply(situation).mayHave(name -> containsName(list, name));
    }

    private boolean isAsked(AbuseConfig.AccessList list, Step step, Situation situation) {
        if (!list.roles().contains(situation.listener().role())) {
            return false;
        }
        return switch (list.action()) {
            case ALLOW -> step.compareTo(known(list.of())) >= 0;
            case REFUSE ->
                    step == list.at().orElse(known(list.of()))
                            && !situation.recipient().map(exempt::is).orElse(false);
        };
    }

    private static Opinion opinion(AbuseConfig.AccessList list, String found, Stage stage) {
        var inputs = Map.of("list", list.name(), word(list.of()), found);
        return switch (list.action()) {
            case ALLOW ->
                    new Opinion.Allow(
                            new Decision("access-list", "let through by " + list.name(), inputs));
            case REFUSE ->
                    new Opinion.Refuse(
                            "list:" + list.name(),
                            list.reply(),
                            Duration.ZERO,
                            stage == Stage.CONNECT,
                            new Decision("access-list", "refused by " + list.name(), inputs));
        };
    }

    /// What of the situation is on the list.
    private Optional<String> find(AccessList list, Situation situation) {
        var session = situation.session();
        return switch (list.settings().of()) {
            case CLIENT ->
                    list.own().containsClient(session.client().getAddress())
                                    || list.listed().containsClient(session.client().getAddress())
                            ? Optional.of(situation.client())
                            : Optional.empty();
            case HELO -> helo(session).filter(name -> containsName(list, name));
            case REVERSE_NAME ->
                    names(list, situation).filter(name -> containsName(list, name)).findFirst();
            case REVERSE_PATH ->
                    situation
                            .envelope()
                            .flatMap(envelope -> exempt.stranger(envelope.reversePath()))
                            .filter(mailbox ->
                                    list.own().containsMailbox(mailbox)
                                            || list.listed().containsMailbox(mailbox))
                            .map(mailbox -> mailbox.toString());
        };
    }

    private java.util.stream.Stream<String> names(AccessList list, Situation situation) {
        var names = reverseNames.apply(situation);
        // A name that lets a client through must be more than what the client says of itself.
        return switch (list.settings().action()) {
            case ALLOW -> names.confirmed().stream();
            case REFUSE -> names.claimed().stream();
        };
    }

    private static boolean containsName(AccessList list, String name) {
        return list.own().containsName(name) || list.listed().containsName(name);
    }

    private static Optional<String> helo(SessionFacts session) {
        return session.heloName()
                .map(name -> name.endsWith(".") ? name.substring(0, name.length() - 1) : name)
                .map(name -> name.toLowerCase(Locale.ROOT));
    }
}
