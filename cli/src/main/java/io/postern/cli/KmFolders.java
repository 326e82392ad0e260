package io.postern.cli;

import io.postern.km.HandoutFolder;
import io.postern.km.OpenVault;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Where many PKCS #12 files go, and where their passphrases.
final class KmFolders {
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the PKCS#12 files go (default: here).")
    Path out = Path.of("");

    @Option(
            names = "--passphrases-to",
            paramLabel = "DIR",
            description = "Where a file for each with the passphrase goes: another folder.")
    Optional<Path> passphrasesTo = Optional.empty();

    /// Before the act: what can't be written is found out while nothing is changed.
    void check(Io io) {
        var passphrases =
                passphrasesTo.orElseThrow(() ->
                        Failure.usage(
                                "--passphrases-to DIR is needed: files and passphrases go different ways"));
        KmOutput.writable(io.file(out).toAbsolutePath());
        KmOutput.writable(io.file(passphrases).toAbsolutePath());
        handout(io, "");
    }

    private HandoutFolder handout(Io io, String vault) {
        return new HandoutFolder(
                vault,
                io.file(out).toAbsolutePath(),
                passphrasesTo.map(folder -> io.file(folder).toAbsolutePath()));
    }

    /// The folders, with what an earlier run left settled.
    HandoutFolder settled(Io io, OpenVault vault) {
        var folder = handout(io, vault.name());
        folder.settle(vault).forEach(file -> io.line(file + "  (of a run that was cut off)"));
        return folder;
    }
}
