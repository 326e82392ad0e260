package io.postern.gateway.replay;

import io.postern.auth.spf.SpfQuery;
import io.postern.gateway.authentication.AuthorView;
import io.postern.gateway.authentication.LookAlikes;
import io.postern.gateway.authentication.MessageResults;
import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.seen.SeenHeader;
import io.postern.gateway.seen.SeenMessage;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderFields;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A dialogue that is over, put on again: its situations at a listener of another configuration.
final class Scene {
    private final SeenMessage message;
    private final Config.Listener listener;
    private final SessionFacts session;
    private final Envelope envelope;
    private final List<EnvelopeRecipient> recipients;
    private final HeaderFields header;
    private final Optional<MessageResults> results;

    /// @param authenticates whether the other configuration has mail authenticated
    /// @throws IllegalArgumentException when what was kept is not what was written
    Scene(
            SeenMessage message,
            Config.Listener listener,
            LookAlikes lookAlikes,
            boolean authenticates) {
        this.message = message;
        this.listener = listener;
        var client = message.client();
        var address = InetAddress.ofLiteral(withoutZone(client.address()));
        session =
                new SessionFacts(
                        "replay",
                        listener.name(),
                        new InetSocketAddress(address, 0),
                        client.helo(),
                        client.esmtp(),
                        client.tls(),
                        client.certificate(),
                        Optional.empty());
        envelope = Envelope.from(reversePath(message.paths().from()));
        recipients = message.paths().to().stream().map(Scene::recipient).toList();
        header = message.header().map(SeenHeader::header).orElse(HeaderFields.EMPTY);
        results =
                message.results()
                        .filter(_ -> authenticates)
                        .map(one ->
                                one.results(
                                        AuthorView.of(header, lookAlikes),
                                        new SpfQuery(
                                                address,
                                                client.helo().orElse(""),
                                                mailFrom(envelope.reversePath()))));
    }

    /// An address of one link has the name of ours behind it.
    private static String withoutZone(String address) {
        int percent = address.indexOf('%');
        return percent < 0 ? address : address.substring(0, percent);
    }

    private static String mailFrom(ReversePath path) {
        return switch (path) {
            case ReversePath.Null() -> "";
            case ReversePath.Of(var mailbox) -> mailbox.toString();
        };
    }

    private static ReversePath reversePath(String text) {
        return switch (Paths.reversePath(text, true)) {
            case Paths.Parsed.Ok<ReversePath>(var path, _) -> path;
            case Paths.Parsed.Bad<ReversePath>(_, var why) ->
                    throw new IllegalArgumentException(why);
        };
    }

    private static EnvelopeRecipient recipient(String text) {
        return switch (Paths.forwardPath(text, true)) {
            case Paths.Parsed.Ok<ForwardPath>(var path, _) -> new EnvelopeRecipient(path);
            case Paths.Parsed.Bad<ForwardPath>(_, var why) ->
                    throw new IllegalArgumentException(why);
        };
    }

    List<EnvelopeRecipient> recipients() {
        return recipients;
    }

    /// CONNECT, HELO and MAIL.
    List<Situation> before() {
        var all = new ArrayList<Situation>();
        var nothing = Optional.<Envelope>empty();
        all.add(at(Stage.CONNECT, nothing, Situation.Counts.NONE));
        if (session.heloName().isPresent()) {
            all.add(at(Stage.HELO, nothing, Situation.Counts.NONE));
        }
        all.add(at(Stage.MAIL, Optional.of(envelope), counts(0)));
        return all;
    }

    /// RCPT.
    ///
    /// @param soFar those taken before it
    Situation rcpt(EnvelopeRecipient recipient, List<EnvelopeRecipient> soFar) {
        var one = at(Stage.RCPT, Optional.of(envelope.withRecipients(soFar)), counts(soFar.size()));
        return new Situation(
                one.stage(),
                listener,
                session,
                one.envelope(),
                Optional.of(recipient),
                one.size(),
                one.header(),
                one.results(),
                one.counts());
    }

    /// DATA and MESSAGE.
    List<Situation> after(List<EnvelopeRecipient> taken) {
        var now = Optional.of(envelope.withRecipients(taken));
        return List.of(
                at(Stage.DATA, now, message.counts()), at(Stage.MESSAGE, now, message.counts()));
    }

    /// As many recipients as before this message, and those of it.
    private Situation.Counts counts(int taken) {
        var end = message.counts();
        int all = recipients.size() + message.paths().more();
        return new Situation.Counts(
                end.messages(),
                Math.max(0, end.recipients() - all) + taken,
                end.refusedRecipients());
    }

    private Situation at(Stage stage, Optional<Envelope> now, Situation.Counts counts) {
        boolean whole = stage == Stage.MESSAGE;
        return new Situation(
                stage,
                listener,
                session,
                now,
                Optional.empty(),
                size(stage),
                whole ? Optional.of(header) : Optional.empty(),
                whole ? results : Optional.empty(),
                counts);
    }

    private OptionalLong size(Stage stage) {
        return switch (stage) {
            case MAIL, RCPT ->
                    message.paths().declared().map(OptionalLong::of).orElseGet(OptionalLong::empty);
            case MESSAGE -> OptionalLong.of(message.paths().size());
            case CONNECT, HELO, DATA -> OptionalLong.empty();
        };
    }
}
