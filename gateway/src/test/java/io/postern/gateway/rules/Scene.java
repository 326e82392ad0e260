package io.postern.gateway.rules;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.ClientCertificate;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One session and one message, seen at each stage, for tests of rules.
final class Scene {
    static final String LEAST =
            """
            hostname = "gw.example.com"
            [[listener]]
            role = "outbound"
            address = "127.0.0.1:2525"
            [[domain]]
            name = "example.com"
            """;

    static final String HEADER =
            """
            From: Anna <anna@author.example>
            To: info@example.com
            Subject: =?utf-8?B?R8O8bnN0aWc=?= =?utf-8?Q?e_Pillen?=
            X-Mailer: Bulk 1.0
            Received: one
            Received: two
            """;

    private Scene() {}

    static Config config(String rules) {
        return ConfigReader.parse(LEAST + rules, "postern.toml", Path.of("."));
    }

    static String rule(String stage, String when) {
        return "[[rule]]\nname = \"r\"\nstage = \"%s\"\nwhen = '''%s'''\naction = \"refuse\"\n"
                .formatted(stage, when);
    }

    static Situation at(Stage stage) {
        return at(stage, config("").listener().getFirst(), HEADER, "<a@from.example>");
    }

    static Situation at(Stage stage, Config.Listener listener, String header, String from) {
        var session =
                new SessionFacts(
                        "s1",
                        "outbound-2525",
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4000),
                        Optional.of("dyn-7.isp.example"),
                        true,
                        Optional.of("TLSv1.3 TLS_AES_256_GCM_SHA384"),
                        Optional.of(new ClientCertificate("CN=mx", List.of("mx.partner.example"))),
                        Optional.of(new SessionFacts.Authenticated("anna", "SCRAM-SHA-256-PLUS")));
        var envelope =
                Envelope.from(
                        from.equals("<>")
                                ? new ReversePath.Null()
                                : new ReversePath.Of(mailbox("a@from.example")));
        var recipient = new EnvelopeRecipient(new ForwardPath.Of(mailbox("Info@Example.COM")));
        boolean late = stage.compareTo(Stage.DATA) >= 0;
        return new Situation(
                stage,
                listener,
                session,
                stage.compareTo(Stage.MAIL) >= 0
                        ? Optional.of(late ? envelope.with(recipient) : envelope)
                        : Optional.empty(),
                stage == Stage.RCPT ? Optional.of(recipient) : Optional.empty(),
                stage == Stage.MAIL || stage == Stage.MESSAGE
                        ? OptionalLong.of(12_345)
                        : OptionalLong.empty(),
                stage == Stage.MESSAGE ? Optional.of(header(header)) : Optional.empty(),
                new Situation.Counts(3, 12, 5));
    }

    static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
        };
    }

    static HeaderFields header(String text) {
        var octets = text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        return switch (HeaderFields.parse(octets, HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed parsed -> parsed.fields();
            case HeaderParse.TooLarge _ -> throw new AssertionError("header too large");
        };
    }
}
