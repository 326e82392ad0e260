package io.postern.cli;

import io.postern.admin.KeyView;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.dns.DnsResolver;
import io.postern.dns.Resolver;
import io.postern.gateway.authentication.Authentication;
import io.postern.gateway.authentication.Findings;
import io.postern.mail.BodyTap;
import io.postern.mail.Content;
import io.postern.mail.HeaderField;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.mail.ReversePath;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verifies the DKIM signatures of a message; prints Authentication-Results (RFC 8601). With --ip, who "
                    + "really sent it: SPF, DKIM, DMARC and ARC, by the code that judges what strangers hand in.",
            "",
            "Keys are taken from the zone file of --dns and from nowhere else; without it, from the gateway's own "
                    + "keys where its data folder is there, and from the DNS for all others.",
            "Ends with 0 when at least one signature passes, with --ip when DMARC does; else with 1."
        },
        footer = {
            "",
            "Examples:",
            "  postern verify message.eml --explain",
            "  postern verify data/capture/new/*.eml",
            "  postern verify --dns example.com.zone < message.eml",
            "  postern verify --ip 192.0.2.1 --helo mx.example.org --mail-from a@example.org --explain message.eml"
        })
final class VerifyCommand extends Common implements Callable<Integer> {
    private static final Duration DNS_DEADLINE = Duration.ofSeconds(10);

    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "Messages; - or nothing for standard input.")
    List<Path> files = List.of();

    @Option(
            names = "--dns",
            paramLabel = "ZONEFILE",
            description = "Take all DNS answers from this zone file.")
    Optional<Path> zone = Optional.empty();

    @Option(
            names = "--authserv-id",
            paramLabel = "NAME",
            defaultValue = "localhost",
            description = "Who says so, in the field (default: ${DEFAULT-VALUE}).")
    String authservId = "localhost";

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            description = "The client that handed the message in.")
    Optional<String> client = Optional.empty();

    @Option(
            names = "--helo",
            paramLabel = "NAME",
            defaultValue = "",
            description = "What the client called itself.")
    String helo = "";

    @Option(
            names = "--mail-from",
            paramLabel = "ADDRESS",
            defaultValue = "",
            description =
                    "The reverse-path, with or without angle brackets; empty for the null one.")
    String mailFrom = "";

    @Option(names = "--explain", description = "Show each step with its inputs.")
    boolean explain;

    VerifyCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var named = files.isEmpty() ? List.of(Path.of("-")) : files;
        var resolver = resolver();
        var verifier = new DkimVerifier(resolver, DkimPolicy.STANDARD);
        boolean all = true;
        for (var file : named) {
            if (named.size() > 1) {
                io.line("; " + file);
            }
            all &= client.isPresent() ? judge(resolver, file) : verify(verifier, file);
        }
        return all ? 0 : Failure.NOT;
    }

    /// Whether DMARC passes.
    private boolean judge(Resolver resolver, Path file) {
        var authentication = new Authentication(authservId, DNS_DEADLINE, resolver, io.clock());
        var run = authentication.begin(address(), helo, reversePath());
        try (var _ = Inputs.message(io, file, run)) {
            var results = run.finish();
            authentication.stamps(results).forEach(this::print);
            if (explain) {
                for (var finding : Findings.of(results)) {
                    io.line("");
                    io.line(finding.check() + ": " + Table.printable(finding.conclusion()));
                    finding.inputs()
                            .forEach((name, value) ->
                                    io.line("  " + name + "  " + Table.printable(value)));
                }
            }
            return results.dmarc().map(DmarcResult::passed).orElse(false);
        }
    }

    private InetAddress address() {
        try {
            return InetAddress.ofLiteral(client.orElseThrow());
        } catch (IllegalArgumentException e) {
            throw Failure.of(
                    "--ip " + client.orElseThrow() + " is no address",
                    "give one such as 192.0.2.1");
        }
    }

    private ReversePath reversePath() {
        var text =
                mailFrom.startsWith("<") && mailFrom.endsWith(">")
                        ? mailFrom.substring(1, mailFrom.length() - 1)
                        : mailFrom;
        if (text.isEmpty()) {
            return new ReversePath.Null();
        }
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> new ReversePath.Of(mailbox);
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    throw Failure.of(
                            "--mail-from " + mailFrom + " is no address: " + why,
                            "give one such as a@example.org");
        };
    }

    /// Octets as characters, see HeaderField.
    private void print(HeaderField field) {
        io.line(
                new String(
                                field.raw().getBytes(StandardCharsets.ISO_8859_1),
                                StandardCharsets.UTF_8)
                        .replace("\r\n", "\n")
                        .stripTrailing());
    }

    private boolean verify(DkimVerifier verifier, Path file) {
        List<SignatureResult> results;
        try (var content = Inputs.message(io, file, BodyTap.none())) {
            results = results(verifier, content);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        print(new AuthenticationResults(authservId, AuthenticationResults.dkim(results)).field());
        if (explain) {
            explain(results);
        }
        return results.stream().anyMatch(SignatureResult::passed);
    }

    private List<SignatureResult> results(DkimVerifier verifier, Content content)
            throws IOException {
        var run = verifier.start(content.header(), io.clock().instant());
        var buffer = new byte[64 * 1024];
        try (var body = content.openBody()) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                run.body(buffer, 0, n);
            }
        }
        return run.finish();
    }

    private void explain(List<SignatureResult> results) {
        if (results.isEmpty()) {
            io.line("");
            io.line("There is no DKIM-Signature field.");
        }
        int number = 0;
        for (var result : results) {
            number++;
            io.line("");
            io.line(
                    "Signature "
                            + number
                            + ": "
                            + result.result().word()
                            + result.result().reason().map(why -> " (" + why + ")").orElse(""));
            result.steps().forEach(step -> io.line("  " + Table.printable(step)));
        }
    }

    private Resolver resolver() {
        if (zone.isPresent()) {
            return OutsideDns.zoneFile(io, zone.get());
        }
        var keys = ownKeys();
        return new OwnKeysResolver(
                keys, () -> new DnsResolver(DnsResolver.systemServers(), DNS_DEADLINE));
    }

    /// The keys of a gateway that was named, or that is here.
    private List<KeyView> ownKeys() {
        boolean named = data.data.isPresent() || data.config.isPresent();
        if (!named && !Files.isDirectory(data.folder(io))) {
            return List.of();
        }
        try (var operations = Access.open(io, data)) {
            return operations.dkimKeys(Optional.empty());
        }
    }
}
