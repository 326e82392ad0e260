package io.postern.cli;

import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningException;
import io.postern.auth.dkim.SigningKey;
import io.postern.gateway.config.Durations;
import io.postern.keys.CryptoProviders;
import io.postern.keys.DkimKeys;
import io.postern.keys.GivenKey;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.keys.ReadySigningKey;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.store.FolderInUseException;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sign",
        description = {
            "Signs a message with DKIM and prints it, signature on top.",
            "",
            "With --key, works anywhere. Without it, signs with the keys of a gateway that does not run; "
                    + "one that runs signs what `postern sendmail` hands it."
        },
        footer = {
            "",
            "Examples:",
            "  postern sign --key mail.private --selector mail message.eml > signed.eml",
            "  postern sign --data /var/lib/postern message.eml"
        })
final class SignCommand extends Common implements Runnable {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The message; - or nothing for standard input.")
    Path file = Path.of("-");

    @Option(names = "--key", paramLabel = "PEM", description = "The private key's file.")
    Optional<Path> key = Optional.empty();

    @Option(names = "--selector", paramLabel = "NAME", description = "The selector of --key.")
    Optional<String> selector = Optional.empty();

    @Option(
            names = "--domain",
            paramLabel = "DOMAIN",
            description = "The signing domain (default: the author domain, in From).")
    Optional<String> domain = Optional.empty();

    @Option(
            names = "--valid-for",
            paramLabel = "TIME",
            description = "Expire the signature after this, such as 7d (default: never).")
    Optional<String> validFor = Optional.empty();

    SignCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        if (key.isPresent() && selector.isEmpty()) {
            throw Failure.usage("--key needs --selector: the name under which its record is");
        }
        var options = options();
        var hasher = BodyHasher.of(options);
        try (var content = Inputs.message(io, file, hasher::update)) {
            var signing = domain.map(SignCommand::domain).orElseGet(() -> authorDomain(content));
            var keys = key.isPresent() ? given(signing) : kept(signing);
            var hash = hasher.finish().getFirst();
            var fields =
                    new DkimSigner()
                            .sign(content.header(), hash, keys, options, io.clock().instant());
            content.withHeader(content.header().prepended(fields)).writeTo(io.out());
        } catch (SigningException e) {
            throw new Failure("the message can't be signed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
    }

    private SignOptions options() {
        return validFor.map(text ->
                        SignOptions.STANDARD.withValidity(
                                Durations.parse(text)
                                        .filter(span -> span.toSeconds() > 0)
                                        .orElseThrow(() ->
                                                Failure.usage(
                                                        "--valid-for "
                                                                + text
                                                                + " is not a length"
                                                                + " of time; write"
                                                                + " it like 7d"))))
                .orElse(SignOptions.STANDARD);
    }

    private static Domain domain(String text) {
        return Domain.parse(text)
                .orElseThrow(() -> Failure.usage("--domain " + text + " is not a domain"));
    }

    private static Domain authorDomain(Content content) {
        return switch (AuthorDomain.of(content.header())) {
            case AuthorDomain.One one -> one.domain();
            case AuthorDomain.NoFrom _ ->
                    throw Failure.of("the message has no From field", "name the --domain");
            case AuthorDomain.SeveralFromFields several ->
                    throw Failure.of(
                            "the message has " + several.count() + " From fields",
                            "repair it: nobody could tell what was signed");
            case AuthorDomain.SeveralDomains _ ->
                    throw Failure.of("the From field has several domains", "name the --domain");
            case AuthorDomain.Unparsable unparsable ->
                    throw Failure.of(
                            "the From field can't be read: " + unparsable.why(),
                            "name the --domain");
        };
    }

    private List<SigningKey> given(Domain signing) {
        var pem = key.orElseThrow();
        String text;
        try {
            text = Files.readString(io.file(pem), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw Inputs.unreadable(pem, e);
        }
        var name =
                Domain.parse(selector.orElseThrow())
                        .orElseThrow(() ->
                                Failure.usage("--selector " + selector.get() + " is no name"));
        return switch (GivenKey.parse(text)) {
            case Outcome.Done<GivenKey>(var parsed) -> {
                var algorithm = algorithm(parsed.type());
                var problem = SigningKey.problem(algorithm, parsed.privateKey());
                if (!problem.isEmpty()) {
                    throw Failure.of(pem + " can't sign: " + problem, "");
                }
                yield List.of(new SigningKey(signing, name.name(), algorithm, parsed.privateKey()));
            }
            case Outcome.Refused<GivenKey>(var why) -> throw Failure.of(pem + ": " + why, "");
        };
    }

    private static DkimAlgorithm algorithm(KeyType type) {
        return switch (type) {
            case RSA -> DkimAlgorithm.RSA_SHA256;
            case ED25519 -> DkimAlgorithm.ED25519_SHA256;
        };
    }

    /// The keys in a data folder. Private keys never leave a gateway that runs, not even through
    /// its control socket.
    private List<SigningKey> kept(Domain signing) {
        var folder = data.folder(io);
        if (!Files.isDirectory(folder)) {
            throw Failure.usage("no --key, and no data folder at " + folder + " to take one from");
        }
        try (var store = SqliteStore.open(folder, StoreSettings.DEFAULTS, io.clock())) {
            CryptoProviders.install();
            var random = new SecureRandom();
            var keys =
                    new DkimKeys(
                                    store,
                                    Access.secret(store, folder, data.readConfig(io), random),
                                    io.clock(),
                                    random)
                            .signingKeys(signing);
            if (keys.isEmpty()) {
                throw Failure.of(
                        "there is no key that signs for " + signing,
                        "make one with `postern dkim new " + signing + "`, or name a --key");
            }
            return keys.stream().map(SignCommand::signingKey).toList();
        } catch (FolderInUseException _) {
            throw Failure.of(
                    "the gateway in " + folder + " runs and keeps its keys to itself",
                    "hand it the message with `postern sendmail`, or name a --key");
        }
    }

    private static SigningKey signingKey(ReadySigningKey ready) {
        return new SigningKey(
                ready.key().domain(),
                ready.key().selector(),
                algorithm(ready.key().type()),
                ready.privateKey());
    }
}
