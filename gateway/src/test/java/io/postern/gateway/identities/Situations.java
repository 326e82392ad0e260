package io.postern.gateway.identities;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// Situations of one session, for tests of checks.
public final class Situations {
    private final Config config;
    private final Config.Role role;
    private final String session;
    private final String client;
    private final String helo;

    private Situations(
            Config config, Config.Role role, String session, String client, String helo) {
        this.config = config;
        this.role = role;
        this.session = session;
        this.client = client;
        this.helo = helo;
    }

    /// A configuration of a gateway for `example.com` with these sections more.
    public static Config config(String more) {
        return config(more, "");
    }

    /// The same with these keys more for the outbound listener.
    public static Config config(String more, String outbound) {
        return ConfigReader.parse(
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "inbound"
                address = "127.0.0.1:0"
                [[listener]]
                role = "outbound"
                address = "127.0.0.1:0"
                %s
                [[domain]]
                name = "example.com"
                deliver_to = ["127.0.0.1:1"]
                recipients = { list = ["info@example.com", "sales@example.com"] }
                %s
                """
                        .formatted(outbound, more),
                "test",
                Path.of("folder"));
    }

    /// A stranger's session.
    public static Situations of(Config config, String client, String helo) {
        return new Situations(config, Config.Role.INBOUND, "S", client, helo);
    }

    /// The same from a host inside.
    public Situations outbound() {
        return new Situations(config, Config.Role.OUTBOUND, session, client, helo);
    }

    /// Another session like this.
    public Situations session(String id) {
        return new Situations(config, role, id, client, helo);
    }

    public Situation connect() {
        return situation(Stage.CONNECT, Optional.empty(), Optional.empty());
    }

    public Situation helo() {
        return situation(Stage.HELO, Optional.empty(), Optional.empty());
    }

    /// MAIL with a reverse-path: without brackets, empty for the null one.
    public Situation mail(String from) {
        return situation(Stage.MAIL, Optional.of(envelope(from)), Optional.empty());
    }

    /// RCPT with a forward-path, without brackets.
    public Situation rcpt(String from, String to) {
        return situation(Stage.RCPT, Optional.of(envelope(from)), Optional.of(recipient(to)));
    }

    private Situation situation(
            Stage stage, Optional<Envelope> envelope, Optional<EnvelopeRecipient> recipient) {
        var listener =
                config.listener().stream()
                        .filter(one -> one.role() == role)
                        .findFirst()
                        .orElseThrow();
        return new Situation(
                stage,
                listener,
                facts(stage),
                envelope,
                recipient,
                OptionalLong.empty(),
                Optional.empty(),
                Situation.Counts.NONE);
    }

    private SessionFacts facts(Stage stage) {
        var address = new InetSocketAddress(InetAddress.ofLiteral(client), 4711);
        var accepted = SessionFacts.accepted(session, role.toString(), address);
        return stage == Stage.CONNECT ? accepted : accepted.greeted(helo, true);
    }

    private static Envelope envelope(String from) {
        return switch (Paths.reversePath("<" + from + ">", true)) {
            case Paths.Parsed.Ok<ReversePath>(var path, _) -> Envelope.from(path);
            case Paths.Parsed.Bad<ReversePath> bad -> throw new AssertionError(bad.toString());
        };
    }

    private static EnvelopeRecipient recipient(String to) {
        return switch (Paths.forwardPath("<" + to + ">", true)) {
            case Paths.Parsed.Ok<ForwardPath>(var path, _) -> new EnvelopeRecipient(path);
            case Paths.Parsed.Bad<ForwardPath> bad -> throw new AssertionError(bad.toString());
        };
    }

    /// The whole dialogue up to RCPT: the first stage that refuses or allows, and what it says; at
    /// its end the session is closed.
    public String play(Check check, String from, String to) {
        try {
            for (var situation : java.util.List.of(connect(), helo(), mail(from), rcpt(from, to))) {
                var said = say(situation, check.ask(situation));
                if (!said.equals("pass")) {
                    return said;
                }
            }
            return "pass";
        } finally {
            check.closed(connect());
        }
    }

    private static String say(Situation situation, Opinion opinion) {
        return switch (opinion) {
            case Opinion.Refuse refuse ->
                    situation.stage() + " " + refuse.reply() + (refuse.close() ? " (close)" : "");
            case Opinion.Allow _ -> situation.stage() + " allow";
            case Opinion.MayAllow _ -> situation.stage() + " may allow";
            case Opinion.Pass _, Opinion.Note _ -> "pass";
            case Opinion.Wait _, Opinion.Several _ -> throw new AssertionError(opinion.toString());
        };
    }
}
