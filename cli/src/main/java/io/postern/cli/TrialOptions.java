package io.postern.cli;

import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.BodyTap;
import io.postern.mail.Content;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A session and a message that never were.
final class TrialOptions {
    private static final int SOME_PORT = 40_000;
    private static final String AUTH_METHOD = "SCRAM-SHA-256";

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            required = true,
            description = "MAIL FROM; <> for none.")
    String from = "";

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            required = true,
            description = "RCPT TO; may be repeated.")
    List<String> to = List.of();

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            required = true,
            description = "The client's address.")
    String ip = "";

    @Option(
            names = "--client-name",
            paramLabel = "NAME",
            description = "The client's confirmed reverse name; no DNS is asked (default: none).")
    String clientName = "";

    @Option(names = "--helo", paramLabel = "NAME", description = "The argument of EHLO.")
    String helo = "client.invalid";

    @Option(names = "--user", paramLabel = "NAME", description = "Who authenticated.")
    Optional<String> user = Optional.empty();

    @Option(
            names = "--auth-method",
            paramLabel = "NAME",
            description = "The SASL mechanism of --user (default: " + AUTH_METHOD + ").")
    Optional<String> authMethod = Optional.empty();

    @Option(
            names = "--tls",
            paramLabel = "TEXT",
            description = "Protocol and cipher suite, such as 'TLSv1.3 TLS_AES_128_GCM_SHA256'.")
    Optional<String> tls = Optional.empty();

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description = "A role or a name such as inbound-25 (default: the first listener).")
    Optional<String> listener = Optional.empty();

    @Option(
            names = "--header",
            paramLabel = "FIELD",
            description = "A field such as 'Subject: Hello', above those of MESSAGE; repeatable.")
    List<String> header = List.of();

    @Option(
            names = "--size",
            paramLabel = "OCTETS",
            description = "Declared at MAIL, and the message's own without MESSAGE.")
    @Nullable Long size;

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            description = "Ask only the rules of this one: ${COMPLETION-CANDIDATES}.")
    Optional<Stage> stage = Optional.empty();

    @Parameters(
            arity = "0..1",
            paramLabel = "MESSAGE",
            description = "A message; - for standard input.")
    Optional<Path> message = Optional.empty();

    /// All the situations of the dialogue, in its order. Closing it lets go of the message.
    record Trial(List<Situation> situations, Optional<Content> content) implements AutoCloseable {
        @Override
        public void close() {
            content.ifPresent(Content::close);
        }
    }

    Trial trial(Io io, Config config) {
        var listener = listener(config);
        var session =
                new SessionFacts(
                        "trial",
                        name(listener),
                        new InetSocketAddress(address(), SOME_PORT),
                        Optional.of(helo),
                        true,
                        tls,
                        Optional.empty(),
                        authenticated());
        var content = message.map(file -> Inputs.message(io, file, BodyTap.none()));
        var fields = fields(content);
        var declared = size == null ? OptionalLong.empty() : OptionalLong.of(size);
        var received =
                OptionalLong.of(
                        content.map(Content::size)
                                .orElse(size == null ? fields.size() + 2L : size));
        var envelope =
                Envelope.from(
                        from.isEmpty() || from.equals("<>")
                                ? new ReversePath.Null()
                                : new ReversePath.Of(mailbox("--from", from)));
        var all = new ArrayList<Situation>();
        var none = Optional.<Envelope>empty();
        all.add(at(Stage.CONNECT, listener, session, none, 0));
        all.add(at(Stage.HELO, listener, session, none, 0));
        all.add(sized(at(Stage.MAIL, listener, session, Optional.of(envelope), 0), declared));
        for (var one : to) {
            var recipient = new EnvelopeRecipient(forwardPath(one));
            var asked =
                    at(
                            Stage.RCPT,
                            listener,
                            session,
                            Optional.of(envelope),
                            envelope.recipients().size());
            all.add(with(asked, recipient));
            envelope = envelope.with(recipient);
        }
        int count = envelope.recipients().size();
        all.add(at(Stage.DATA, listener, session, Optional.of(envelope), count));
        var last =
                sized(at(Stage.MESSAGE, listener, session, Optional.of(envelope), count), received);
        all.add(with(last, fields));
        return new Trial(all, content);
    }

    private Optional<SessionFacts.Authenticated> authenticated() {
        if (authMethod.isPresent() && user.isEmpty()) {
            throw Failure.usage("--auth-method says how --user authenticated; give that too");
        }
        // RFC 4422 §3.1: mechanisms are named in upper case.
        return user.map(name ->
                new SessionFacts.Authenticated(
                        name, authMethod.orElse(AUTH_METHOD).toUpperCase(Locale.ROOT)));
    }

    private static Situation at(
            Stage stage,
            Config.Listener listener,
            SessionFacts session,
            Optional<Envelope> envelope,
            int recipients) {
        return new Situation(
                stage,
                listener,
                session,
                envelope,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                new Situation.Counts(0, recipients, 0));
    }

    private static Situation sized(Situation one, OptionalLong size) {
        return new Situation(
                one.stage(),
                one.listener(),
                one.session(),
                one.envelope(),
                one.recipient(),
                size,
                one.header(),
                one.counts());
    }

    private static Situation with(Situation one, EnvelopeRecipient recipient) {
        return new Situation(
                one.stage(),
                one.listener(),
                one.session(),
                one.envelope(),
                Optional.of(recipient),
                one.size(),
                one.header(),
                one.counts());
    }

    private static Situation with(Situation one, HeaderFields header) {
        return new Situation(
                one.stage(),
                one.listener(),
                one.session(),
                one.envelope(),
                one.recipient(),
                one.size(),
                Optional.of(header),
                one.counts());
    }

    private InetAddress address() {
        try {
            return InetAddress.ofLiteral(ip);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--ip is an address such as 192.0.2.7 or 2001:db8::7, not " + ip);
        }
    }

    private HeaderFields fields(Optional<Content> content) {
        var above = new ArrayList<HeaderField>();
        for (var field : header) {
            int colon = field.indexOf(':');
            if (colon < 1 || field.chars().anyMatch(c -> c == '\r' || c == '\n')) {
                throw Failure.usage("--header is one line such as 'Subject: Hello', not " + field);
            }
            // Octets as characters, see HeaderField.
            var octets =
                    new String(
                            (field + "\r\n").getBytes(StandardCharsets.UTF_8),
                            StandardCharsets.ISO_8859_1);
            above.add(new HeaderField(field.substring(0, colon), octets));
        }
        return content.map(Content::header).orElse(HeaderFields.EMPTY).prepended(above);
    }

    private Config.Listener listener(Config config) {
        return listener.map(wanted ->
                        config.listener().stream()
                                .filter(one -> role(one).equals(wanted) || name(one).equals(wanted))
                                .findFirst()
                                .orElseThrow(() ->
                                        Failure.usage(
                                                "there is no listener "
                                                        + wanted
                                                        + "; there are "
                                                        + String.join(
                                                                ", ",
                                                                config.listener().stream()
                                                                        .map(TrialOptions::name)
                                                                        .toList()))))
                .orElse(config.listener().getFirst());
    }

    private static String role(Config.Listener listener) {
        return listener.role().name().toLowerCase(Locale.ROOT);
    }

    private static String name(Config.Listener listener) {
        return role(listener) + "-" + listener.address().port();
    }

    private static ForwardPath forwardPath(String text) {
        return text.equalsIgnoreCase("postmaster")
                ? new ForwardPath.Postmaster()
                : new ForwardPath.Of(mailbox("--to", text));
    }

    private static Mailbox mailbox(String option, String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    throw Failure.usage(option + " " + text + " is no address: " + why);
        };
    }
}
