package io.postern.gateway.signing;

import io.postern.dns.Survey;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.gateway.events.Figures;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.lookups.ConfiguredResolver;
import io.postern.keys.DkimKey;
import io.postern.keys.DkimKeys;
import io.postern.keys.ReadySigningKey;
import io.postern.keys.life.DnsLook;
import io.postern.keys.life.KeyLife;
import io.postern.keys.life.LifeEvent;
import io.postern.keys.life.LifeRules;
import io.postern.mail.Domain;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The life of our domains' DKIM keys, while a gateway runs.
public final class KeyKeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyKeeping.class);

    /// Of the domains that a warning is about.
    private static final int NAMED = 5;

    private final Config config;
    private final DkimKeys keys;
    private final Consumer<Domain> signs;
    private final KeyLife life;
    private final KeyRounds rounds;
    private final Figures figures;
    private final InstantSource clock;

    /// @param survey what the authoritative servers of a name say
    /// @param resigning signs queued mail of a stolen key anew
    /// @param signs told of each domain of which a key begins to sign; must not block
    public KeyKeeping(
            Config config,
            DkimKeys keys,
            Function<String, Survey> survey,
            KeyLife.Resigning resigning,
            Consumer<Domain> signs,
            Figures figures,
            InstantSource clock) {
        this.config = config;
        this.keys = keys;
        this.signs = signs;
        this.figures = figures;
        this.clock = clock;
        var publishers = new Publishers(config, survey, clock);
        life =
                new KeyLife(
                        keys,
                        new KeyLife.Means(
                                domain -> OwnRules.of(config, domain),
                                publishers::of,
                                new DnsLook(survey),
                                resigning,
                                this::tell,
                                clock));
        rounds = new KeyRounds(life, clock);
    }

    /// For a command on a folder that no gateway runs on: keys can be looked at and changed, but no
    /// rounds are made.
    public static KeyKeeping atRest(Config config, DkimKeys keys, InstantSource clock) {
        return new KeyKeeping(
                config,
                keys,
                new ConfiguredResolver(config, clock).authorities()::survey,
                _ -> false,
                _ -> {},
                new Figures(),
                clock);
    }

    /// What can be done to keys.
    public KeyLife life() {
        return life;
    }

    /// How the keys of a domain live; empty when it is not ours.
    Optional<LifeRules> rules(Domain domain) {
        return OwnRules.of(config, domain);
    }

    /// Bits of new RSA keys.
    int bits() {
        return config.dkim().bits();
    }

    /// Comes to a domain's keys now and not when they are due: after somebody changed something. Of
    /// a domain whose DNS is not looked at all is done when this returns.
    public void attend(Domain domain) {
        if (!looks(domain)) {
            var _ = life.tend(domain);
        }
        rounds.wake(domain);
    }

    private boolean looks(Domain domain) {
        return OwnRules.of(config, domain).map(rules -> rules.look()).orElse(true);
    }

    /// Puts keys of laboratories to use, warns of what is doubtful, and begins the rounds.
    public void start() {
        for (var own : config.domain()) {
            if (own.dkim().check() == DkimConfig.Check.OFF && !keys.list(own.name()).isEmpty()) {
                var _ = life.tend(own.name());
            }
        }
        warn();
        measure();
        var _ = Thread.ofPlatform().daemon().name("dkim-keys-open").start(this::open);
        rounds.start(config.domain().stream().map(Config.OwnDomain::name).toList());
    }

    /// While mail flows: of ten thousand domains most write nothing today.
    private void open() {
        keys.unopenable()
                .forEach(why ->
                        LOG.error("a DKIM key can't be used, so mail is answered 451: {}", why));
    }

    /// One line for each kind of doubt, however many domains there are.
    private void warn() {
        if (config.listener().stream().noneMatch(one -> one.role().sendsOut())) {
            return;
        }
        var signing = config.domain().stream().filter(Config.OwnDomain::sign).toList();
        warn(
                signing.stream()
                        .filter(own -> keys.list(own.name()).isEmpty())
                        .map(own -> own.name().name()),
                "no DKIM key, so mail is answered 451: make one with \"postern dkim new DOMAIN\"");
        warn(
                signing.stream()
                        .filter(own -> keys.signingKeys(own.name()).isEmpty())
                        .filter(own -> !keys.list(own.name()).isEmpty())
                        .map(own -> own.name().name()),
                "no DKIM key that signs yet: \"postern dkim check DOMAIN\" says what is missing");
        warn(
                signing.stream()
                        .filter(own -> OwnRules.signing(keys, own).isEmpty())
                        .filter(own -> !keys.signingKeys(own.name()).isEmpty())
                        .map(own -> own.name().name()),
                "the keys that are active are of types that `algorithms` leaves out, so none signs: make one with \"postern dkim new DOMAIN\"");
        warn(
                signing.stream()
                        .flatMap(own -> keys.signingKeys(own.name()).stream())
                        .map(ReadySigningKey::key)
                        .filter(DkimKey::withoutDns)
                        .map(DkimKey::recordName),
                "signs, but was never seen in the DNS: receivers may not be able to verify the mail");
    }

    private static void warn(Stream<String> names, String words) {
        var all = names.toList();
        if (!all.isEmpty()) {
            var first = String.join(", ", all.subList(0, Math.min(all.size(), NAMED)));
            var more = all.size() > NAMED ? " and " + (all.size() - NAMED) + " more" : "";
            LOG.warn("{}{}: {}", first, more, words);
        }
    }

    private void tell(LifeEvent event) {
        var selector = event.key().map(DkimKey::selector).orElse("");
        MailLog.event(
                "dkim_key",
                "what",
                event.kind().name().toLowerCase(Locale.ROOT),
                "domain",
                event.domain(),
                "selector",
                selector,
                "words",
                event.words());
        figures.counter(
                        "postern.dkim.key.events",
                        "What happened in the life of keys.",
                        "what",
                        event.kind().name().toLowerCase(Locale.ROOT))
                .increment();
        boolean begins =
                event.kind() == LifeEvent.Kind.MOVED
                        && event.key()
                                .filter(key -> key.state() == DkimKey.State.ACTIVE)
                                .isPresent();
        if (begins) {
            signs.accept(event.domain());
        }
        if (event.kind().isGrave()) {
            LOG.error(
                    "DKIM of {}{}: {}. See \"postern dkim check {}\"",
                    event.domain(),
                    selector.isEmpty() ? "" : " (" + selector + ")",
                    event.words(),
                    event.domain());
        } else if (event.kind() == LifeEvent.Kind.BY_HAND) {
            LOG.warn("DKIM of {} ({}): {}", event.domain(), selector, event.words());
        }
    }

    private void measure() {
        for (var state : DkimKey.State.values()) {
            figures.gauge(
                    "postern.dkim.keys",
                    "DKIM keys by state.",
                    "state",
                    state.word(),
                    () -> keys.list().stream().filter(key -> key.state() == state).count());
        }
        figures.gauge(
                "postern.dkim.key.age.seconds",
                "Since the oldest key that signs first signed.",
                () -> oldest(key -> key.firstActive().map(this::seconds).orElse(0L)));
        figures.gauge(
                "postern.dkim.key.unseen.seconds",
                "Since that key that signs was seen in the DNS which was not seen for longest.",
                () ->
                        oldest(key ->
                                key.withoutDns()
                                        ? 0
                                        : key.sight().seenAt().map(this::seconds).orElse(0L)));
        figures.gauge(
                "postern.dkim.domains.silent",
                "Domains of ours to be signed that have no key that signs.",
                () ->
                        config.domain().stream()
                                .filter(Config.OwnDomain::sign)
                                .filter(own -> OwnRules.signing(keys, own).isEmpty())
                                .count());
    }

    private long oldest(ToLongFunction<DkimKey> age) {
        return keys.list().stream()
                .filter(key -> key.state() == DkimKey.State.ACTIVE)
                .map(age::applyAsLong)
                .max(Comparator.naturalOrder())
                .orElse(0L);
    }

    private long seconds(Instant since) {
        return Duration.between(since, clock.instant()).toSeconds();
    }

    @Override
    public void close() {
        rounds.close();
    }
}
