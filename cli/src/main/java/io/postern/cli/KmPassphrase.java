package io.postern.cli;

import io.postern.km.secret.Secret;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// Passphrases that are no opening of the vault: typed unseen, or from files that only their owner
/// can read.
final class KmPassphrase {
    private KmPassphrase() {}

    static Secret ofFile(Io io, Path file) {
        return Secret.of(KmInput.secretLine(io.file(file)).toCharArray());
    }

    /// One that exists.
    static Secret asked(Io io, String question) {
        var console = KmInput.console(io);
        if (console == null) {
            throw Failure.of(
                    "there is no terminal to type the passphrase at",
                    "give it with a --…passphrase-file");
        }
        return Secret.of(KmInput.ask(console, question).toCharArray());
    }

    /// A new one, typed twice or from a file.
    static Secret fresh(Io io, Optional<Path> file) {
        if (file.isPresent()) {
            return ofFile(io, file.get());
        }
        var console = KmInput.console(io);
        if (console == null) {
            throw Failure.of(
                    "there is no terminal to type the new passphrase at",
                    "give it with --passphrase-file");
        }
        var one = console.readPassword("New passphrase: ");
        var other = console.readPassword("Again: ");
        if (one == null || other == null || !Arrays.equals(one, other)) {
            throw Failure.of("the two are not the same", "type the passphrase twice");
        }
        Arrays.fill(other, '\0');
        return Secret.of(one);
    }
}
