package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.secret.Secret;
import io.postern.km.shares.Share;
import io.postern.km.vault.Pkcs11Token;
import io.postern.km.vault.Slot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
                "  postern km slots add --unseal-key",
                "  postern km slots add --pkcs11 /usr/lib/softhsm/libsofthsm2.so --token postern"
            })
    int add(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
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
                            names = "--key",
                            paramLabel = "LABEL",
                            description =
                                    "The key in the token of --pkcs11; made if absent (default: postern-km).")
                    Optional<String> keyLabel,
            @Option(
                            names = "--to",
                            paramLabel = "DIR",
                            description =
                                    "Write key or shares there (0600) instead of showing them.")
                    Optional<Path> to) {
        int ways =
                (unsealKey ? 1 : 0)
                        + (passphrase || passphraseFile.isPresent() ? 1 : 0)
                        + (shares.isPresent() ? 1 : 0)
                        + (input.library.isPresent() ? 1 : 0);
        if (ways != 1) {
            throw Failure.usage("name one of --unseal-key, --passphrase, --shares and --pkcs11");
        }
        to.ifPresent(folder -> KmOutput.writable(io.file(folder).toAbsolutePath()));
        if (input.library.isPresent()) {
            return addToken(data, input, consent, keyLabel.orElse(Pkcs11Token.KEY));
        }
        if (shares.isPresent()) {
            return addShares(data, input, consent, shares.get(), to);
        }
        return unsealKey
                ? addKey(data, input, consent, to)
                : addPassphrase(data, input, consent, passphraseFile);
    }

    private int addKey(DataOptions data, KmInput input, KmConsent consent, Optional<Path> to) {
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.addSlot(Slot.Kind.UNSEAL_KEY),
                        vault ->
                                vault.addUnsealKey(made ->
                                        hand(
                                                "postern-unseal-slot-" + made.slot().id() + ".txt",
                                                "the unseal key",
                                                made.key().printed(),
                                                to)))
                .ifPresent(made -> made.key().close());
        return 0;
    }

    private int addToken(DataOptions data, KmInput input, KmConsent consent, String keyLabel) {
        var draft = Acts.addSlot(Slot.Kind.PKCS11);
        if (consent.request) {
            KmActs.act(io, data, input, consent, draft, _ -> true);
            return 0;
        }
        try (var token = input.takeToken(io)) {
            KmActs.act(io, data, input, consent, draft, vault -> vault.addPkcs11(token, keyLabel))
                    .ifPresent(id -> io.line("slot " + id + " is opened by the token"));
        }
        return 0;
    }

    private int addShares(
            DataOptions data, KmInput input, KmConsent consent, String shares, Optional<Path> to) {
        var quorum = KmInit.quorum(shares);
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.addShares(quorum),
                        vault ->
                                vault.addShares(
                                        quorum,
                                        made ->
                                                made.shares()
                                                        .forEach(share ->
                                                                hand(
                                                                        "postern-share-%s-%d.txt"
                                                                                .formatted(
                                                                                        share.set(),
                                                                                        share
                                                                                                .number()),
                                                                        share.name(),
                                                                        share.printed(),
                                                                        to))))
                .ifPresent(made -> {
                    made.shares().forEach(Share::close);
                    io.line("Give each to another person, and try them: postern km refresh");
                });
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
            if (io.out().checkError()) {
                // Not seen by anybody: then the slot must not stand.
                throw Failure.of("it could not be shown", "name a folder with --to");
            }
        }
    }

    private int addPassphrase(
            DataOptions data, KmInput input, KmConsent consent, Optional<Path> file) {
        var draft = Acts.addSlot(Slot.Kind.PASSPHRASE);
        try (var passphrase =
                consent.request ? Secret.of(new byte[0]) : KmPassphrase.fresh(io, file)) {
            KmActs.act(io, data, input, consent, draft, vault -> vault.addPassphrase(passphrase))
                    .ifPresent(id -> io.line("slot " + id + " is opened by the passphrase"));
        }
        return 0;
    }

    @Command(
            name = "remove",
            description = "Removes a way to open the vault; never the last.",
            footer = {"", "Example:", "  postern km slots remove 1"})
    int remove(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(paramLabel = "SLOT", description = "Its number.") int slot) {
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.removeSlot(slot),
                        vault -> {
                            vault.removeSlot(slot);
                            return true;
                        })
                .ifPresent(_ -> io.line("removed"));
        return 0;
    }
}
