package io.postern.cli;

import io.postern.admin.ImportedKey;
import io.postern.admin.Json;
import io.postern.admin.KeyView;
import io.postern.admin.NewKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "dkim",
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes, imports and shows DKIM keys and their DNS records.",
        footer = {
            "",
            "Examples:",
            "  postern dkim new example.com",
            "  postern dkim record example.com >> example.com.zone"
        })
final class DkimCommand extends Common implements Runnable {
    /// A PEM file of a 4096-bit key has 3.3 KB.
    private static final int MAX_PEM_OCTETS = 32 * 1024;

    private final Io io;

    DkimCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with keys; see `postern dkim --help`");
    }

    @Command(
            name = "new",
            description =
                    "Makes an RSA and an Ed25519 key for a domain and signs with them from now on.",
            footer = {
                "",
                "Examples:",
                "  postern dkim new example.com",
                "  postern dkim new example.com --algorithm rsa --bits 4096 --selector summer",
                "",
                "Publish the records that it prints, or receivers can't verify what leaves."
            })
    int make(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "DOMAIN", description = "The signing domain.") String domain,
            @Option(
                            names = "--algorithm",
                            paramLabel = "ALG",
                            split = ",",
                            description = "rsa, ed25519, or both (default: both).")
                    Set<String> algorithms,
            @Option(
                            names = "--selector",
                            paramLabel = "NAME",
                            description =
                                    "The selector, with one algorithm (default: made of the date).")
                    Optional<String> selector,
            @Option(
                            names = "--bits",
                            paramLabel = "N",
                            description = "Bits of the RSA key, 2048 to 4096 (default: 2048).")
                    Optional<Integer> bits,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<KeyView> made;
        try (var operations = Access.openOrCreate(io, data)) {
            made =
                    operations.newDkimKeys(
                            new NewKeys(
                                    domain,
                                    algorithms == null ? Set.of() : algorithms,
                                    selector,
                                    bits));
        }
        if (json) {
            io.line(Json.pretty(made));
        } else {
            io.line("; made; publish in the DNS of " + domain + ":");
            made.forEach(key -> io.line(key.zone()));
        }
        return 0;
    }

    @Command(
            name = "list",
            description = "Lists the keys of one domain, or of all.",
            footer = {"", "Example:", "  postern dkim list example.com"})
    int list(
            @Mixin DataOptions.AndCommon data,
            @Parameters(arity = "0..1", paramLabel = "DOMAIN", description = "Only this domain's.")
                    Optional<String> domain,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<KeyView> keys;
        try (var operations = Access.open(io, data)) {
            keys = operations.dkimKeys(domain);
        }
        if (json) {
            io.line(Json.pretty(keys));
            return 0;
        }
        if (keys.isEmpty()) {
            throw Failure.of(
                    "there is no key" + domain.map(name -> " for " + name).orElse(""),
                    "make one with `postern dkim new " + domain.orElse("DOMAIN") + "`");
        }
        var table = new Table("DOMAIN", "SELECTOR", "ALGORITHM", "BITS", "STATE", "CREATED");
        for (var key : keys) {
            table.row(
                    key.domain(),
                    key.selector(),
                    key.algorithm(),
                    Integer.toString(key.bits()),
                    key.state(),
                    Words.time(key.created()));
        }
        table.print(io);
        return 0;
    }

    @Command(
            name = "record",
            description = "Prints the DNS records of a domain's keys as zone-file lines.",
            footer = {
                "",
                "Examples:",
                "  postern dkim record example.com",
                "  postern dkim record example.com --selector r20261122a --json"
            })
    int record(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "DOMAIN", description = "The signing domain.") String domain,
            @Option(names = "--selector", paramLabel = "NAME", description = "Only this one's.")
                    Optional<String> selector,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<KeyView> keys;
        try (var operations = Access.open(io, data)) {
            keys =
                    operations.dkimKeys(Optional.of(domain)).stream()
                            .filter(key ->
                                    selector.isEmpty()
                                            || selector.get().equalsIgnoreCase(key.selector()))
                            .toList();
        }
        if (keys.isEmpty()) {
            throw Failure.of(
                    "there is no such key for " + domain,
                    "make one with `postern dkim new " + domain + "`");
        }
        if (json) {
            io.line(Json.pretty(keys));
        } else {
            keys.forEach(key -> io.line(key.zone()));
        }
        return 0;
    }

    @Command(
            name = "import",
            description =
                    "Takes over a private key that OpenDKIM, rspamd or openssl made (PKCS#1 or PKCS#8 PEM), and signs "
                            + "with it from now on.",
            footer = {
                "",
                "Examples:",
                "  postern dkim import example.com mail /etc/opendkim/keys/mail.private",
                "  openssl genrsa 2048 | postern dkim import example.com mail -"
            })
    int take(
            @Mixin DataOptions.AndCommon data,
            @Parameters(index = "0", paramLabel = "DOMAIN", description = "The signing domain.")
                    String domain,
            @Parameters(index = "1", paramLabel = "SELECTOR", description = "Its selector.")
                    String selector,
            @Parameters(
                            index = "2",
                            paramLabel = "PEM",
                            description = "The file, or - for standard input.")
                    Path pem,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        KeyView key;
        var text = readPem(pem);
        try (var operations = Access.openOrCreate(io, data)) {
            key = operations.importDkimKey(new ImportedKey(domain, selector, text));
        }
        if (json) {
            io.line(Json.pretty(key));
        } else {
            io.line("; imported; its record in the DNS should read:");
            io.line(key.zone());
        }
        return 0;
    }

    private String readPem(Path pem) {
        try {
            byte[] octets;
            if (pem.toString().equals("-")) {
                octets = io.in().readNBytes(MAX_PEM_OCTETS + 1);
            } else {
                try (var in = Files.newInputStream(io.file(pem))) {
                    octets = in.readNBytes(MAX_PEM_OCTETS + 1);
                }
            }
            if (octets.length > MAX_PEM_OCTETS) {
                throw Failure.of(pem + " is too large for a private key", "name a PEM file");
            }
            return new String(octets, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw Inputs.unreadable(pem, e);
        }
    }
}
