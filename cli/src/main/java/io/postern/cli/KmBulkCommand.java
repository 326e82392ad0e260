package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.BulkWatch;
import io.postern.km.HandoutFolder;
import io.postern.km.IssueOrder;
import io.postern.km.OpenVault;
import io.postern.km.consent.Draft;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bulk",
        description =
                "Issues certificates to many: to the addresses of a file, or of a directory. Who has them is passed, so"
                        + " that a run which was cut off goes on when it is started again. Exit code 1 when a line was"
                        + " wrong; the others are done.",
        footer = {
            "",
            "Examples:",
            "  postern km bulk people.csv --out /media/files --passphrases-to /media/letters",
            "  postern km bulk people.csv --key p-256 --out files --passphrases-to letters",
            "  postern km bulk --ldap ldaps://dc.example.com --base dc=example,dc=com --filter '(mail=*)' \\",
            "      --bind-dn cn=km,dc=example,dc=com --bind-password-file pw --out files --passphrases-to letters",
            "",
            "A line of the file: address, or address,name,usage; usage is apart, sign, encrypt or both. The name is for"
                    + " whoever reads the file: certificates say the address alone."
        })
final class KmBulkCommand extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();
    @Mixin KmInput input = new KmInput();
    @Mixin KmConsent consent = new KmConsent();
    @Mixin KmCommand.Order order = new KmCommand.Order();
    @Mixin KmFolders folders = new KmFolders();
    @Mixin KmDirectory directory = new KmDirectory();

    @Option(
            names = "--usage",
            paramLabel = "USAGE",
            description =
                    "For who has none in the file: apart (default: one to sign, one to encrypt), sign, encrypt, or both"
                            + " in one.")
    String usage = "apart";

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Comma-separated values, UTF-8.")
    Optional<Path> file = Optional.empty();

    KmBulkCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        if (file.isPresent() == directory.url.isPresent()) {
            throw Failure.usage("name a FILE, or a directory with --ldap");
        }
        if (!consent.request) {
            folders.check(io);
        }
        var people = file.isPresent() ? KmPeople.of(io.file(file.get())) : directory.people(io);
        var orders = people.people().stream().map(this::order).toList();
        if (orders.isEmpty()) {
            people.wrong().forEach(line -> io.err().println("postern: " + line));
            throw Failure.of("there is no address in it", "give some");
        }
        KmCommand.escrowed(io, orders);
        return run(
                io,
                data,
                input,
                consent,
                orders.stream().map(Acts::issue).toList(),
                folders,
                new KmProgress(io, orders.size(), index -> people.people().get(index).place()),
                people.wrong(),
                (vault, handout, watch) -> vault.issueAll(orders, handout, watch));
    }

    private IssueOrder order(KmPeople.Person person) {
        var all = order.of(person.address(), usage);
        return person.usages()
                .map(usages ->
                        new IssueOrder(
                                all.address(), usages, all.kind(), all.lifetime(), all.form()))
                .orElse(all);
    }

    /// What is done to many.
    @FunctionalInterface
    interface Act {
        void on(OpenVault vault, HandoutFolder handout, BulkWatch watch);
    }

    static int run(
            Io io,
            DataOptions data,
            KmInput input,
            KmConsent consent,
            List<Draft> items,
            KmFolders folders,
            KmProgress progress,
            List<String> wrong,
            Act act) {
        Function<OpenVault, Boolean> all =
                vault -> {
                    var handout = folders.settled(io, vault);
                    try {
                        act.on(vault, handout, progress);
                    } catch (RuntimeException e) {
                        undone(handout, vault, e);
                        throw e;
                    }
                    return true;
                };
        var done =
                items.isEmpty()
                        ? Optional.of(KmActs.opened(io, data, input, all))
                        : KmActs.batch(io, data, input, consent, items, all);
        if (done.isEmpty()) {
            return 0; // only asked for
        }
        int code = progress.end(wrong);
        io.line("Hand the files over by one way and the passphrases by another.");
        return code;
    }

    /// What stands is shown, and the rest deleted; the next run does the same when this can't.
    private static void undone(HandoutFolder handout, OpenVault vault, RuntimeException why) {
        try {
            handout.settle(vault);
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    /// Renews what is due.
    ///
    /// @param sign whether to sign the revocation lists ahead as well, also when nothing is due
    static int renew(
            Io io,
            DataOptions data,
            KmInput input,
            KmConsent consent,
            KmFolders folders,
            Duration within,
            KmCommand.Order order,
            boolean sign) {
        if (!consent.request) {
            folders.check(io);
        }
        int count;
        List<IssueOrder> orders;
        try (var km = KmAccess.read(io, data)) {
            var due = km.due(within);
            orders = due.orders(Duration.ofDays(order.days), order.how());
            count = orders.size();
            if (due.ownKeys() > 0) {
                io.err()
                        .println(
                                "postern: %s of a request of their own; only they can make the next (`postern km issue ADDRESS --csr FILE`)"
                                        .formatted(
                                                Words.count(
                                                        due.ownKeys(),
                                                        "certificate is",
                                                        "certificates are")));
            }
            if (count == 0 && !sign) {
                io.line("Nothing is due within " + Words.span(within) + ".");
                return 0;
            }
        }
        return run(
                io,
                data,
                input,
                consent,
                orders.stream().map(Acts::renew).toList(),
                folders,
                new KmProgress(io, count, index -> "renewal " + (index + 1)),
                List.of(),
                (vault, handout, watch) -> vault.renewAll(orders, handout, watch));
    }
}
