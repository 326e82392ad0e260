package io.postern.cli;

import io.postern.km.consent.Approver;
import io.postern.km.consent.ApproverKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "approver",
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes an approver's own key; needs no vault, and may be done anywhere.",
        footer = {"", "Example:", "  postern km approver new anna --out ~/anna-approver.key"})
final class KmApproverCommand extends Common implements Runnable {
    private final Io io;

    KmApproverCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern km approver --help`");
    }

    @Command(
            name = "new",
            description =
                    "Makes a key: a file under a passphrase that only the approver knows, and the public key to add.",
            footer = {"", "Example:", "  postern km approver new anna --out ~/anna-approver.key"})
    int make(
            @picocli.CommandLine.Mixin Common common,
            @Option(
                            names = "--out",
                            required = true,
                            paramLabel = "FILE",
                            description = "Where the key goes (0600).")
                    Path out,
            @Option(
                            names = "--passphrase-file",
                            paramLabel = "FILE",
                            description =
                                    "Its passphrase, from a file (0600); otherwise asked for.")
                    Optional<Path> passphraseFile,
            @Parameters(paramLabel = "NAME", description = "Whose it is, such as anna.")
                    String name) {
        var file = io.file(out);
        var parent = file.toAbsolutePath().getParent();
        KmOutput.writable(parent == null ? file : parent);
        if (Files.exists(file)) {
            throw Failure.of(file + " is there already", "name another file");
        }
        var random = new SecureRandom();
        try (var key = ApproverKey.make(Approver.named(name), random);
                var passphrase = KmPassphrase.fresh(io, passphraseFile)) {
            var text = key.file(passphrase, random) + "\n";
            KmOutput.write(file, text.getBytes(StandardCharsets.UTF_8));
            io.line("the key is in " + file);
            io.line("Have it added, by who holds the shares:");
            io.line(
                    "postern km approvers add %s %s"
                            .formatted(key.approver().name(), key.approver().printed()));
        }
        return 0;
    }
}
