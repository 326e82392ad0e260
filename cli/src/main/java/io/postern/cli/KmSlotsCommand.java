package io.postern.cli;

import io.postern.km.OpenVault;
import io.postern.km.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "slots",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and changes what opens the vault.",
        footer = {
            "",
            "Examples:",
            "  postern km slots list",
            "  postern km slots add --shares 2/3",
            "  postern km slots add --passphrase",
            "  postern km slots remove 1"
        })
final class KmSlotsCommand extends Common implements Runnable {
    private final Io io;

    KmSlotsCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with slots; see `postern km slots --help`");
    }

    @Command(
            name = "list",
            description = "Lists what opens the vault.",
            footer = {"", "Example:", "  postern km slots list"})
    int list(@Mixin DataOptions.AndCommon data) {
        try (var km = KmAccess.read(io, data)) {
            var table = new Table("SLOT", "OPENED BY");
            km.slots().forEach(slot -> table.row(slot.id() + "", slot.words()));
            table.print(io);
        }
        return 0;
    }

    @Command(
            name = "add",
            description =
                    "Adds a way to open the vault. Once there are shares, it needs them; the first shares are made with"
                            + " the unseal key.",
            footer = {
                "",
                "Examples:",
                "  postern km slots add --shares 2/3 --to /media/shares",
                "  postern km slots add --passphrase",
                "  postern km slots add --unseal-key"
            })
    int add(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Option(names = "--unseal-key", description = "A new unseal key.") boolean unsealKey,
            @Option(names = "--passphrase", description = "A passphrase, which is asked for.")
                    boolean passphrase,
            @Option(
                            names = "--passphrase-file",
                            paramLabel = "FILE",
                            description = "A passphrase, from a file (0600).")
                    Optional<Path> passphraseFile,
            @Option(names = "--shares", paramLabel = "M/N", description = "New shares, as 2/3.")
                    Optional<String> shares,
            @Option(
                            names = "--to",
                            paramLabel = "DIR",
                            description =
                                    "Write key or shares there (0600) instead of showing them.")
                    Optional<Path> to) {
        int ways =
                (unsealKey ? 1 : 0)
                        + (passphrase || passphraseFile.isPresent() ? 1 : 0)
                        + (shares.isPresent() ? 1 : 0);
        if (ways != 1) {
            throw Failure.usage("name one of --unseal-key, --passphrase and --shares");
        }
        to.ifPresent(folder -> KmOutput.writable(io.file(folder).toAbsolutePath()));
        if (shares.isPresent()) {
            return addShares(data, input, shares.get(), to);
        }
        return unsealKey ? addKey(data, input, to) : addPassphrase(data, input, passphraseFile);
    }

    private int addKey(DataOptions data, KmInput input, Optional<Path> to) {
        var made = KmAccess.opened(io, data, input, OpenVault::addUnsealKey);
        try (var key = made.key()) {
            hand(
                    "postern-unseal-slot-" + made.slot().id() + ".txt",
                    "the unseal key",
                    key.printed(),
                    to);
        }
        return 0;
    }

    private int addShares(DataOptions data, KmInput input, String shares, Optional<Path> to) {
        var quorum = KmInit.quorum(shares);
        var made = KmAccess.opened(io, data, input, vault -> vault.addShares(quorum));
        for (var share : made.shares()) {
            hand(
                    "postern-share-%s-%d.txt".formatted(share.set(), share.number()),
                    share.name(),
                    share.printed(),
                    to);
            share.close();
        }
        io.line("Give each to another person, and try them: postern km refresh");
        return 0;
    }

    private void hand(String name, String what, String printed, Optional<Path> to) {
        if (to.isPresent()) {
            var file = io.file(to.get()).resolve(name);
            KmOutput.write(file, (printed + "\n").getBytes(StandardCharsets.US_ASCII));
            io.line(what + " is in " + file);
        } else {
            io.line(what + ", shown this once:");
            io.line("    " + printed);
        }
    }

    private int addPassphrase(DataOptions data, KmInput input, Optional<Path> file) {
        try (var passphrase = file.map(this::read).orElseGet(this::asked)) {
            int id = KmAccess.opened(io, data, input, vault -> vault.addPassphrase(passphrase));
            io.line("slot " + id + " is opened by the passphrase");
        }
        return 0;
    }

    private Secret read(Path file) {
        return Secret.of(KmInput.secretLine(io.file(file)).toCharArray());
    }

    private Secret asked() {
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

    @Command(
            name = "remove",
            description = "Removes a way to open the vault; never the last.",
            footer = {"", "Example:", "  postern km slots remove 1"})
    int remove(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Parameters(paramLabel = "SLOT", description = "Its number.") int slot) {
        KmAccess.opened(
                io,
                data,
                input,
                vault -> {
                    vault.removeSlot(slot);
                    return true;
                });
        io.line("removed");
        return 0;
    }
}
