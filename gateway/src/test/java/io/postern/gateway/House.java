package io.postern.gateway;

import io.postern.dns.Resolver;
import io.postern.dns.Survey;
import io.postern.gateway.config.ConfigReader;
import io.postern.keys.DkimKeys;
import io.postern.keys.DkimRecord;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.Mailbox;
import io.postern.mail.MemoryContent;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import io.postern.smtp.client.ClientSettings;
import io.postern.smtp.client.RecipientOutcome;
import io.postern.smtp.client.SendResult;
import io.postern.smtp.client.SmtpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A gateway in a folder, for tests: opened, used like an inside host would, closed, opened again.
final class House implements AutoCloseable {
    private final Path folder;
    private final String text;
    private final InstantSource clock;
    private final Optional<Resolver> resolver;
    private final Optional<Function<String, Survey>> survey;
    private Gateway gateway;

    /// @param text the configuration; `%data%` is not needed, the folder is given
    House(Path folder, String text, InstantSource clock) throws IOException {
        this(folder, text, clock, Optional.empty());
    }

    /// @param resolver instead of that of the configuration
    House(Path folder, String text, InstantSource clock, Optional<Resolver> resolver)
            throws IOException {
        this(folder, text, clock, resolver, Optional.empty());
    }

    /// @param survey instead of the authoritative servers
    House(
            Path folder,
            String text,
            InstantSource clock,
            Optional<Resolver> resolver,
            Optional<Function<String, Survey>> survey)
            throws IOException {
        this.resolver = resolver;
        this.survey = survey;
        this.folder = folder;
        this.text = text;
        this.clock = clock;
        this.gateway = open();
    }

    /// The least configuration, with a next hop on that port.
    static String config(int nextHop, String more) {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        dkim = { check = "off" }
        [outbound]
        smart_host = "127.0.0.1:%d"
        retry = ["200ms"]
        %s
        """
                .formatted(nextHop, more);
    }

    private Gateway open() throws IOException {
        var config = ConfigReader.parse(text, "test", folder);
        var opened =
                survey.isPresent()
                        ? Gateway.open(config, clock, resolver.orElseThrow(), survey.get())
                        : resolver.isPresent()
                                ? Gateway.open(config, clock, resolver.get())
                                : Gateway.open(config, clock);
        opened.start();
        return opened;
    }

    Gateway gateway() {
        return gateway;
    }

    void makeKeys() {
        var made =
                gateway.keys()
                        .create(
                                new DkimKeys.Wish(
                                        "example.com",
                                        Set.of(KeyType.RSA, KeyType.ED25519),
                                        Optional.empty(),
                                        DkimKeys.DEFAULT_BITS,
                                        "made for a test"));
        if (!(made instanceof Outcome.Done<?>)) {
            throw new AssertionError(made.toString());
        }
        var domain = Domain.of("example.com");
        for (var key : gateway.keys().list(domain)) {
            var _ = gateway.keys().activateWithoutDns(domain, key.selector(), "for a test");
        }
    }

    /// The zone file that the world would see.
    String zone() {
        return gateway.keys().records(Domain.of("example.com")).stream()
                .map(DkimRecord::zoneLine)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    void restart() throws IOException {
        gateway.close();
        gateway = open();
    }

    /// Hands in a message and returns the reply to the last command that mattered.
    Reply submit(String from, List<String> to, String message) {
        return submit(from, to.stream().map(House::recipient).toList(), message);
    }

    Reply submit(String from, Iterable<EnvelopeRecipient> to, String message) {
        var envelope =
                Envelope.from(
                        from.isEmpty()
                                ? new ReversePath.Null()
                                : new ReversePath.Of(mailbox(from)));
        for (var one : to) {
            envelope = envelope.with(one);
        }
        var address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.ports().getFirst());
        try (var connection =
                SmtpConnection.open(
                        address, ClientSettings.plain(Domain.of("inside.example.com")))) {
            return switch (connection.send(envelope, content(message))) {
                case SendResult.Done(var outcomes) ->
                        switch (outcomes.getFirst()) {
                            case RecipientOutcome.Accepted(var reply) -> reply;
                            case RecipientOutcome.Refused(_, var reply) -> reply;
                            case RecipientOutcome.LeftOver _,
                                    RecipientOutcome.Interrupted _,
                                    RecipientOutcome.Unknown _ ->
                                    throw new AssertionError(outcomes.toString());
                        };
                case SendResult.CannotCarry _, SendResult.Stale _ ->
                        throw new AssertionError("not sent");
            };
        }
    }

    static EnvelopeRecipient recipient(String address) {
        return new EnvelopeRecipient(new ForwardPath.Of(mailbox(address)));
    }

    static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox> bad -> throw new AssertionError(bad.toString());
        };
    }

    /// A content of a text with LF or CRLF line ends, octets as U+0000 to U+00FF.
    static Content content(String text) {
        var octets = text.replace("\r\n", "\n").replace("\n", "\r\n");
        int split = octets.indexOf("\r\n\r\n");
        var section = octets.substring(0, split + 2).getBytes(StandardCharsets.ISO_8859_1);
        return MemoryContent.of(
                header(section), octets.substring(split + 4).getBytes(StandardCharsets.ISO_8859_1));
    }

    static HeaderFields header(byte[] section) {
        return switch (HeaderFields.parse(section, new HeaderLimits(1 << 20, 10_000))) {
            case HeaderParse.Parsed parsed -> parsed.fields();
            case HeaderParse.TooLarge _ -> throw new AssertionError("header too large");
        };
    }

    @Override
    public void close() {
        gateway.close();
    }
}
