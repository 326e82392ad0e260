package io.postern.cli;

import io.postern.mail.AddressList;
import io.postern.mail.AddressLiteral;
import io.postern.mail.AuthorDomain;
import io.postern.mail.BodyType;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.MailDate;
import io.postern.mail.Mailbox;
import io.postern.mail.MessageId;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import io.postern.mail.Xtext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// `postern sendmail`: reads a message from standard input, completes it as RFC 6409 §8 allows, and
/// submits it over SMTP. What the gateway answered is what the caller's exit code says.
final class Sendmail {
    private static final int DEFAULT_PORT = 2525;

    private final Io io;
    private final SendmailArguments arguments;
    private final LocalNames names;

    private Sendmail(Io io, SendmailArguments arguments) {
        this.io = io;
        this.arguments = arguments;
        this.names = new LocalNames(ourDomain(io, arguments));
    }

    /// Does what the words say, and returns a code of sysexits.h.
    static int run(Io io, List<String> words) {
        try {
            return switch (SendmailArguments.parse(words)) {
                case SendmailArguments.Parsed.Ok(var arguments) ->
                        new Sendmail(io, arguments).submit();
                case SendmailArguments.Parsed.Refused(var why) ->
                        throw new Failure(Sysexits.USAGE, why);
            };
        } catch (Failure e) {
            io.err().println("sendmail: " + e.getMessage());
            return e.code();
        } catch (IOException e) {
            io.err().println("sendmail: standard input can't be read: " + e.getMessage());
            return Sysexits.IOERR;
        } catch (RuntimeException e) {
            io.err().println("sendmail: this is a bug of ours, nothing was sent: " + e);
            return Sysexits.SOFTWARE;
        }
    }

    private int submit() throws IOException {
        var server = server(io.environment().get("POSTERN_SENDMAIL"));
        try (var read = Submission.content(Submission.read(io.in(), arguments.dotIsText()))) {
            var header = names.complete(read.header());
            var recipients = recipients(header);
            if (recipients.isEmpty()) {
                throw new Failure(
                        Sysexits.USAGE,
                        "there are no recipients: name them, or use -t and a To field");
            }
            // Also without -t: whoever is in Bcc does not want the others to know.
            var content = read.withHeader(complete(header.without("Bcc").without("Resent-Bcc")));
            return new SubmissionClient(io, server).send(envelope(content, recipients), content);
        }
    }

    /// Each once, in the order in which they were named.
    private List<Mailbox> recipients(HeaderFields header) {
        var all = new LinkedHashSet<Mailbox>();
        for (var word : arguments.recipients()) {
            // Some callers pass a whole list in one word.
            for (var address : word.split(",", -1)) {
                if (!address.isBlank()) {
                    all.add(mailbox(address.strip(), Sysexits.NOUSER));
                }
            }
        }
        if (arguments.recipientsInHeader()) {
            recipientFields(header).forEach(field -> all.addAll(mailboxes(field)));
        }
        return List.copyOf(all);
    }

    /// Of a message that is sent again, only those whom this resending names: the others have it.
    private static List<HeaderField> recipientFields(HeaderFields header) {
        var resent = ResentFields.latest(header);
        if (!resent.isEmpty()) {
            return Stream.of("Resent-To", "Resent-Cc", "Resent-Bcc")
                    .flatMap(name -> resent.stream().filter(f -> f.name().equalsIgnoreCase(name)))
                    .toList();
        }
        return Stream.of("To", "Cc", "Bcc").flatMap(name -> header.all(name).stream()).toList();
    }

    private static List<Mailbox> mailboxes(HeaderField field) {
        return switch (AddressList.parse(field)) {
            case AddressList.Parsed.Ok(var entries) ->
                    entries.stream().map(AddressList.Entry::mailbox).toList();
            // An empty field names nobody, and harms nobody.
            case AddressList.Parsed.Bad _ when field.rawBody().isBlank() -> List.of();
            case AddressList.Parsed.Bad(_, var why) ->
                    throw new Failure(
                            Sysexits.DATAERR,
                            "the " + field.name() + " field can't be read: " + why);
        };
    }

    private Mailbox mailbox(String text, int code) {
        var bare =
                text.startsWith("<") && text.endsWith(">")
                        ? text.substring(1, text.length() - 1)
                        : text;
        return switch (Paths.mailbox(names.complete(bare), true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    throw new Failure(code, text + " is no address: " + why);
        };
    }

    /// RFC 6409 §8: the fields that every message must have (RFC 5322 §3.6) and a Message-ID.
    private HeaderFields complete(HeaderFields header) {
        var now = io.clock().instant();
        var complete = header;
        if (!complete.has("From")) {
            complete = complete.appended(field("From", author()));
        }
        if (!complete.has("Date")) {
            complete = complete.appended(field("Date", MailDate.format(now)));
        }
        if (!complete.has("Message-ID")) {
            var id = MessageId.make(now, RandomGenerator.getDefault(), names.domain());
            complete = complete.appended(field("Message-ID", id));
        }
        return complete;
    }

    private static HeaderField field(String name, String body) {
        var raw = name + ": " + body + "\r\n";
        return new HeaderField(
                name,
                new String(raw.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private String author() {
        var address =
                arguments
                        .reversePath()
                        .filter(path -> !path.isEmpty())
                        .map(names::complete)
                        .orElseGet(() -> names.complete(user()));
        return arguments
                .fullName()
                .map(Sendmail::phrase)
                .filter(name -> !name.isEmpty())
                .map(name -> name + " <" + address + ">")
                .orElse(address);
    }

    /// A display name, quoted as it needs. RFC 5322 §3.2.5.
    private static String phrase(String name) {
        var clean = name.replaceAll("\\p{Cntrl}", " ").strip();
        return clean.matches("[\\w !#$%&'*+/=?^`{|}~-]*")
                ? clean
                : "\"" + clean.replaceAll("([\"\\\\])", "\\\\$1") + "\"";
    }

    private String user() {
        for (var name : List.of("LOGNAME", "USER")) {
            var user = io.environment().get(name);
            if (user != null && !user.isBlank()) {
                return user;
            }
        }
        return System.getProperty("user.name", "postmaster");
    }

    private Envelope envelope(Content content, List<Mailbox> recipients) {
        var facts = content.facts();
        boolean utf8 = facts.eightBitHeader() || !ascii(recipients);
        ReversePath reversePath =
                arguments
                        .reversePath()
                        .map(this::reversePath)
                        .orElseGet(() -> authorPath(content.header()));
        var bodyType =
                facts.eightBitBody() || facts.eightBitHeader()
                        ? BodyType.EIGHT_BIT_MIME
                        : arguments.bodyType().orElse(BodyType.SEVEN_BIT);
        var all =
                recipients.stream()
                        .map(mailbox ->
                                new EnvelopeRecipient(
                                        new ForwardPath.Of(mailbox),
                                        arguments.notifyOn(),
                                        Optional.empty()))
                        .toList();
        return new Envelope(
                reversePath,
                bodyType,
                utf8,
                arguments.ret(),
                arguments.envelopeId().map(Xtext::encode),
                all);
    }

    private ReversePath reversePath(String text) {
        return text.isEmpty()
                ? new ReversePath.Null()
                : new ReversePath.Of(mailbox(text, Sysexits.USAGE));
    }

    /// Without -f: reports go to the user who runs this, as with any sendmail; but a gateway is
    /// asked by domain, so the author stands in when the From field can be read, and of a message
    /// that is sent again whoever sends it again.
    private ReversePath authorPath(HeaderFields header) {
        for (var field : ResentFields.latest(header)) {
            if (field.name().equalsIgnoreCase("Resent-From")
                    && AddressList.parse(field) instanceof AddressList.Parsed.Ok(var entries)
                    && !entries.isEmpty()) {
                return new ReversePath.Of(entries.getFirst().mailbox());
            }
        }
        return AuthorDomain.of(header) instanceof AuthorDomain.One one
                ? new ReversePath.Of(one.address())
                : reversePath(user());
    }

    private static boolean ascii(List<Mailbox> mailboxes) {
        return mailboxes.stream()
                .allMatch(box -> box.localPart().chars().allMatch(c -> c > 0 && c < 128));
    }

    /// What completes names: the domain of `-f`, else this machine's mail name, else its name.
    private static Domain ourDomain(Io io, SendmailArguments arguments) {
        return arguments
                .reversePath()
                .filter(path -> path.indexOf('@') >= 0)
                .flatMap(path -> Domain.parse(path.substring(path.lastIndexOf('@') + 1)))
                .or(() -> firstLine(io, "/etc/mailname"))
                .or(() -> firstLine(io, "/proc/sys/kernel/hostname"))
                .or(() ->
                        Optional.ofNullable(io.environment().get("HOSTNAME"))
                                .flatMap(Domain::parse))
                .orElseGet(() -> Domain.of("localhost"));
    }

    private static Optional<Domain> firstLine(Io io, String file) {
        try (var lines = Files.lines(io.file(Path.of(file)))) {
            return lines.findFirst().map(String::strip).flatMap(Domain::parse);
        } catch (IOException | RuntimeException _) {
            return Optional.empty();
        }
    }

    private static InetSocketAddress server(@org.jspecify.annotations.Nullable String text) {
        if (text == null || text.isBlank()) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT);
        }
        int colon = text.lastIndexOf(':');
        try {
            var host = text.substring(0, colon).replaceAll("^\\[|]$", "");
            return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (RuntimeException _) {
            throw new Failure(Sysexits.USAGE, "POSTERN_SENDMAIL=" + text + " is not host:port");
        }
    }

    /// The name in EHLO: a program on this machine has no better one. RFC 5321 §4.1.4.
    static AddressLiteral ehloName() {
        return new AddressLiteral(InetAddress.getLoopbackAddress());
    }
}
