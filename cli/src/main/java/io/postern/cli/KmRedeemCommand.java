package io.postern.cli;

import io.postern.km.http.Enrolment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "redeem",
        description =
                "Fetches the keys of an invitation, while the vault is sealed: PKCS#12 files, which the passphrase opens"
                        + " that went another way. The token is asked for unseen, or read from --token-file or standard"
                        + " input; afterwards it opens nothing.",
        footer = {
            "",
            "Examples:",
            "  postern km redeem --out /media/info",
            "  postern km redeem --out /media/info --form compatible --token-file token.txt"
        })
final class KmRedeemCommand extends Common implements Callable<Integer> {
    private static final int LONGEST = 1_024;

    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Read the token from a file that only you can read (0600).")
    Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the PKCS#12 files go (default: here).")
    Path out = Path.of("");

    @Option(
            names = "--form",
            paramLabel = "FORM",
            description =
                    "modern (default), or compatible for gpgsm 2.2 and old Windows and macOS.")
    String form = "modern";

    KmRedeemCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var folder = io.file(out).toAbsolutePath();
        KmOutput.writable(folder);
        var how =
                switch (form.toLowerCase(Locale.ROOT)) {
                    case "modern" -> Enrolment.Form.MODERN;
                    case "compatible" -> Enrolment.Form.COMPATIBLE;
                    default ->
                            throw Failure.usage(
                                    "there is no form " + form + ": modern or compatible");
                };
        try (var desk = KmAccess.invites(io, data)) {
            var token = token();
            if (!(answered(desk.look(token))
                    instanceof Enrolment.Answer.Parcel(var who, var names))) {
                throw new IllegalStateException("a parcel was asked for");
            }
            for (int i = 0; i < names.size(); i++) {
                if (answered(desk.fetch(token, how, i))
                        instanceof Enrolment.Answer.File(var name, var file)) {
                    try (file) {
                        var path = free(folder, name);
                        KmOutput.write(path, file.copy());
                        io.line(path + "  " + who);
                    }
                }
            }
            // The files are on stable storage: nobody needs the parcel any more.
            if (desk.done(token) instanceof Enrolment.Answer.Later) {
                io.err()
                        .println(
                                "postern: the parcel is deleted in 24 hours, for somebody is at work now");
            }
        }
        return 0;
    }

    private static Enrolment.Answer answered(Enrolment.Answer answer) {
        return switch (answer) {
            case Enrolment.Answer.None _ ->
                    throw Failure.of(
                            "that token opens nothing: it is mistyped, was used, or its time is over",
                            "ask who sent it for another");
            case Enrolment.Answer.Later _ ->
                    throw new Failure(
                            Failure.LATER,
                            "somebody is at work on the vault; nothing is lost, try again in some seconds");
            case Enrolment.Answer.Parcel _, Enrolment.Answer.File _, Enrolment.Answer.Gone _ ->
                    answer;
        };
    }

    private String token() {
        if (tokenFile.isPresent()) {
            return KmInput.secretLine(io.file(tokenFile.get()));
        }
        var console = KmInput.console(io);
        if (console != null) {
            return KmInput.ask(console, "Token: ");
        }
        try {
            return new String(io.in().readNBytes(LONGEST), java.nio.charset.StandardCharsets.UTF_8)
                    .strip();
        } catch (java.io.IOException e) {
            throw new Failure("standard input can't be read: " + e.getMessage(), e);
        }
    }

    private static Path free(Path folder, String name) {
        var path = folder.resolve(name);
        for (int i = 2; Files.exists(path); i++) {
            path = folder.resolve(name.replaceFirst("\\.p12$", "-" + i + ".p12"));
        }
        return path;
    }
}
