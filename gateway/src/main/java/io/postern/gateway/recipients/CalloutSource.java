package io.postern.gateway.recipients;

import io.postern.gateway.config.Callout;
import io.postern.gateway.directory.Health;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.smtp.Reply;
import io.postern.smtp.client.RecipientOutcome;
import io.postern.smtp.client.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Recipients of one domain, as its inside server says at RCPT.
///
/// Two more questions, asked once in a while, tell what its answers are worth: a mailbox with a
/// random name, which nobody has (a server that takes it takes everything), and postmaster, which
/// everybody has (RFC 5321 §4.5.1; a server that refuses it with the same kind of reply refuses us,
/// not the recipient).
final class CalloutSource implements Source {
    private static final int RANDOM_OCTETS = 10;

    private final String name;
    private final Domain domain;
    private final Callout settings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final CalloutClient client;
    private final AnswerCache cache;
    private final Health health;
    private volatile @Nullable Probe acceptsAnybody;
    private volatile @Nullable Probe refusesEverybody;

    /// What a question about the server itself gave, and when.
    private record Probe(boolean holds, Instant at) {}

    CalloutSource(
            Domain domain,
            Callout settings,
            CalloutClient client,
            InstantSource clock,
            RandomGenerator random) {
        this.domain = domain;
        this.settings = settings;
        this.client = client;
        this.clock = clock;
        this.random = random;
        name = "callout for " + domain;
        cache = new AnswerCache(settings.remembering(), clock);
        health = new Health(name, Source.MEANWHILE, clock);
    }

    /// The whole address, detail included: what the inside makes of details is its own affair, and
    /// whom it would refuse must be refused here.
    @Override
    public Found find(NormalAddress address) {
        return cache.answer(address.whole(), () -> ask(address));
    }

    private Found ask(NormalAddress address) {
        var paused = health.paused();
        if (paused.isPresent()) {
            return new Found.Unavailable(name + ": " + paused.get());
        }
        return switch (client.ask(new Mailbox(address.localPart(), domain))) {
            case CalloutClient.Answer.Trouble(var why, var ofTheHosts) -> {
                if (ofTheHosts) {
                    health.unwell(why);
                }
                yield new Found.Unavailable(name + ": " + why);
            }
            case CalloutClient.Answer.Said(var host, var outcome) -> {
                health.well();
                yield judge(host + " says ", outcome);
            }
        };
    }

    private Found judge(String whoSays, RecipientOutcome outcome) {
        var words = name + ": " + whoSays;
        return switch (outcome) {
            case RecipientOutcome.Accepted(var reply) ->
                    new Found.Known(
                            words
                                    + reply
                                    + (acceptsAnybody()
                                            ? ", but it takes every address: a random one too"
                                            : ""));
            case RecipientOutcome.Refused(var stage, var reply) when stage == Stage.RCPT ->
                    refused(words, reply);
            // To MAIL FROM:<>: about us, or about the hour.
            case RecipientOutcome.Refused(var stage, var reply) ->
                    new Found.Unavailable(words + reply + " at " + stage);
            case RecipientOutcome.Interrupted(var failure) ->
                    new Found.Unavailable(words + failure.why());
            case RecipientOutcome.Unknown _, RecipientOutcome.LeftOver _ ->
                    throw new IllegalStateException("no content was sent");
        };
    }

    private Found refused(String words, Reply reply) {
        // RFC 5321 §4.5.3.1.10: 552 means too many recipients; and a full mailbox is one.
        if (!reply.permanent() || reply.code() == 552 || reply.enhanced().equals("5.2.2")) {
            return new Found.Unavailable(words + reply);
        }
        // RFC 3463 §3.2: X.1.x is about the address.
        if (reply.enhanced().startsWith("5.1.")) {
            return new Found.Unknown(words + reply);
        }
        // RFC 5321 §4.2.2: below 550 it is about the command or the session. RFC 3463 §3.4, §3.6:
        // mail system and protocol.
        if (reply.code() < 550
                || reply.enhanced().startsWith("5.3.")
                || reply.enhanced().startsWith("5.5.")) {
            return new Found.Unavailable(words + reply);
        }
        var everybody = refusesEverybody();
        if (everybody == null) {
            return new Found.Unavailable(words + reply + ", and nothing when asked for postmaster");
        }
        return everybody.holds()
                ? new Found.Unavailable(
                        words + reply + ", and refuses postmaster too: it takes no mail from here")
                : new Found.Unknown(words + reply);
    }

    private boolean acceptsAnybody() {
        var probe = acceptsAnybody;
        if (outdated(probe, settings.known())) {
            var octets = new byte[RANDOM_OCTETS];
            random.nextBytes(octets);
            var nobody = "postern-" + HexFormat.of().formatHex(octets);
            probe = probe(nobody, RecipientOutcome.Accepted.class::isInstance);
            acceptsAnybody = probe;
        }
        return probe != null && probe.holds();
    }

    private @Nullable Probe refusesEverybody() {
        var probe = refusesEverybody;
        if (outdated(probe, settings.unknown())) {
            probe =
                    probe(
                            "postmaster",
                            outcome ->
                                    outcome instanceof RecipientOutcome.Refused refused
                                            && !refused.temporary());
            refusesEverybody = probe;
        }
        return probe;
    }

    private boolean outdated(@Nullable Probe probe, Duration limit) {
        return probe == null || !probe.at().plus(limit).isAfter(clock.instant());
    }

    /// Null when there was no answer.
    private @Nullable Probe probe(String localPart, Predicate<RecipientOutcome> holds) {
        return client.ask(new Mailbox(localPart, domain))
                        instanceof CalloutClient.Answer.Said(_, var outcome)
                ? new Probe(holds.test(outcome), clock.instant())
                : null;
    }

    @Override
    public void refresh() {
        client.tidy();
    }

    @Override
    public Standing standing() {
        var now = health.state();
        var probe = acceptsAnybody;
        return new Standing(
                name,
                now.well(),
                OptionalLong.of(cache.size()),
                Optional.of(now.since()),
                now.well() && probe != null && probe.holds()
                        ? "the server takes every address"
                        : now.trouble());
    }

    @Override
    public void close() {
        client.close();
    }
}
