package io.postern.gateway.rates;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.config.RateConfig;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a client does, as checks are asked about it.
///
/// @param to recipients so far
record Situations(String client, Optional<String> user, String from, List<String> to) {
    private static final String LEAST =
            """
            hostname = "gw.example.com"
            [[listener]]
            role = "outbound"
            address = "127.0.0.1:2525"
            [[domain]]
            name = "example.com"
            [limits]
            message_size = "64 KiB"
            """;

    static Situations of(String client) {
        return new Situations(client, Optional.empty(), "author@example.com", List.of());
    }

    Situations user(String name) {
        return new Situations(client, Optional.of(name), from, to);
    }

    Situations sends(String other, String... recipients) {
        return new Situations(client, user, other, List.of(recipients));
    }

    /// Reads `[[rate]]` sections.
    static Config config(String rates) {
        return ConfigReader.parse(LEAST + rates, "test", Path.of("folder"));
    }

    /// One rate in short: `name per what limit`.
    static String rate(String name, String per, String what, String limit) {
        return """
        [[rate]]
        name = "%s"
        per = "%s"
        what = "%s"
        limit = "%s"
        """
                .formatted(name, per, what, limit);
    }

    static List<RateConfig> rates(String... sections) {
        return config(String.join("\n", sections)).rate();
    }

    Situation connect() {
        return at(Stage.CONNECT, Optional.empty(), OptionalLong.empty());
    }

    Situation mail() {
        return at(Stage.MAIL, Optional.empty(), OptionalLong.empty());
    }

    Situation mail(long size) {
        return at(Stage.MAIL, Optional.empty(), OptionalLong.of(size));
    }

    Situation rcpt(String recipient) {
        return at(Stage.RCPT, Optional.of(recipient(recipient)), OptionalLong.empty());
    }

    Situation data() {
        return at(Stage.DATA, Optional.empty(), OptionalLong.empty());
    }

    Situation message(long size) {
        return at(Stage.MESSAGE, Optional.empty(), OptionalLong.of(size));
    }

    private Situation at(Stage stage, Optional<EnvelopeRecipient> recipient, OptionalLong size) {
        var facts =
                SessionFacts.accepted(
                        "session of " + client,
                        "listener",
                        new InetSocketAddress(InetAddress.ofLiteral(client), 40_000));
        var session = user.map(name -> facts.authenticated(name, "PLAIN")).orElse(facts);
        var envelope =
                Envelope.from(
                        from.isEmpty()
                                ? new ReversePath.Null()
                                : new ReversePath.Of(mailbox(from)));
        for (var one : to) {
            envelope = envelope.with(recipient(one));
        }
        return new Situation(
                stage,
                config("").listener().getFirst(),
                session,
                stage == Stage.CONNECT ? Optional.empty() : Optional.of(envelope),
                recipient,
                size,
                Optional.empty(),
                Situation.Counts.NONE);
    }

    private static EnvelopeRecipient recipient(String address) {
        return new EnvelopeRecipient(new ForwardPath.Of(mailbox(address)));
    }

    private static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
        };
    }
}
