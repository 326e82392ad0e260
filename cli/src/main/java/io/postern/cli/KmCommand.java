package io.postern.cli;

import io.postern.gateway.config.Durations;
import io.postern.km.Acts;
import io.postern.km.CertificateView;
import io.postern.km.Chosen;
import io.postern.km.IssueOrder;
import io.postern.km.OpenVault;
import io.postern.km.RenewalsDue;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationReason;
import io.postern.km.ca.Usage;
import io.postern.km.consent.Draft;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "km",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "The key management server: S/MIME certificates, revocation, recovery, a vault that is sealed while mail"
                        + " flows.",
        footer = {
            "",
            "Examples:",
            "  postern km init --organization Example --country CH --url http://pki.example.com/ --shares 2/3",
            "  postern km status",
            "  postern km issue info@example.com",
            "  postern km revoke info@example.com --reason key-compromise",
            "",
            "What opens the vault is asked for, or read from --secret-file, --secret-fd or standard input."
        })
final class KmCommand extends KmViewCommands implements Runnable {
    private KmCommand(Io io) {
        super(io);
    }

    /// With its groups below it.
    static CommandLine line(Io io) {
        return new CommandLine(new KmCommand(io))
                .addSubcommand("init", new KmInit(io))
                .addSubcommand("backup", new KmBackup(io))
                .addSubcommand("verify-backup", new KmVerifyBackup(io))
                .addSubcommand("restore", new KmRestore(io))
                .addSubcommand("move", new KmMove(io))
                .addSubcommand("anchor", new KmAnchor(io))
                .addSubcommand("bulk", new KmBulkCommand(io))
                .addSubcommand("invite", new KmInviteCommand(io))
                .addSubcommand("invites", new KmInvitesCommand(io))
                .addSubcommand("redeem", new KmRedeemCommand(io))
                .addSubcommand("slots", new KmSlotsCommand(io))
                .addSubcommand("approver", new KmApproverCommand(io))
                .addSubcommand("approvers", new KmApproversCommand(io))
                .addSubcommand("policy", new KmPolicyCommand(io))
                .addSubcommand("requests", new KmRequestCommands.Show(io))
                .addSubcommand("approve", new KmRequestCommands.Approve(io))
                .addSubcommand("do", new KmRequestCommands.Do(io))
                .addSubcommand("unseal", new KmUnsealCommand(io))
                .addSubcommand("export-ca", new KmExportCommand(io))
                .addSubcommand("audit", new KmAuditCommand(io))
                .addSubcommand("smimea", new KmSmimeaCommand(io));
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do with keys; see `postern km --help`");
    }

    static Mailbox address(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    throw Failure.of(
                            Table.printable(text) + " is no address: " + why, "write LOCAL@DOMAIN");
        };
    }

    private static Pkcs12.Form form(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "modern" -> Pkcs12.Form.MODERN;
            case "compatible" -> Pkcs12.Form.COMPATIBLE;
            default -> throw Failure.usage("there is no form " + word + ": modern or compatible");
        };
    }

    private static List<Usage> usages(String word) {
        return usage(word)
                .orElseThrow(() ->
                        Failure.usage(
                                "there is no usage " + word + ": apart, sign, encrypt or both"));
    }

    static Optional<List<Usage>> usage(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "apart" -> Optional.of(IssueOrder.APART);
            case "sign" -> Optional.of(List.of(Usage.SIGN));
            case "encrypt" -> Optional.of(List.of(Usage.ENCRYPT));
            case "both" -> Optional.of(List.of(Usage.BOTH));
            default -> Optional.empty();
        };
    }

    /// What is common to `issue` and `renew`.
    static final class Order {
        @Option(names = "--key", paramLabel = "KIND", description = "rsa-3072 (default) or p-256.")
        String kind = "rsa-3072";

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "How long they are valid, 1 to 825 (default: 730).")
        int days = (int) IssueOrder.LIFETIME.toDays();

        @Option(
                names = "--form",
                paramLabel = "FORM",
                description =
                        "modern (default), or compatible for gpgsm 2.2 and old Windows and macOS.")
        String form = "modern";

        IssueOrder of(String address, String usage) {
            return of(address(address), usage);
        }

        Pkcs12.Form how() {
            return form(form);
        }

        IssueOrder of(Mailbox address, String usage) {
            if (days < 1 || days > 825) {
                throw Failure.usage(days + " days are not allowed: 1 to 825");
            }
            return new IssueOrder(
                    address, usages(usage), KmInit.kind(kind), Duration.ofDays(days), form(form));
        }
    }

    @Command(
            name = "issue",
            description =
                    "Issues certificates for signing and for encryption to an address: PKCS#12 files and a passphrase."
                            + " The encryption key is kept in escrow, the signing key"
                            + " never, but of --usage both.",
            footer = {
                "",
                "Examples:",
                "  postern km issue info@example.com --out /media/info",
                "  postern km issue info@example.com --form compatible --out /media/info --passphrase-to ~/info.txt",
                "  postern km issue info@example.com --csr request.pem > info.pem"
            })
    int issue(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Mixin Order order,
            @Mixin KmFiles files,
            @Mixin KmCsr csr,
            @Option(
                            names = "--usage",
                            paramLabel = "USAGE",
                            defaultValue = "apart",
                            description =
                                    "apart (default: one to sign, one to encrypt), sign, encrypt, or both in one.")
                    String usage,
            @Parameters(paramLabel = "ADDRESS", description = "Whose they are.") String address) {
        if (csr.request.isPresent()) {
            return csr.issue(io, data, input, consent, order, address, usage);
        }
        if (csr.noEscrow) {
            throw Failure.usage("--no-escrow goes with --csr: keys that are made here are kept");
        }
        var meant = order.of(address, usage);
        escrowed(io, List.of(meant));
        return make(data, input, consent, files, meant, false);
    }

    @Command(
            name = "renew",
            description =
                    "Issues the next certificates of an address, with new keys. The old ones stay valid until they"
                            + " expire.",
            footer = {
                "",
                "Examples:",
                "  postern km renew info@example.com",
                "  postern km renew --due --out /media/files --passphrases-to /media/letters",
                "",
                "--due renews all that end within 30 days, with keys of the kind that they have, but of nobody who left"
                        + " or whose certificate was revoked or is held. Cut off, it goes on when started again."
            })
    int renew(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Mixin Order order,
            @Mixin KmFiles files,
            @Option(names = "--due", description = "All that end soon.") boolean due,
            @Option(
                            names = "--within",
                            paramLabel = "TIME",
                            defaultValue = "30d",
                            description = "What soon is (default: 30d).")
                    String within,
            @Option(
                            names = "--passphrases-to",
                            paramLabel = "DIR",
                            description =
                                    "With --due: where a file for each with the passphrase goes.")
                    Optional<Path> passphrasesTo,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "ADDRESS",
                            description = "Whose they are; or --due.")
                    Optional<String> address) {
        if (due == address.isPresent()) {
            throw Failure.usage("name an ADDRESS, or --due");
        }
        if (!due) {
            return make(data, input, consent, files, order.of(address.get(), "apart"), true);
        }
        var folders = new KmFolders();
        folders.out = files.out;
        folders.passphrasesTo = passphrasesTo;
        if (files.passphraseTo.isPresent()) {
            throw Failure.usage("--due has a passphrase for each: --passphrases-to DIR");
        }
        return KmBulkCommand.renew(io, data, input, consent, folders, within(within), order, false);
    }

    private static Duration within(String text) {
        var span = Durations.parse(text);
        if (span.isEmpty() || span.get().compareTo(Duration.ofDays(825)) > 0) {
            throw Failure.usage(text + " is no time such as 30d, of 825d at most");
        }
        return span.get();
    }

    private int make(
            DataOptions data,
            KmInput input,
            KmConsent consent,
            KmFiles files,
            IssueOrder order,
            boolean renew) {
        if (!consent.request) {
            files.check(io, true);
        }
        KmActs.act(
                io,
                data,
                input,
                consent,
                renew ? Acts.renew(order) : Acts.issue(order),
                vault ->
                        files.safely(
                                io,
                                vault,
                                handout -> {
                                    (renew
                                                    ? vault.renew(order, handout)
                                                    : vault.issue(order, handout))
                                            .close();
                                }));
        return 0;
    }

    /// Said once: BOTH is for reading too, and what reads is kept.
    static void escrowed(Io io, List<IssueOrder> orders) {
        if (orders.stream().anyMatch(one -> one.usages().contains(Usage.BOTH))) {
            io.err().println("postern: the key that signs is in escrow too (usage both)");
        }
    }

    @Command(
            name = "recover",
            description =
                    "Gives the encryption keys of an address back from escrow, all of its history. Needs the shares.",
            footer = {
                "",
                "Examples:",
                "  postern km recover info@example.com --out /media/deputy --passphrase-to /media/two/p",
                "  postern km recover info@example.com --serial 3f2a… --to deputy.pem --share-file a.txt --share-file b.txt",
                "  postern km recover info@example.com --out /media/deputy --passphrase-for approver.pem",
                "  postern km recover info@example.com --to deputy.pem",
                "",
                "The files go to who asks, the passphrase to another approver: it is not shown. The owner is told by mail, or a message is"
                        + " written for you to send."
            })
    int recover(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Mixin KmFiles files,
            @Mixin KmRecovery recovery,
            @Option(names = "--serial", paramLabel = "N", description = "Only this certificate's.")
                    Optional<String> serial,
            @Option(
                            names = "--form",
                            paramLabel = "FORM",
                            defaultValue = "modern",
                            description = "modern (default) or compatible.")
                    String form,
            @Parameters(paramLabel = "ADDRESS", description = "Whose they are.") String address) {
        var mailbox = address(address);
        var how = form(form);
        var to = recovery.read(io, data, files);
        if (!consent.request) {
            recovery.check(io, files);
        }
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.recover(mailbox, serial, how, to),
                        vault -> vault.recover(mailbox, serial, how, to))
                .ifPresent(made -> {
                    try (made) {
                        try {
                            recovery.write(io, mailbox.toString(), files, made);
                        } finally {
                            // The act stands, and some of it may be written: the owner is told.
                            KmNotice.send(io, mailbox, made, io.file(files.out));
                        }
                    }
                });
        return 0;
    }

    @Command(
            name = "revoke",
            description =
                    "Revokes a certificate, or all of an address; the lists say so at once. It can't be taken back.",
            footer = {
                "",
                "Examples:",
                "  postern km revoke info@example.com --reason key-compromise",
                "  postern km revoke 3f2a91… --reason superseded"
            })
    int revoke(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Option(
                            names = "--reason",
                            paramLabel = "REASON",
                            defaultValue = "unspecified",
                            description =
                                    "key-compromise, affiliation-changed, superseded, cessation-of-operation,"
                                            + " privilege-withdrawn or unspecified (default).")
                    String reason,
            @Option(
                            names = "--unknown",
                            description =
                                    "WHICH is a serial number that is not known here, of after the backup that this"
                                            + " vault was restored from.")
                    boolean unknown,
            @Parameters(
                            paramLabel = "WHICH",
                            description = "An address, or a serial number in hexadecimal digits.")
                    String which) {
        var why = reason(reason);
        var chosen = Chosen.of(which);
        if (unknown) {
            if (!(chosen instanceof Chosen.Serial serial)) {
                throw Failure.usage("--unknown goes with a serial number");
            }
            KmActs.act(
                            io,
                            data,
                            input,
                            consent,
                            Acts.revoke(chosen, why),
                            vault -> {
                                vault.revokeUnknown(serial, why);
                                return true;
                            })
                    .ifPresent(_ -> io.line("revoked: serial " + serial));
            return 0;
        }
        return change(
                data,
                input,
                consent,
                Acts.revoke(chosen, why),
                vault -> vault.revoke(chosen, why),
                "revoked: ");
    }

    private int change(
            DataOptions data,
            KmInput input,
            KmConsent consent,
            Draft draft,
            Function<OpenVault, List<CertificateView>> act,
            String did) {
        KmActs.act(io, data, input, consent, draft, act)
                .ifPresent(done -> done.forEach(one -> io.line(did + words(one))));
        return 0;
    }

    private static RevocationReason reason(String word) {
        for (var reason : RevocationReason.values()) {
            if (reason.name().equalsIgnoreCase(word.replace('-', '_'))) {
                return reason;
            }
        }
        throw Failure.usage("there is no reason " + word + "; see `postern km revoke --help`");
    }

    @Command(
            name = "hold",
            description = "Holds a certificate, or all of an address: revoked until released.",
            footer = {"", "Example:", "  postern km hold info@example.com"})
    int hold(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(paramLabel = "WHICH", description = "An address or a serial number.")
                    String which) {
        var chosen = Chosen.of(which);
        return change(
                data, input, consent, Acts.hold(chosen), vault -> vault.hold(chosen), "held: ");
    }

    @Command(
            name = "release",
            description = "Makes held certificates valid again.",
            footer = {"", "Example:", "  postern km release info@example.com"})
    int release(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(paramLabel = "WHICH", description = "An address or a serial number.")
                    String which) {
        var chosen = Chosen.of(which);
        return change(
                data,
                input,
                consent,
                Acts.release(chosen),
                vault -> vault.release(chosen),
                "released: ");
    }

    @Command(
            name = "leave",
            description =
                    "Somebody left: signing certificates are revoked, encryption keys stay recoverable.",
            footer = {"", "Example:", "  postern km leave info@example.com"})
    int leave(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(paramLabel = "ADDRESS", description = "Who left.") String address) {
        var who = address(address).toString();
        return change(
                data, input, consent, Acts.leave(who), vault -> vault.leave(who), "revoked: ");
    }

    @Command(
            name = "test",
            description =
                    "Opens the vault with the second medium of the unseal key, and remembers that it works.",
            footer = {
                "",
                "Example:",
                "  postern km test --secret-file /media/two/postern-unseal-K7QX.txt"
            })
    int test(@Mixin DataOptions.AndCommon data, @Mixin KmInput input) {
        KmActs.opened(
                io,
                data,
                input,
                vault -> {
                    vault.tested();
                    return true;
                });
        io.line("it opens the vault");
        return 0;
    }

    @Command(
            name = "refresh",
            description = "Signs the revocation lists of the next 90 days anew.",
            footer = {
                "",
                "Examples:",
                "  postern km refresh",
                "  postern km refresh --renew --out /media/files --passphrases-to /media/letters"
            })
    int refresh(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Mixin KmFolders folders,
            @Option(
                            names = "--renew",
                            description = "Renew what ends within 30 days, too (see `km renew`).")
                    boolean renew) {
        if (renew) {
            return KmBulkCommand.renew(
                    io, data, input, consent, folders, RenewalsDue.SOON, new Order(), true);
        }
        KmActs.opened(
                io,
                data,
                input,
                vault -> {
                    vault.sign();
                    return true;
                });
        io.line("signed");
        return 0;
    }
}
