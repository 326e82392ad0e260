package io.postern.cli;

import io.postern.km.Founding;
import io.postern.km.FoundingSettings;
import io.postern.km.ca.KeyKind;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        description =
                "Makes the vault: root and issuing authority, escrow, the first revocation lists, and the unseal key,"
                        + " which is shown once or written to two media. Does not end before the second is shown to"
                        + " work.",
        footer = {
            "",
            "Examples:",
            "  postern km init --organization Example --country CH --url http://pki.example.com/ --shares 2/3",
            "  postern km init --organization Example --country CH --url http://pki.example.com/ \\",
            "      --write-to /media/one --backup-to /media/two --verify-from /media/two",
            "",
            "Who loses the unseal key, its backup and the shares has lost the authority and all escrowed keys; mail"
                    + " goes on."
        })
final class KmInit extends Common implements Callable<Integer> {
    private static final int TRIES = 3;

    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Option(
            names = "--organization",
            required = true,
            paramLabel = "NAME",
            description = "In the names of the authorities.")
    String organization = "";

    @Option(names = "--country", required = true, paramLabel = "CC", description = "Two letters.")
    String country = "";

    @Option(
            names = "--url",
            required = true,
            paramLabel = "URL",
            description =
                    "Where clients will fetch revocation lists and certificates: http://HOST/PATH. It is in every"
                            + " certificate and can't be changed later.")
    URI url = URI.create("");

    @Option(names = "--ca-key", paramLabel = "KIND", description = "rsa-4096 (default) or p-384.")
    String kind = "rsa-4096";

    @Option(
            names = "--shares",
            paramLabel = "M/N",
            description =
                    "Make N shares of which any M open the vault and recover keys, such as 2/3. Without them nothing"
                            + " can be recovered until they are made.")
    Optional<String> shares = Optional.empty();

    @Option(
            names = "--shares-to",
            paramLabel = "DIR",
            description = "Write each share to a file of its own there instead of showing it.")
    Optional<Path> sharesTo = Optional.empty();

    @Option(
            names = "--write-to",
            paramLabel = "DIR",
            description = "Write the unseal key to this medium instead of showing it.")
    Optional<Path> writeTo = Optional.empty();

    @Option(names = "--backup-to", paramLabel = "DIR", description = "And to this second one.")
    Optional<Path> backupTo = Optional.empty();

    @Option(
            names = "--verify-from",
            paramLabel = "PATH",
            description = "Show that the second works: its folder or file (else it is asked for).")
    Optional<Path> verifyFrom = Optional.empty();

    KmInit(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        if (writeTo.isPresent() != backupTo.isPresent()) {
            throw Failure.usage("--write-to and --backup-to go together: two media, one a backup");
        }
        var settings =
                new FoundingSettings(
                        organization, country, url, kind(kind), shares.map(KmInit::quorum));
        var world = KmAccess.world(io, data);
        checkFolders(world.data());
        io.err().println("postern: making the vault; the keys take some seconds");
        makeFolder(world.data());
        try (var founding =
                Founding.begin(world, KmAccess.secretForNew(io, data, world), settings)) {
            var written = hand(founding);
            boolean proven = false;
            try {
                prove(founding);
                proven = true;
            } finally {
                if (!proven) {
                    written.forEach(KmInit::delete);
                }
            }
            founding.complete();
        }
        io.line("The vault is made and sealed. `postern km status` shows it.");
        return 0;
    }

    static KeyKind kind(String word) {
        for (var kind : KeyKind.values()) {
            if (kind.name().equalsIgnoreCase(word.replace('-', '_'))) {
                return kind;
            }
        }
        throw Failure.usage(
                "there is no kind of key "
                        + word
                        + ": rsa-4096 or p-384 for authorities, rsa-3072 or p-256 for people");
    }

    static FoundingSettings.Quorum quorum(String text) {
        int slash = text.indexOf('/');
        try {
            return new FoundingSettings.Quorum(
                    Integer.parseInt(text.substring(0, Math.max(0, slash))),
                    Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new Failure("\"" + text + "\" is no M/N: write such as 2/3", e);
        }
    }

    static void makeFolder(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder,
                        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                                java.nio.file.attribute.PosixFilePermissions.fromString(
                                        "rwx------")));
            }
        } catch (IOException e) {
            throw new Failure("the folder " + folder + " can't be made: " + e.getMessage(), e);
        }
    }

    private void checkFolders(Path dataFolder) {
        var folders = new ArrayList<Path>();
        writeTo.ifPresent(folders::add);
        backupTo.ifPresent(folders::add);
        for (var folder : folders) {
            var path = io.file(folder).toAbsolutePath().normalize();
            KmOutput.writable(path);
            if (path.startsWith(dataFolder)) {
                throw Failure.of(
                        path + " is in the data folder: who steals that would have the key",
                        "name a medium that is kept elsewhere");
            }
        }
        sharesTo.ifPresent(folder -> KmOutput.writable(io.file(folder).toAbsolutePath()));
        try {
            if (writeTo.isPresent()
                    && backupTo.isPresent()
                    && Files.isSameFile(io.file(writeTo.get()), io.file(backupTo.get()))) {
                throw Failure.of(
                        "--write-to and --backup-to are the same folder",
                        "name two media: one lost must leave the other");
            }
        } catch (IOException e) {
            throw new Failure("the two folders can't be compared: " + e.getMessage(), e);
        }
    }

    /// Shows or writes key and shares.
    ///
    /// @return the files written
    private List<Path> hand(Founding founding) {
        var written = new ArrayList<Path>();
        var key = founding.unsealKey().printed();
        if (writeTo.isPresent() && backupTo.isPresent()) {
            for (var folder : List.of(writeTo.get(), backupTo.get())) {
                var file = io.file(folder).resolve(name(founding));
                KmOutput.write(file, (key + "\n").getBytes(StandardCharsets.US_ASCII));
                written.add(file);
                if (!KmInput.secretLine(file).equals(key)) {
                    throw Failure.of(
                            file + " does not read back what was written", "take another medium");
                }
                io.line("the unseal key is in " + file);
            }
        } else {
            io.line(
                    "The unseal key. It is shown this once: write it down twice, on paper, and keep"
                            + " the two at different places.");
            io.line("");
            io.line("    " + key);
            io.line("");
        }
        for (var share : founding.shares()) {
            if (sharesTo.isPresent()) {
                var file =
                        io.file(sharesTo.get())
                                .resolve(
                                        "postern-share-%s-%d.txt"
                                                .formatted(share.set(), share.number()));
                KmOutput.write(file, (share.printed() + "\n").getBytes(StandardCharsets.US_ASCII));
                written.add(file);
                io.line(share.name() + " is in " + file);
            } else {
                io.line(share.name() + ", for one person alone:");
                io.line("    " + share.printed());
            }
        }
        io.out().flush();
        return written;
    }

    private static String name(Founding founding) {
        var printed = founding.unsealKey().printed();
        int from = printed.indexOf(' ') + 1;
        return "postern-unseal-"
                + printed.substring(from, from + 4).toUpperCase(Locale.ROOT)
                + ".txt";
    }

    /// Whoever holds the backup shows that it can be read.
    private void prove(Founding founding) {
        if (verifyFrom.isPresent()) {
            var path = io.file(verifyFrom.get());
            var file = Files.isDirectory(path) ? path.resolve(name(founding)) : path;
            if (!shown(founding, KmInput.secretLine(file))) {
                throw Failure.of(
                        file + " has another key: the backup does not work",
                        "begin again with another medium; nothing was made");
            }
            io.line("the backup works: " + file);
            return;
        }
        var console = KmInput.console(io);
        for (int i = 0; i < TRIES; i++) {
            var text =
                    console == null
                            ? standardInput()
                            : KmInput.ask(console, "Type the unseal key from the second copy: ");
            try {
                if (shown(founding, text)) {
                    io.line("the second copy is right");
                    return;
                }
                io.err().println("postern: that is another vault's key");
            } catch (KmException e) {
                io.err().println("postern: " + e.getMessage());
            }
            if (console == null) {
                break;
            }
        }
        throw Failure.of(
                "the second copy of the unseal key was not shown to work, so nothing was made",
                "begin again with `postern km init`, and type the key from the copy, or give --verify-from");
    }

    private static boolean shown(Founding founding, String text) {
        try (var key = KmInput.unsealKey(text)) {
            return founding.isUnsealKey(key);
        }
    }

    private String standardInput() {
        try {
            var line = new java.io.ByteArrayOutputStream();
            for (int octet = io.in().read(); octet >= 0 && octet != '\n'; octet = io.in().read()) {
                if (line.size() > 1000) {
                    break;
                }
                line.write(octet);
            }
            return line.toString(StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new Failure("standard input can't be read: " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // It opens nothing: the vault it belongs to was never made.
        }
    }
}
