package io.postern.gateway.delivery;

import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.smtp.Reply;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.Failure;
import io.postern.smtp.client.RecipientOutcome;
import io.postern.smtp.client.SendResult;
import io.postern.smtp.client.SmtpClientException;
import io.postern.smtp.client.SmtpConnection;
import io.postern.smtp.client.TlsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands messages to the hosts of one destination over SMTP, and keeps one connection between them.
/// For one thread.
final class SmtpTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpTransport.class);

    private final Destination destination;
    private final HostFinder hosts;
    private final BiFunction<Destination, Optional<Domain>, ClientSettings> settings;
    private final int messagesPerConnection;
    private final Announced announced;
    private @Nullable SmtpConnection connection;
    private String label = "";

    /// The destination's hosts but for that of the connection.
    private List<HostFinder.Target> others = List.of();

    /// @param settings how to connect to a host of a destination
    /// @param announced told after each EHLO which host it was, and what it said
    SmtpTransport(
            Destination destination,
            HostFinder hosts,
            BiFunction<Destination, Optional<Domain>, ClientSettings> settings,
            int messagesPerConnection,
            Announced announced) {
        this.destination = destination;
        this.hosts = hosts;
        this.settings = settings;
        this.messagesPerConnection = messagesPerConnection;
        this.announced = announced;
    }

    @Override
    public Attempt send(Job job, Content content) {
        var recipients = job.envelope().recipients();
        var outcomes = new Outcome[recipients.size()];
        var places = IntStream.range(0, outcomes.length).boxed().toList();
        while (true) {
            var envelope =
                    job.envelope().withRecipients(places.stream().map(recipients::get).toList());
            boolean first = envelope.recipients().size() == outcomes.length;
            var those = places;
            switch (transact(envelope, content)) {
                case Round.Down(var reason) when first -> {
                    return new Attempt.Down(reason);
                }
                // Others had their reply: theirs must not be lost, so these wait on their own.
                case Round.Down(var reason) ->
                        those.forEach(at -> outcomes[at] = new Outcome.Deferred(reason, "4.4.1"));
                case Round.Everyone(var outcome) -> those.forEach(at -> outcomes[at] = outcome);
                case Round.Each(var results, var dsn) -> {
                    var more = full(results);
                    for (int i = 0; i < results.size(); i++) {
                        outcomes[those.get(i)] = map(results.get(i), dsn);
                    }
                    if (!more.isEmpty()) {
                        places = more.stream().map(those::get).toList();
                        continue;
                    }
                }
            }
            return new Attempt.Done(List.of(outcomes));
        }
    }

    /// Those for whom there was no room in a transaction that others took all of: they go into the
    /// next one at once. RFC 5321 §4.5.3.1.10; by schedule, one a transaction, many would expire.
    private static List<Integer> full(List<RecipientOutcome> results) {
        if (results.stream().noneMatch(RecipientOutcome.Accepted.class::isInstance)) {
            return List.of();
        }
        return IntStream.range(0, results.size())
                .filter(i ->
                        switch (results.get(i)) {
                            case RecipientOutcome.LeftOver() -> true;
                            case RecipientOutcome.Refused refused -> refused.tooManyRecipients();
                            case RecipientOutcome.Accepted _,
                                    RecipientOutcome.Interrupted _,
                                    RecipientOutcome.Unknown _ ->
                                    false;
                        })
                .boxed()
                .toList();
    }

    /// What came of one transaction.
    private sealed interface Round {
        record Each(List<RecipientOutcome> results, boolean dsn) implements Round {}

        record Everyone(Outcome outcome) implements Round {}

        record Down(String reason) implements Round {}
    }

    private Round transact(Envelope envelope, Content content) {
        // A kept connection may have been closed by the peer meanwhile: that is not an attempt, and
        // is repeated once.
        for (int round = 0; round < 2; round++) {
            var ready = connection;
            if (ready == null
                    || !ready.reusable()
                    || ready.messagesSent() >= messagesPerConnection) {
                close();
                switch (connect()) {
                    case Connected.Yes(var opened) -> ready = opened;
                    case Connected.Never(var status, var why) -> {
                        return new Round.Everyone(new Outcome.Failed(why, status, "", ""));
                    }
                    case Connected.No(var why) -> {
                        return new Round.Down(why);
                    }
                }
            }
            switch (ready.send(envelope, content)) {
                case SendResult.Stale _ -> close();
                case SendResult.CannotCarry(var reason) -> {
                    return elsewhere(envelope, content, reason.reply());
                }
                case SendResult.Done(var results) -> {
                    return new Round.Each(results, ready.capabilities().dsn());
                }
            }
        }
        return new Round.Down(label + " closes every connection at once");
    }

    /// One host can't carry it: another of the destination may. It fails only when none can that
    /// answers, and waits while one does not.
    private Round elsewhere(Envelope envelope, Content content, Reply refusal) {
        var first = label;
        var lacking = new ArrayList<String>(List.of(label + ": " + refusal));
        var trouble = new ArrayList<String>();
        for (var target : others) {
            close();
            label = label(target);
            try {
                var ready = open(target);
                opened(ready);
                switch (ready.send(envelope, content)) {
                    case SendResult.Done(var results) -> {
                        boolean dsn = ready.capabilities().dsn();
                        close(); // the next message begins with the first host again
                        return new Round.Each(results, dsn);
                    }
                    case SendResult.CannotCarry(var reason) ->
                            lacking.add(label + ": " + reason.reply());
                    case SendResult.Stale _ -> trouble.add(label + ": closed the connection");
                }
            } catch (SmtpClientException e) {
                trouble.add(label + ": " + words(e.failure()));
            }
        }
        close();
        if (trouble.isEmpty()) {
            return new Round.Everyone(
                    new Outcome.Failed(String.join("; ", lacking), refusal.enhanced(), first, ""));
        }
        lacking.addAll(trouble);
        return new Round.Everyone(new Outcome.Deferred(String.join("; ", lacking), "4.4.1"));
    }

    @Override
    public void greet() {
        if (!(hosts.find(destination) instanceof HostFinder.Found.Targets(var targets))) {
            return;
        }
        announced.hosts(targets.stream().map(SmtpTransport::label).toList());
        for (var target : targets) {
            label = label(target);
            try {
                opened(open(target));
            } catch (SmtpClientException e) {
                LOG.debug("{} was not greeted: {}", label, words(e.failure()));
            }
            close();
        }
    }

    private Outcome map(RecipientOutcome outcome, boolean dsn) {
        return switch (outcome) {
            case RecipientOutcome.Accepted(var reply) ->
                    new Outcome.Delivered(label + ": " + reply, dsn);
            case RecipientOutcome.Refused refused when refused.temporary() ->
                    new Outcome.Deferred(said(refused), status(refused.reply(), "4.0.0"));
            case RecipientOutcome.Refused refused ->
                    new Outcome.Failed(
                            said(refused),
                            status(refused.reply(), "5.0.0"),
                            label,
                            refused.reply().toString());
            case RecipientOutcome.LeftOver() ->
                    new Outcome.Deferred(label + ": took its limit of recipients", "4.5.3");
            case RecipientOutcome.Interrupted(var failure) ->
                    new Outcome.Deferred(label + ": " + words(failure), "4.4.2");
            case RecipientOutcome.Unknown(var failure) ->
                    new Outcome.Deferred(
                            label + ": " + words(failure) + "; it may have taken the message",
                            "4.4.2");
        };
    }

    private String said(RecipientOutcome.Refused refused) {
        return label + " at " + refused.stage() + ": " + refused.reply();
    }

    private static String words(Failure failure) {
        return failure.why();
    }

    /// The peer's enhanced status code when it fits what we make of the reply.
    private static String status(Reply reply, String otherwise) {
        return reply.enhanced().startsWith(otherwise.substring(0, 2))
                ? reply.enhanced()
                : otherwise;
    }

    private sealed interface Connected {
        record Yes(SmtpConnection connection) implements Connected {}

        record No(String why) implements Connected {}

        record Never(String status, String why) implements Connected {}
    }

    private Connected connect() {
        return switch (hosts.find(destination)) {
            case HostFinder.Found.Never(var status, var why) -> new Connected.Never(status, why);
            case HostFinder.Found.NotNow(var why) -> new Connected.No(why);
            case HostFinder.Found.Targets(var targets) -> firstOf(targets);
        };
    }

    private Connected firstOf(List<HostFinder.Target> targets) {
        var trouble = new ArrayList<String>();
        announced.hosts(targets.stream().map(SmtpTransport::label).toList());
        for (var target : targets) {
            label = label(target);
            try {
                var ready = opened(open(target));
                others = targets.stream().filter(other -> !other.equals(target)).toList();
                return ready;
            } catch (SmtpClientException e) {
                trouble.add(label + ": " + words(e.failure()));
            }
        }
        return new Connected.No(String.join("; ", trouble));
    }

    /// Name and address, as events and DSNs tell it.
    private static String label(HostFinder.Target target) {
        var address = target.address();
        return target.name()
                .map(name ->
                        name
                                + "["
                                + address.getAddress().getHostAddress()
                                + "]:"
                                + address.getPort())
                .orElse(target.label());
    }

    private SmtpConnection open(HostFinder.Target target) {
        var wanted = settings.apply(destination, target.name());
        try {
            return SmtpConnection.open(target.address(), wanted);
        } catch (SmtpClientException e) {
            // RFC 7435 §3: a host whose STARTTLS does not work is no worse than one without.
            if (e.failure() instanceof Failure.Tls
                    && wanted.tls() instanceof TlsPolicy.Opportunistic) {
                return SmtpConnection.open(
                        target.address(), wanted.withTls(new TlsPolicy.None(), Optional.empty()));
            }
            throw e;
        }
    }

    private Connected opened(SmtpConnection ready) {
        connection = ready;
        announced.said(label, ready.capabilities());
        return new Connected.Yes(ready);
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.quit();
            connection = null;
        }
    }
}
