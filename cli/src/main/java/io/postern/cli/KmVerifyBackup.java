package io.postern.cli;

import io.postern.keys.StartSecret;
import io.postern.keys.StartSecretException;
import io.postern.km.Restored;
import io.postern.km.Restoring;
import io.postern.km.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify-backup",
        description =
                "Proves that a backup is whole, signed and of an audit that nobody changed; with --open, that your"
                        + " unseal key, passphrase or shares open it. Restores nothing.",
        footer = {
            "",
            "Examples:",
            "  postern km verify-backup /backup/km.backup",
            "  postern km verify-backup /backup/km.backup --open --secret-file /media/two/postern-unseal-K7QX.txt"
        })
final class KmVerifyBackup extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();

    @Option(names = "--open", description = "Ask for what opens it, and show that it does.")
    boolean open;

    @Parameters(paramLabel = "FILE", description = "The backup.")
    Path file = Path.of("");

    KmVerifyBackup(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var here = KmAccess.world(io, data);
        try {
            // The vault of this folder is not touched: unpacked where nothing else is.
            var scratch =
                    Files.createTempDirectory(
                            "postern-backup",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rwx------")));
            try {
                return verify(
                        new World(
                                scratch, here.clock(), here.random(), here.actor(), here.steps()));
            } finally {
                Files.deleteIfExists(scratch);
            }
        } catch (IOException e) {
            throw new Failure("no temporary folder can be made or removed: " + e, e);
        }
    }

    private int verify(World scratch) {
        try (var looking = Restoring.begin(scratch, secret(), io.file(file))) {
            if (open || input.named()) {
                try (var opening = input.opening(io)) {
                    looking.prove(opening);
                }
            }
            var found = looking.found();
            print(io, found);
            io.line(
                    found.signed()
                            ? "the backup is good"
                            : "the backup is whole, and nothing shows who made it: verify it with the start secret of its vault (--data or --config)");
            return found.signed() ? 0 : Failure.NOT;
        }
    }

    private Optional<StartSecret> secret() {
        try {
            return Optional.of(KmAccess.secret(io, data, KmAccess.world(io, data)));
        } catch (StartSecretException e) {
            return Optional.empty(); // told of by what was verified and what was not
        }
    }

    static void print(Io io, Restored result) {
        io.line(
                "taken %s: %s, audit line %d"
                        .formatted(
                                Words.time(result.manifest().made()),
                                Words.count(
                                        result.manifest().certificates(),
                                        "certificate",
                                        "certificates"),
                                result.manifest().auditSeq()));
        result.checked().forEach(line -> io.line("  " + line));
        result.notes().forEach(line -> io.line("! " + line));
    }
}
