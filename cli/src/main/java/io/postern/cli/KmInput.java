package io.postern.cli;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.shares.Share;
import io.postern.km.vault.Opening;
import io.postern.km.vault.Pkcs11Token;
import io.postern.km.vault.UnsealKey;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a command takes what opens the vault from: files, a descriptor, the terminal (unseen),
/// else standard input. Never an argument: those are seen by everybody on the machine and kept by
/// shells.
final class KmInput {
    private static final int LONGEST = 64 << 10;
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rwx------");

    @Option(
            names = {"--secret-file", "--share-file"},
            paramLabel = "FILE",
            description =
                    "Read the unseal key, the passphrase or a share from a file that only you can"
                            + " read (0600). May be repeated for shares.")
    List<Path> files = List.of();

    @Option(
            names = "--secret-fd",
            paramLabel = "N",
            description = "Read it from an open file descriptor.")
    Optional<Integer> descriptor = Optional.empty();

    @Option(
            names = "--pkcs11",
            paramLabel = "LIBRARY",
            description = "A PKCS#11 token, by its maker's library; with --token.")
    Optional<Path> library = Optional.empty();

    @Option(names = "--token", paramLabel = "LABEL", description = "The token's label.")
    Optional<String> token = Optional.empty();

    @Option(
            names = "--pin-file",
            paramLabel = "FILE",
            description = "The token's PIN, from a file (0600); otherwise asked for.")
    Optional<Path> pin = Optional.empty();

    /// Whether standard input is not needed.
    boolean named() {
        return !files.isEmpty() || descriptor.isPresent() || library.isPresent();
    }

    /// The token that was named, logged in to; the caller closes it. From then on it is not what
    /// opens the vault.
    Pkcs11Token takeToken(Io io) {
        if (library.isEmpty() || token.isEmpty()) {
            throw Failure.usage("--pkcs11 LIBRARY and --token LABEL go together");
        }
        var path = io.file(library.get());
        library = Optional.empty();
        try (var secret =
                pin.isPresent()
                        ? KmPassphrase.ofFile(io, pin.get())
                        : KmPassphrase.asked(io, "PIN of token " + token.get() + ": ")) {
            return Pkcs11Token.open(path, token.get(), secret);
        }
    }

    /// What opens the vault; the caller closes it.
    Opening opening(Io io) {
        if (library.isPresent()) {
            return new Opening.ByPkcs11(takeToken(io));
        }
        if (!files.isEmpty()) {
            var lines = new ArrayList<String>();
            for (var file : files) {
                lines.addAll(lines(octets(io.file(file))));
            }
            return of(lines, null);
        }
        if (descriptor.isPresent()) {
            try (var in = Files.newInputStream(Path.of("/dev/fd/" + descriptor.get()))) {
                return of(lines(bounded(in, "descriptor " + descriptor.get())), null);
            } catch (IOException e) {
                throw new Failure(
                        "descriptor " + descriptor.get() + " can't be read: " + e.getMessage(), e);
            }
        }
        var console = console(io);
        if (console != null) {
            return of(List.of(ask(console, "Unseal key, passphrase or share: ")), console);
        }
        try {
            return of(lines(bounded(io.in(), "standard input")), null);
        } catch (IOException e) {
            throw new Failure("standard input can't be read: " + e.getMessage(), e);
        }
    }

    static @Nullable Console console(Io io) {
        var console = io.in().equals(System.in) ? System.console() : null;
        return console != null && console.isTerminal() ? console : null;
    }

    static String ask(Console console, String question) {
        var typed = console.readPassword("%s", question);
        if (typed == null) {
            throw Failure.of("nothing was typed", "run it again, or give --secret-file");
        }
        var text = new String(typed);
        java.util.Arrays.fill(typed, '\0');
        return text.strip();
    }

    /// @param console to ask for more shares; null when nobody can be asked
    private static Opening of(List<String> lines, @Nullable Console console) {
        if (lines.isEmpty() || lines.getFirst().isBlank()) {
            throw Failure.of(
                    "nothing was given to open the vault with",
                    "type the unseal key, or name a file with --secret-file");
        }
        var first = lines.getFirst();
        if (begins(first, Share.PREFIX)) {
            return shares(lines, console);
        }
        if (begins(first, UnsealKey.PREFIX)) {
            return new Opening.ByUnsealKey(unsealKey(first));
        }
        return new Opening.ByPassphrase(Secret.of(first.toCharArray()));
    }

    static UnsealKey unsealKey(String text) {
        return switch (UnsealKey.parse(text)) {
            case UnsealKey.Parsed.Ok(var key) -> key;
            case UnsealKey.Parsed.Bad(var why) -> throw new KmException(why);
        };
    }

    private static Opening shares(List<String> lines, @Nullable Console console) {
        var shares = new ArrayList<Share>();
        for (var line : lines) {
            shares.add(share(line));
        }
        int needed = shares.getFirst().threshold();
        while (console != null && shares.size() < needed) {
            var question = "Share %d of %d that are needed: ".formatted(shares.size() + 1, needed);
            switch (Share.parse(ask(console, question))) {
                case Share.Parsed.Ok(var share) -> shares.add(share);
                // Who mistyped one need not type the others again.
                case Share.Parsed.Bad(var why) -> console.printf("%s%n", why);
            }
        }
        return new Opening.ByShares(shares);
    }

    private static Share share(String line) {
        return switch (Share.parse(line)) {
            case Share.Parsed.Ok(var share) -> share;
            case Share.Parsed.Bad(var why) -> throw new KmException(why);
        };
    }

    private static boolean begins(String text, String prefix) {
        return text.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static List<String> lines(byte[] octets) {
        var lines =
                new String(octets, StandardCharsets.UTF_8)
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .toList();
        java.util.Arrays.fill(octets, (byte) 0);
        return lines;
    }

    /// The first line of a file with a secret that is not a comment.
    static String secretLine(Path file) {
        var lines = lines(octets(file));
        if (lines.isEmpty()) {
            throw Failure.of(file + " is empty", "name the file with the secret");
        }
        return lines.getFirst();
    }

    private static byte[] octets(Path file) {
        try {
            var modes = Files.getPosixFilePermissions(file);
            if (!OWNER.containsAll(modes)) {
                throw Failure.of(
                        file
                                + " is open to others (mode "
                                + PosixFilePermissions.toString(modes)
                                + ")",
                        "run `chmod 600 "
                                + file
                                + "`, and if others may have read it, make a new secret with `postern km slots add`");
            }
            if (!Files.isRegularFile(file)) {
                throw Failure.of(file + " is no file", "name the file with the secret");
            }
            try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return bounded(in, file.toString());
            }
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
    }

    private static byte[] bounded(InputStream in, String name) throws IOException {
        var out = new ByteArrayOutputStream();
        var buffer = new byte[4096];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
            if (out.size() > LONGEST) {
                throw Failure.of(name + " is too long for a secret", "give the secret alone");
            }
        }
        java.util.Arrays.fill(buffer, (byte) 0);
        return out.toByteArray();
    }
}
