package io.postern.cli;

import io.postern.admin.ImportedKey;
import io.postern.admin.Json;
import io.postern.admin.KeyCheckView;
import io.postern.admin.KeyName;
import io.postern.admin.KeyView;
import io.postern.admin.NewKeys;
import io.postern.admin.Rotation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
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
        description = "Makes, imports, rotates and shows DKIM keys and their DNS records.",
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
                    "Makes an RSA and an Ed25519 key for a domain, or those that its `algorithms` name. They sign as soon "
                            + "as every authoritative server of the domain shows their records.",
            footer = {
                "",
                "Examples:",
                "  postern dkim new example.com",
                "  postern dkim new example.com --algorithm rsa --bits 4096 --selector summer",
                "",
                "Publish the records that it prints; `postern dkim check example.com` says what is still missing."
            })
    int make(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "DOMAIN", description = "The signing domain.") String domain,
            @Option(
                            names = "--algorithm",
                            paramLabel = "ALG",
                            split = ",",
                            description =
                                    "rsa, ed25519, or both (default: the domain's `algorithms`).")
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
                            description =
                                    "Bits of the RSA key, 2048 to 4096 (default: [dkim] bits).")
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
            io.line("; made; in the DNS of " + domain + " must be:");
            made.forEach(this::printRecord);
            sayWhen(made);
        }
        return 0;
    }

    @Command(
            name = "list",
            description = "Lists the keys of one domain, or of all.",
            footer = {
                "",
                "Examples:",
                "  postern dkim list example.com",
                "  postern dkim list example.com --history"
            })
    int list(
            @Mixin DataOptions.AndCommon data,
            @Parameters(arity = "0..1", paramLabel = "DOMAIN", description = "Only this domain's.")
                    Optional<String> domain,
            @Option(names = "--history", description = "Each state of each key, and why.")
                    boolean history,
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
        if (history) {
            keys.forEach(this::printHistory);
            return 0;
        }
        var table = new Table("DOMAIN", "SELECTOR", "ALGORITHM", "STATE", "SINCE", "SEEN IN DNS");
        for (var key : keys) {
            table.row(
                    key.domain(),
                    key.selector(),
                    key.algorithm() + " " + key.bits(),
                    key.state() + (key.compromised() ? ", compromised" : ""),
                    Words.time(key.since()),
                    seen(key));
        }
        table.print(io);
        return 0;
    }

    private static String seen(KeyView key) {
        if (key.withoutDns()) {
            return "not looked for";
        }
        return key.seen().map(Words::time).orElse(key.dns().isEmpty() ? "not yet" : "no");
    }

    private void printHistory(KeyView key) {
        io.line(
                "%s._domainkey.%s, %s, %d bits"
                        .formatted(key.selector(), key.domain(), key.algorithm(), key.bits()));
        for (var step : key.history()) {
            io.line("  %s  %-9s  %s".formatted(Words.time(step.at()), step.state(), step.cause()));
        }
        if (!key.dns().isEmpty()) {
            io.line("  in the DNS: " + key.dns());
        }
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
            keys.forEach(this::printRecord);
            io.line(
                    "; 1. Put the lines above into the zone of "
                            + domain
                            + ", at its DNS provider");
            io.line(
                    ";    as TXT (and CNAME) records; the parts in quotation marks are one record.");
            io.line("; 2. See that it is right: postern dkim check " + domain);
            io.line("; 3. The gateway looks as well, and signs when every server shows them.");
        }
        return 0;
    }

    private void printRecord(KeyView key) {
        key.alias().ifPresent(alias -> io.line(alias + ". IN CNAME " + key.name() + "."));
        if (key.state().equals("removed")) {
            return;
        }
        io.line(key.zone());
    }

    private void sayWhen(List<KeyView> keys) {
        if (!keys.getFirst().ours()) {
            // Not into a zone file, where nobody reads it.
            io.err()
                    .println(
                            "postern: warning: %s is not in the configuration: add it as a [[domain]], or nothing is signed with it"
                                    .formatted(keys.getFirst().domain()));
        } else if (keys.stream().allMatch(key -> key.state().equals("active"))) {
            io.line("; signing now, without a look at the DNS");
        } else {
            io.line(
                    "; it signs when every authoritative server shows this: postern dkim check "
                            + keys.getFirst().domain());
        }
    }

    @Command(
            name = "check",
            description =
                    "Looks at the records of a domain's keys, or of all, on every authoritative server, and says what "
                            + "is wrong. Exit code 1 when something is, 75 when it could not all be looked at.",
            footer = {
                "",
                "Examples:",
                "  postern dkim check example.com",
                "  postern dkim check --json"
            })
    int check(
            @Mixin DataOptions.AndCommon data,
            @Parameters(arity = "0..1", paramLabel = "DOMAIN", description = "Only this domain's.")
                    Optional<String> domain,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<KeyCheckView> checks;
        try (var operations = Access.open(io, data)) {
            checks = operations.checkDkimKeys(domain);
        }
        if (checks.isEmpty()) {
            throw Failure.of(
                    "there is no key to look for" + domain.map(name -> " of " + name).orElse(""),
                    "make one with `postern dkim new " + domain.orElse("DOMAIN") + "`");
        }
        if (json) {
            io.line(Json.pretty(checks));
        } else {
            checks.forEach(this::printCheck);
        }
        var verdicts = checks.stream().map(KeyCheckView::verdict).toList();
        return verdicts.contains("wrong") ? 1 : verdicts.contains("unknown") ? Failure.LATER : 0;
    }

    private void printCheck(KeyCheckView check) {
        var key = check.key();
        io.line(
                "%-7s %s._domainkey.%s (%s, %s)"
                        .formatted(
                                check.verdict(),
                                key.selector(),
                                key.domain(),
                                key.algorithm(),
                                key.state()));
        check.findings().forEach(finding -> io.line("        " + finding.words()));
        if (check.verdict().equals("wrong")) {
            io.line("        should be:");
            key.alias()
                    .ifPresent(alias ->
                            io.line("        " + alias + ". IN CNAME " + key.name() + "."));
            io.line("        " + key.zone());
        }
    }

    @Command(
            name = "activate",
            description =
                    "Signs with a key from now on, whether or not its record is in the DNS. For laboratories; it is "
                            + "recorded, and each start warns of it.",
            footer = {
                "",
                "Example:",
                "  postern dkim activate example.com r20261122a --without-dns"
            })
    int activate(
            @Mixin DataOptions.AndCommon data,
            @Parameters(index = "0", paramLabel = "DOMAIN", description = "The signing domain.")
                    String domain,
            @Parameters(index = "1", paramLabel = "SELECTOR", description = "The key's selector.")
                    String selector,
            @Option(names = "--without-dns", description = "Needed: says that you know.")
                    boolean withoutDns,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        if (!withoutDns) {
            throw Failure.usage(
                    "a key signs by itself when every authoritative server shows its record"
                            + " (`postern dkim check "
                            + domain
                            + "`); add --without-dns to put it to use before");
        }
        KeyView key;
        try (var operations = Access.open(io, data)) {
            key = operations.activateDkimKey(new KeyName(domain, selector));
        }
        print(List.of(key), json, "signs from now on, without a look at the DNS");
        return 0;
    }

    @Command(
            name = "rotate",
            description =
                    "Makes the successors of a domain's keys. The old ones sign until the new ones are in the DNS, and "
                            + "stay there for the mail on its way.",
            footer = {
                "",
                "Examples:",
                "  postern dkim rotate example.com",
                "  postern dkim rotate example.com --algorithm rsa --compromised"
            })
    int rotate(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "DOMAIN", description = "The signing domain.") String domain,
            @Option(
                            names = "--algorithm",
                            paramLabel = "ALG",
                            split = ",",
                            description =
                                    "rsa, ed25519 (default: those that sign now; with --compromised all that are not void).")
                    Set<String> algorithms,
            @Option(
                            names = "--compromised",
                            description =
                                    "Somebody else may have the old keys: they are void as soon as the new ones are "
                                            + "visible and queued mail is signed anew.")
                    boolean compromised,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<KeyView> made;
        try (var operations = Access.open(io, data)) {
            made =
                    operations.rotateDkimKeys(
                            new Rotation(
                                    domain,
                                    algorithms == null ? Set.of() : algorithms,
                                    compromised));
        }
        if (json) {
            io.line(Json.pretty(made));
        } else {
            io.line("; the next keys; in the DNS of " + domain + " must be:");
            made.forEach(this::printRecord);
            sayWhen(made);
        }
        return 0;
    }

    @Command(
            name = "retire",
            description =
                    "Takes a key out of use: one that never signed is void at once, one that did stays in the DNS for "
                            + "the mail on its way.",
            footer = {"", "Example:", "  postern dkim retire example.com r20261122a"})
    int retire(
            @Mixin DataOptions.AndCommon data,
            @Parameters(index = "0", paramLabel = "DOMAIN", description = "The signing domain.")
                    String domain,
            @Parameters(index = "1", paramLabel = "SELECTOR", description = "The key's selector.")
                    String selector,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        KeyView key;
        try (var operations = Access.open(io, data)) {
            key = operations.retireDkimKey(new KeyName(domain, selector));
        }
        print(List.of(key), json, "is " + key.state());
        return 0;
    }

    private void print(List<KeyView> keys, boolean json, String words) {
        if (json) {
            io.line(Json.pretty(keys));
        } else {
            keys.forEach(
                    key -> io.line(key.selector() + "._domainkey." + key.domain() + " " + words));
        }
    }

    @Command(
            name = "import",
            description =
                    "Takes over a private key that OpenDKIM, rspamd or openssl made (PKCS#1 or PKCS#8 PEM). It signs as "
                            + "soon as every authoritative server of the domain shows its record.",
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
            printRecord(key);
            sayWhen(List.of(key));
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
                warnOfReaders(pem);
            }
            if (octets.length > MAX_PEM_OCTETS) {
                throw Failure.of(pem + " is too large for a private key", "name a PEM file");
            }
            return new String(octets, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw Inputs.unreadable(pem, e);
        }
    }

    /// Our copy is wrapped, so it is only said.
    private void warnOfReaders(Path pem) throws IOException {
        try {
            if (Files.getPosixFilePermissions(io.file(pem))
                    .contains(PosixFilePermission.OTHERS_READ)) {
                io.err()
                        .println(
                                "postern: warning: every user of this machine can read %s: delete it or `chmod 600` it, and rotate the key if others had accounts here"
                                        .formatted(pem));
            }
        } catch (UnsupportedOperationException _) {
            // A file system without such permissions.
        }
    }
}
