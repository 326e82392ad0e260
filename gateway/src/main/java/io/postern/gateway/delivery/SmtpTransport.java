package io.postern.gateway.delivery;

import io.postern.mail.Content;
import io.postern.mail.Domain;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands messages to the hosts of one destination over SMTP, and keeps one connection between them.
/// For one thread.
final class SmtpTransport implements Transport {
    private final Destination destination;
    private final HostFinder hosts;
    private final BiFunction<Destination, Optional<Domain>, ClientSettings> settings;
    private final int messagesPerConnection;
    private final Consumer<Boolean> eightBitRefused;
    private @Nullable SmtpConnection connection;
    private String label = "";

    /// @param settings how to connect to a host of a destination
    /// @param eightBitRefused told after each EHLO whether the host lacks 8BITMIME
    SmtpTransport(
            Destination destination,
            HostFinder hosts,
            BiFunction<Destination, Optional<Domain>, ClientSettings> settings,
            int messagesPerConnection,
            Consumer<Boolean> eightBitRefused) {
        this.destination = destination;
        this.hosts = hosts;
        this.settings = settings;
        this.messagesPerConnection = messagesPerConnection;
        this.eightBitRefused = eightBitRefused;
    }

    @Override
    public Attempt send(Job job, Content content) {
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
                        return everyone(job, new Outcome.Failed(why, status, "", ""));
                    }
                    case Connected.No(var why) -> {
                        return new Attempt.Down(why);
                    }
                }
            }
            var result = ready.send(job.envelope(), content);
            switch (result) {
                case SendResult.Stale _ -> close();
                case SendResult.CannotCarry(var reason) -> {
                    return everyone(
                            job,
                            new Outcome.Failed(
                                    label + ": " + reason.reply(),
                                    reason.reply().enhanced(),
                                    label,
                                    ""));
                }
                case SendResult.Done(var outcomes) -> {
                    return done(ready, outcomes);
                }
            }
        }
        return new Attempt.Down(label + " closes every connection at once");
    }

    private Attempt done(SmtpConnection ready, List<RecipientOutcome> outcomes) {
        var mapped = new ArrayList<Outcome>(outcomes.size());
        boolean dsn = ready.capabilities().dsn();
        for (var outcome : outcomes) {
            mapped.add(map(outcome, dsn));
        }
        return new Attempt.Done(mapped);
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

    private static Attempt everyone(Job job, Outcome outcome) {
        return new Attempt.Done(java.util.Collections.nCopies(job.recipients().size(), outcome));
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
        for (var target : targets) {
            label = label(target);
            try {
                return opened(open(target));
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
        eightBitRefused.accept(!ready.capabilities().eightBitMime());
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
