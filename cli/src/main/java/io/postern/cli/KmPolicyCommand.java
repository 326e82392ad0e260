package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.consent.Operation;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "policy",
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Shows and sets how many approvers each operation needs. Setting needs the shares.",
        footer = {
            "",
            "Examples:",
            "  postern km policy show",
            "  postern km policy set revoke=1 recover=2 export=2 administrators=2 policy=2"
        })
final class KmPolicyCommand extends Common implements Runnable {
    private final Io io;

    KmPolicyCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern km policy --help`");
    }

    @Command(
            name = "show",
            description = "Shows how many approvers each operation needs.",
            footer = {"", "Example:", "  postern km policy show"})
    int show(@Mixin DataOptions.AndCommon data) {
        try (var km = KmAccess.read(io, data)) {
            var rules = km.requests().rules();
            var table = new Table("OPERATION", "APPROVERS");
            rules.needed().forEach((operation, number) -> table.row(operation.word(), number + ""));
            table.print(io);
            io.line("Approvers: " + rules.words());
        }
        return 0;
    }

    @Command(
            name = "set",
            description =
                    "Sets numbers; those not named stay. At most one less than there are approvers;"
                            + " administrators and policy at least as many as the highest.",
            footer = {
                "",
                "Example:",
                "  postern km policy set revoke=1 recover=2 administrators=2 policy=2 --share-file a.txt --share-file b.txt"
            })
    int set(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(
                            arity = "1..*",
                            paramLabel = "OPERATION=N",
                            description =
                                    "issue, renew, revoke, recover, export, administrators, policy.")
                    List<String> settings) {
        var numbers = numbers(settings);
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.setPolicy(numbers),
                        vault -> vault.administrators().set(numbers))
                .ifPresent(rules -> io.line("set; " + rules.words()));
        return 0;
    }

    private static Map<Operation, Integer> numbers(List<String> settings) {
        var numbers = new EnumMap<Operation, Integer>(Operation.class);
        for (var setting : settings) {
            int equals = setting.indexOf('=');
            var operation = Operation.named(setting.substring(0, Math.max(0, equals)));
            if (operation.isEmpty() || !setting.substring(equals + 1).matches("\\d{1,3}")) {
                throw Failure.usage(
                        "\"%s\" is no setting: write OPERATION=N with %s"
                                .formatted(
                                        setting,
                                        Arrays.stream(Operation.values())
                                                .map(Operation::word)
                                                .collect(Collectors.joining(", "))));
            }
            numbers.put(operation.get(), Integer.parseInt(setting.substring(equals + 1)));
        }
        return numbers;
    }
}
