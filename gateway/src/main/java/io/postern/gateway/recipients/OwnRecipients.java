package io.postern.gateway.recipients;

import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.smtp.client.ClientSettings;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The recipients of all domains that take mail from outside.
///
/// Lists in memory answer on the caller's thread in microseconds. A directory or an inside server
/// blocks the caller, which is a session's virtual thread, no longer than that source's deadline.
public final class OwnRecipients implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnRecipients.class);

    /// With it, a changed file is in force after two to four seconds.
    private static final int REFRESH_SECONDS = 2;

    private static final String POSTMASTER = "postmaster";

    private final Map<Domain, Own> byDomain = new LinkedHashMap<>();
    private final Sources sources;

    /// A thread of its own: a list of a million takes a second to read.
    private final ScheduledExecutorService refreshing =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("recipients").daemon().factory());

    private record Own(DomainRecipients recipients, Duration tarpit) {}

    /// What sources need.
    ///
    /// @param connect how inside hosts are connected to
    /// @param random a cryptographic one
    public record Means(InstantSource clock, RandomGenerator random, Connect connect) {}

    /// How the inside hosts of a domain are connected to.
    public interface Connect {
        /// The settings for a host with that name; without one when it is given by its address
        Function<Optional<Domain>, ClientSettings> to(Config.OwnDomain domain);
    }

    /// Reads the files, connects to nobody.
    ///
    /// @throws io.postern.gateway.config.ConfigException when the settings make no sense together
    public OwnRecipients(Config config, Means means) {
        sources = new Sources(config, means);
        for (var domain : config.domain()) {
            if (!serves(domain)) {
                continue;
            }
            var settings = domain.recipients().orElseThrow();
            byDomain.put(
                    domain.name(),
                    new Own(
                            new DomainRecipients(
                                    domain.name(),
                                    settings.separator(),
                                    sources.of(domain, settings)),
                            settings.tarpit()));
        }
    }

    /// Those of a configuration that needs no clock and nobody to ask: of lists and files.
    public OwnRecipients(Config config) {
        this(
                config,
                new Means(
                        InstantSource.system(),
                        new SecureRandom(),
                        _ -> _ -> ClientSettings.plain(config.hostname())));
    }

    /// Whether mail from outside is taken for some recipient of a domain of ours.
    public static boolean serves(Config.OwnDomain domain) {
        return !domain.deliverTo().isEmpty() && domain.recipients().isPresent();
    }

    /// Whether mail from outside is taken for some recipient of that domain.
    public boolean serves(Domain domain) {
        return byDomain.containsKey(domain);
    }

    /// What is known of a recipient; a domain that is not served has none.
    public Found look(Mailbox mailbox) {
        var own = own(mailbox);
        if (own.isEmpty()) {
            return new Found.Unknown("no domain of ours");
        }
        // RFC 5321 §4.5.1: it must be served for every domain that takes mail, whatever lists say.
        if (mailbox.localPart().equalsIgnoreCase(POSTMASTER)) {
            return new Found.Known("RFC 5321 §4.5.1");
        }
        return own.get().recipients().look(mailbox);
    }

    private Optional<Own> own(Mailbox mailbox) {
        return mailbox.host() instanceof Domain domain
                ? Optional.ofNullable(byDomain.get(domain))
                : Optional.empty();
    }

    /// How long the refusal of an unknown recipient of that domain takes.
    Duration tarpit(Domain domain) {
        var own = byDomain.get(domain);
        return own == null ? Duration.ZERO : own.tarpit();
    }

    /// What became of the question about one address.
    ///
    /// @param normal the form in which it was compared
    /// @param each what each source says, in their order; empty when none had to be asked
    public record Looked(String normal, Found found, List<Found> each) {}

    /// Asks all sources about an address, for an operator who wants to know.
    public Looked explain(Mailbox mailbox) {
        var own = own(mailbox);
        if (own.isEmpty() || mailbox.localPart().equalsIgnoreCase(POSTMASTER)) {
            return new Looked(mailbox.toString(), look(mailbox), List.of());
        }
        var recipients = own.get().recipients();
        var each = recipients.each(mailbox);
        return new Looked(
                recipients.normal(mailbox).whole(), DomainRecipients.together(each), each);
    }

    /// How one source of one domain is.
    ///
    /// @param entries addresses in its list, or answers that are remembered
    /// @param since when the list was read or made, or when it began to answer (or not to)
    /// @param words the trouble, or what else there is to say
    public record SourceState(
            Domain domain,
            String source,
            boolean usable,
            OptionalLong entries,
            Optional<Instant> since,
            String words) {}

    /// How all sources are, by domain.
    public List<SourceState> states() {
        var states = new ArrayList<SourceState>();
        byDomain.forEach((domain, own) -> {
            for (var source : own.recipients().sources()) {
                var standing = source.standing();
                states.add(
                        new SourceState(
                                domain,
                                standing.name(),
                                standing.usable(),
                                standing.entries(),
                                standing.since(),
                                standing.words()));
            }
        });
        return states;
    }

    /// Takes a pushed list in place of the one before, whole or not at all.
    ///
    /// @throws IOException when it can't be read, or not be kept
    public PushedLists.Taken push(String list, InputStream from) throws IOException {
        var source = sources.pushedList(list);
        if (source.isEmpty()) {
            var names = sources.pushedNames();
            return new PushedLists.Taken.No(
                    "no domain takes its recipients from a pushed list "
                            + list
                            + (names.isEmpty()
                                    ? "; configure one with recipients = { pushed = {} }"
                                    : "; there is " + String.join(", ", names)));
        }
        return source.get().take(from);
    }

    /// Looks whether files have changed, and the like.
    void refresh() {
        for (var source : sources.all()) {
            try {
                source.refresh();
            } catch (RuntimeException e) {
                LOG.error("{} can't be refreshed", source.standing().name(), e);
            }
        }
    }

    /// Begins to look for news.
    public void start() {
        var _ =
                refreshing.scheduleWithFixedDelay(
                        this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        refreshing.shutdownNow();
        sources.all().forEach(Source::close);
    }
}
