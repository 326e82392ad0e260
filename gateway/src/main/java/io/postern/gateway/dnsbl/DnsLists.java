package io.postern.gateway.dnsbl;

import io.postern.dns.Resolver;
import io.postern.gateway.config.AbuseConfig;
import io.postern.gateway.config.AbuseConfig.Step;
import io.postern.gateway.config.AbuseConfig.Subject;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.identities.ReverseNames;
import io.postern.gateway.lookups.Lookups;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Refuses strangers that DNS lists know, on inbound listeners. RFC 5782.
///
/// All zones are asked at once beside the dialogue, as soon as what they list is known: client
/// zones before the greeting, others at HELO and MAIL. The dialogue waits for them at MAIL or RCPT,
/// at most for the deadline. A zone that does not answer does not count, so this check never defers
/// and never refuses for trouble of the DNS's.
public final class DnsLists implements Check {
    /// Look-ups of one session are bounded by commands, and those at the same time by [Lookups].
    private static final int MOST_ZONES = 32;

    /// Names that one session may give in HELO and have looked up.
    private static final int MOST_HELO_NAMES = 3;

    private static final Duration LONGEST_TEST = Duration.ofMinutes(2);

    /// Characters of a reply's text.
    private static final int LONGEST_TEXT = 400;

    private final AbuseConfig.Dnsbl settings;
    private final Resolver resolver;
    private final List<DnsZone> zones;
    private final Lookups lookups;
    private final ReverseNames reverseNames;
    private final Postmaster exempt;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();

    /// A question under way.
    private record Asked(DnsZone zone, Lookups.Lookup<Found> lookup) {
        /// Waits, if the zone is worth it.
        Found found() {
            if (!zone.isAnswering()) {
                return lookup.now();
            }
            var found = lookup.get();
            if (found.late()) {
                zone.missed();
            }
            return found;
        }
    }

    /// @param late whether it stands for an answer that did not come in time
    private record Found(String subject, Listing listing, boolean late) {
        Found(String subject, Listing listing) {
            this(subject, listing, false);
        }
    }

    /// What one session has asked; confined to its thread.
    private static final class Session {
        boolean clientAsked;
        List<Asked> client = List.of();
        List<Asked> helo = List.of();
        List<Asked> reversePath = List.of();
        int heloNames;
        String heloAsked = "";
        String reversePathAsked = "";

        Stream<Asked> all() {
            return Stream.of(client, helo, reversePath).flatMap(List::stream);
        }
    }

    /// @param resolver one that keeps answers
    /// @throws ConfigException when the settings contradict themselves
    public DnsLists(
            AbuseConfig.Dnsbl settings,
            Resolver resolver,
            Lookups lookups,
            ReverseNames reverseNames,
            Postmaster exempt) {
        this(settings, resolver, lookups, reverseNames, exempt, List.of());
    }

    private DnsLists(
            AbuseConfig.Dnsbl settings,
            Resolver resolver,
            Lookups lookups,
            ReverseNames reverseNames,
            Postmaster exempt,
            List<DnsZone> known) {
        if (settings.zone().size() > MOST_ZONES) {
            throw new ConfigException("dnsbl.zone: at most " + MOST_ZONES + " zones");
        }
        if (settings.at().compareTo(Step.MAIL) < 0) {
            throw new ConfigException("dnsbl.at is \"mail\" or \"rcpt\"");
        }
        this.settings = settings;
        this.resolver = resolver;
        this.lookups = lookups;
        this.reverseNames = reverseNames;
        this.exempt = exempt;
        zones =
                settings.zone().stream()
                        .map(zone ->
                                known.stream()
                                        .filter(one -> one.settings().equals(zone))
                                        .findFirst()
                                        .orElseGet(() -> new DnsZone(zone, resolver)))
                        .toList();
    }

    /// Those of other settings. Zones that stay as they are keep what their tests have found;
    /// others are not used until the next [#test].
    ///
    /// @throws ConfigException as above
    public DnsLists with(AbuseConfig.Dnsbl other) {
        return new DnsLists(other, resolver, lookups, reverseNames, exempt, zones);
    }

    /// Looks the test entries of all zones up; blocks. To be called at start and then as often as
    /// the settings say, by one thread at a time.
    public void test() {
        zones.stream()
                .map(zone -> lookups.start(() -> tested(zone), false, LONGEST_TEST))
                .toList()
                .forEach(Lookups.Lookup::get);
    }

    private static boolean tested(DnsZone zone) {
        zone.test();
        return true;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (zones.isEmpty() || situation.listener().role() != Config.Role.INBOUND) {
            return Opinion.PASS;
        }
        var client = situation.session().client().getAddress();
        if (settings.exempt().stream().anyMatch(network -> network.contains(client))) {
            return Opinion.PASS;
        }
        start(situation);
        boolean now =
                situation.stage() == (settings.at() == Step.MAIL ? Stage.MAIL : Stage.RCPT)
                        && !situation.recipient().map(exempt::is).orElse(false);
        return now ? opinion(situation) : Opinion.PASS;
    }

    private void start(Situation situation) {
        var session = sessions.computeIfAbsent(situation.session().sessionId(), _ -> new Session());
        // At CONNECT; or later, in a session that was open when these lists came into force.
        if (!session.clientAsked) {
            session.clientAsked = true;
            var client = situation.session().client().getAddress();
            var asked = Question.about(client).map(this::aboutClient).orElse(List.of());
            session.client = Stream.concat(asked.stream(), aboutNames(situation)).toList();
        }
        // By what is named, not by the stage: where a list or rule lets HELO or MAIL pass, this is
        // first asked at RCPT, and must not judge what was named before.
        var helo = situation.session().heloName().orElse("");
        if (!helo.equals(session.heloAsked)) {
            session.heloAsked = helo;
            // Those above it change nothing: what was listed stays so.
            if (++session.heloNames <= MOST_HELO_NAMES) {
                session.helo = aboutDomain(Subject.HELO, helo);
            }
        }
        var reversePath = reversePathDomain(situation);
        if (situation.envelope().isPresent() && !reversePath.equals(session.reversePathAsked)) {
            session.reversePathAsked = reversePath;
            session.reversePath = aboutDomain(Subject.REVERSE_PATH, reversePath);
        }
    }

    private String reversePathDomain(Situation situation) {
        return situation
                .envelope()
                .flatMap(envelope -> exempt.stranger(envelope.reversePath()))
                .filter(mailbox -> mailbox.host() instanceof Domain)
                .map(mailbox -> mailbox.host().toString())
                .orElse("");
    }

    private Stream<DnsZone> zones(Subject of) {
        return zones.stream().filter(zone -> zone.settings().of() == of);
    }

    private List<Asked> aboutClient(Question question) {
        return zones(Subject.CLIENT).map(zone -> ask(zone, question)).toList();
    }

    private List<Asked> aboutDomain(Subject of, String domain) {
        return zones(of)
                .flatMap(zone ->
                        Question.about(domain, zone.settings().name())
                                .map(question -> ask(zone, question))
                                .stream())
                .toList();
    }

    private Asked ask(DnsZone zone, Question question) {
        return new Asked(
                zone,
                lookups.start(
                        () -> new Found(question.shown(), zone.ask(question)),
                        late(question.shown()),
                        settings.deadline()));
    }

    /// Zones of reverse names wait for the name first, in the same look-up.
    private Stream<Asked> aboutNames(Situation situation) {
        var all = zones(Subject.REVERSE_NAME).toList();
        if (all.isEmpty()) {
            return Stream.of();
        }
        var names = reverseNames.begin(situation);
        return all.stream()
                .map(zone ->
                        new Asked(
                                zone,
                                lookups.start(
                                        () -> ofNames(zone, names.get()),
                                        late(situation.client()),
                                        settings.deadline())));
    }

    private static Found ofNames(DnsZone zone, ClientNames names) {
        var name = names.confirmed().stream().findFirst().orElse("");
        return Question.about(name, zone.settings().name())
                .map(question -> new Found(name, zone.ask(question)))
                .orElseGet(() -> new Found(name, new Listing.NotListed()));
    }

    private Found late(String subject) {
        return new Found(subject, new Listing.Silent("no answer within the deadline"), true);
    }

    /// The sum of the weights of the zones that list a session's client and names, as far as they
    /// have answered; waits for them. Below 0: a list of good clients knows it.
    public int weight(Situation situation) {
        return listed(situation).stream().mapToInt(entry -> entry.zone().settings().weight()).sum();
    }

    private List<Asked> listed(Situation situation) {
        return Optional.ofNullable(sessions.get(situation.session().sessionId())).stream()
                .flatMap(Session::all)
                .filter(asked -> asked.found().listing() instanceof Listing.Listed)
                .toList();
    }

    private Opinion opinion(Situation situation) {
        var listed = listed(situation);
        if (listed.isEmpty()) {
            return Opinion.PASS;
        }
        int weight = listed.stream().mapToInt(asked -> asked.zone().settings().weight()).sum();
        var inputs = new LinkedHashMap<String, String>();
        for (var asked : listed) {
            var found = asked.found();
            inputs.put(
                    asked.zone().settings().name().name(), found.subject() + " " + found.listing());
        }
        inputs.put("weight", weight + " of " + settings.refuseAt());
        if (weight < settings.refuseAt()) {
            return new Opinion.Note(
                    new Decision("dnsbl", "listed, not refused", inputs), List.of());
        }
        return new Opinion.Refuse(
                "dnsbl",
                reply(listed),
                Duration.ZERO,
                false,
                new Decision("dnsbl", "refused", inputs));
    }

    private Reply reply(List<Asked> listed) {
        var text =
                listed.stream()
                        .filter(asked -> asked.zone().settings().weight() > 0)
                        .map(asked -> words(asked.zone(), asked.found()))
                        .collect(
                                Collectors.joining(
                                        "; ", settings.reply().lines().getFirst() + " ", ""));
        return Reply.of(
                settings.reply().code(),
                settings.reply().enhanced(),
                text.substring(0, Math.min(text.length(), LONGEST_TEXT)));
    }

    private static String words(DnsZone zone, Found found) {
        var reason =
                found.listing() instanceof Listing.Listed(_, var why) && !why.isEmpty()
                        ? " (" + why + ")"
                        : "";
        return zone.settings().name() + ": " + found.subject() + reason;
    }

    @Override
    public void closed(Situation situation) {
        sessions.remove(situation.session().sessionId());
    }
}
