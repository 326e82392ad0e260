package io.postern.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "backup",
        description =
                "Writes all of the vault to one file. It stays sealed, as what is secret in the file does; run it each"
                        + " day.",
        footer = {
            "",
            "Examples:",
            "  postern km backup /backup/km-$(date +%F).backup",
            "  postern km verify-backup /backup/km-2026-11-23.backup",
            "",
            "Start secret, unseal key and shares are not in it: keep those elsewhere."
        })
final class KmBackup extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Parameters(paramLabel = "FILE", description = "Where to; replaced when it is there.")
    Path file = Path.of("");

    KmBackup(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        var target = io.file(file).toAbsolutePath().normalize();
        var parent = target.getParent();
        KmOutput.writable(parent == null ? target : parent);
        try (var km = KmAccess.lock(io, data)) {
            var manifest = km.backup(target);
            io.line(
                    "%s: %s, %d octets, audit line %d"
                            .formatted(
                                    target,
                                    Words.count(
                                            manifest.certificates(), "certificate", "certificates"),
                                    manifest.size(),
                                    manifest.auditSeq()));
        }
        return 0;
    }
}
