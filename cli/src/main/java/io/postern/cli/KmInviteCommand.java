package io.postern.cli;

import io.postern.gateway.config.Durations;
import io.postern.km.Acts;
import io.postern.km.Invite;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "invite",
        description =
                "Makes keys and certificates now, and a token with which their owner fetches them once, while the vault"
                        + " is sealed. Token and passphrase go two ways.",
        footer = {
            "",
            "Examples:",
            "  postern km invite info@example.com --passphrase-to /media/letter.txt",
            "  postern km invite info@example.com --valid 14d --usage both --token-to token.txt \\",
            "      --passphrase-to letter.txt",
            "  postern km invite --cancel info@example.com",
            "",
            "On a terminal, without --passphrase-to, the passphrase is shown when you say that the token is on its way."
        })
final class KmInviteCommand extends Common implements Callable<Integer> {
    private static final Duration LONGEST = Duration.ofDays(60);

    private final Io io;

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();
    @Mixin KmConsent consent = new KmConsent();
    @Mixin KmCommand.Order order = new KmCommand.Order();

    @Option(
            names = "--valid",
            paramLabel = "TIME",
            description = "How long the token can be redeemed, 1h to 60d (default: 7d).")
    String valid = "7d";

    @Option(
            names = "--usage",
            paramLabel = "USAGE",
            description = "apart (default), sign, encrypt, or both in one.")
    String usage = "apart";

    @Option(
            names = "--token-to",
            paramLabel = "FILE",
            description = "Write the token there (0600) instead of showing it.")
    Optional<Path> tokenTo = Optional.empty();

    @Option(
            names = "--passphrase-to",
            paramLabel = "FILE",
            description = "Write the passphrase there (0600).")
    Optional<Path> passphraseTo = Optional.empty();

    @Option(names = "--cancel", description = "Take the invitation back, and revoke what it holds.")
    boolean cancel;

    @Parameters(paramLabel = "ADDRESS", description = "Who is invited.")
    String address = "";

    KmInviteCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        return cancel ? cancel() : invite();
    }

    private int cancel() {
        var who = KmCommand.address(address).toString();
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.cancelInvite(who),
                        vault -> vault.cancelInvite(who))
                .ifPresent(revoked -> {
                    revoked.forEach(one -> io.line("revoked: " + KmViewCommands.words(one)));
                    io.line("The invitation is taken back.");
                });
        return 0;
    }

    private int invite() {
        var span = span();
        var meant = order.of(address, usage);
        KmCommand.escrowed(io, List.of(meant));
        if (!consent.request) {
            check();
        }
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.invite(meant, span),
                        vault -> vault.invite(meant, span, this::keep))
                .ifPresent(made -> {
                    try (made) {
                        show(made);
                    }
                });
        return 0;
    }

    private Duration span() {
        var span = Durations.parse(valid);
        if (span.isEmpty()
                || span.get().compareTo(Duration.ofHours(1)) < 0
                || span.get().compareTo(LONGEST) > 0) {
            throw Failure.usage(valid + " is no time such as 7d: 1h to 60d");
        }
        return span.get();
    }

    private void check() {
        if (passphraseTo.isEmpty() && KmInput.console(io) == null) {
            throw Failure.usage(
                    "--passphrase-to FILE is needed without a terminal: token and passphrase go two ways");
        }
        if (passphraseTo.isPresent()
                && tokenTo.isPresent()
                && normal(passphraseTo.get()).equals(normal(tokenTo.get()))) {
            throw Failure.usage("token and passphrase can't go to one file: they go two ways");
        }
        for (var file :
                java.util.stream.Stream.of(passphraseTo, tokenTo)
                        .flatMap(Optional::stream)
                        .toList()) {
            var path = io.file(file).toAbsolutePath();
            if (Files.exists(path)) {
                throw Failure.of(path + " is there already", "name another file");
            }
            var parent = path.getParent();
            KmOutput.writable(parent == null ? path : parent);
        }
    }

    /// `./x` is `x`.
    private Path normal(Path file) {
        return io.file(file).toAbsolutePath().normalize();
    }

    private void keep(Invite invite) {
        passphraseTo.ifPresent(file ->
                KmOutput.write(
                        io.file(file),
                        (text(invite.passphrase()) + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    private static String text(io.postern.km.secret.Secret secret) {
        var characters = secret.characters();
        var text = new String(characters);
        Arrays.fill(characters, '\0');
        return text;
    }

    private void show(Invite invite) {
        invite.certificates().forEach(one -> io.line("made: " + KmViewCommands.words(one)));
        if (tokenTo.isPresent()) {
            KmOutput.write(
                    io.file(tokenTo.get()),
                    (text(invite.token()) + "\n").getBytes(StandardCharsets.US_ASCII));
            io.line("the token is in " + tokenTo.get());
        } else {
            io.line("token: " + text(invite.token()));
        }
        io.line(
                "%s redeems it until %s: at %s if it is served, or with `postern km redeem`."
                        .formatted(invite.address(), Words.time(invite.expires()), invite.page()));
        if (passphraseTo.isPresent()) {
            io.line("The passphrase is in " + passphraseTo.get() + ": it goes another way.");
            return;
        }
        var console = KmInput.console(io);
        if (console == null) {
            throw new IllegalStateException("the terminal went away");
        }
        io.out().flush();
        var answer = "";
        while (!answer.equals("yes")) {
            var typed =
                    console.readLine("%s", "Send the token. Then type yes to see the passphrase: ");
            if (typed == null) {
                throw Failure.of(
                        "the passphrase was shown to nobody",
                        "run `postern km invite --cancel "
                                + invite.address()
                                + "` and invite again");
            }
            answer = typed.strip();
        }
        io.line("passphrase: " + text(invite.passphrase()));
        io.line("Give it by another way than the token: by telephone, or on paper.");
    }
}
