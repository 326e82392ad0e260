package io.postern.cli;

import io.postern.admin.Json;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.config.RuleConfig;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.rules.Rule;
import io.postern.gateway.rules.Rules;
import io.postern.gateway.rules.RulesTrial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "rules",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows the rules of a configuration, and tries them.",
        footer = {
            "",
            "Examples:",
            "  postern rules list --config postern.toml",
            "  postern rules test --config postern.toml --from a@b.example --to info@example.com --ip 192.0.2.7"
        })
final class RulesCommand extends Common implements Runnable {
    private final Io io;

    RulesCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern rules --help`");
    }

    /// A rule, for JSON.
    record RuleView(
            String name,
            String stage,
            String mode,
            List<String> listener,
            String when,
            String does) {}

    @Command(
            name = "list",
            description = "Lists the rules in the order in which they are asked.",
            footer = {"", "Example:", "  postern rules list --config postern.toml"})
    int list(@Mixin File file, @Option(names = "--json", description = "As JSON.") boolean json) {
        var rules = Rules.of(file.read(io)).all();
        if (json) {
            io.line(Json.pretty(rules.stream().map(RulesCommand::view).toList()));
            return 0;
        }
        if (rules.isEmpty()) {
            io.line("there are no rules");
            return 0;
        }
        var table = new Table("STAGE", "RULE", "MODE", "AT", "DOES", "WHEN");
        for (var stage : Stage.values()) {
            for (var rule : rules) {
                if (rule.stage() == stage) {
                    table.row(
                            stage.toString(),
                            rule.name(),
                            mode(rule.shadow()),
                            listeners(rule.settings()),
                            rule.effect(),
                            rule.settings().when().text().strip().replaceAll("\\s+", " "));
                }
            }
        }
        table.print(io);
        return 0;
    }

    private static RuleView view(Rule rule) {
        return new RuleView(
                rule.name(),
                rule.stage().toString(),
                mode(rule.shadow()),
                rule.settings().listener(),
                rule.settings().when().text(),
                rule.effect());
    }

    private static String mode(boolean shadow) {
        return shadow ? "shadow" : "enforce";
    }

    private static String listeners(RuleConfig rule) {
        return rule.listener().isEmpty() ? "all" : String.join(",", rule.listener());
    }

    @Command(
            name = "test",
            description = {
                "Says what the rules would do with a message, stage by stage, and which rule says so.",
                "",
                "Nothing but rules is asked: no lists, rates, recipients or DNS. A message is read from MESSAGE (- for "
                        + "standard input); without one, its header is what --header gives. Ends with 0 when it would "
                        + "be taken, with 1 when not."
            },
            footer = {
                "",
                "Examples:",
                "  postern rules test --config postern.toml --from a@b.example --to info@example.com --ip 192.0.2.7",
                "  postern rules test --config postern.toml --from '<>' --to info@example.com --ip ::1 report.eml",
                "  postern rules test --config postern.toml --from a@b.example --to info@example.com --ip 192.0.2.7 \\",
                "      --helo mail.b.example --header 'Subject: Offer' --stage message"
            })
    int test(
            @Mixin File file,
            @Mixin TrialOptions options,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        var config = file.read(io);
        var rules = Rules.of(config);
        var steps = new ArrayList<RulesTrial.Step>();
        boolean refused = false;
        try (var trial = options.trial(io, config)) {
            for (var situation : trial.situations()) {
                if (options.stage.isPresent() && situation.stage() != options.stage.get()) {
                    continue;
                }
                var some = RulesTrial.of(rules, situation, _ -> options.clientName);
                steps.addAll(some);
                refused = some.stream().anyMatch(RulesTrial.Step::refuses);
                // A recipient that is refused keeps no other from being asked about.
                if (refused && situation.stage() != Stage.RCPT) {
                    break;
                }
            }
        }
        boolean taken = taken(steps);
        if (json) {
            io.line(Json.pretty(new TrialView(taken, steps)));
        } else {
            print(steps, taken);
        }
        return taken ? 0 : Failure.NOT;
    }

    /// What a trial gave, for JSON.
    record TrialView(boolean taken, List<RulesTrial.Step> steps) {}

    /// Whether no stage refuses, and at least one recipient is left.
    private static boolean taken(List<RulesTrial.Step> steps) {
        boolean other =
                steps.stream().anyMatch(step -> step.refuses() && step.stage() != Stage.RCPT);
        var asked =
                steps.stream().filter(step -> step.stage() == Stage.RCPT).map(RulesTrial.Step::to);
        var refused =
                steps.stream()
                        .filter(step -> step.stage() == Stage.RCPT && step.refuses())
                        .map(RulesTrial.Step::to)
                        .distinct()
                        .toList();
        return !other && (refused.isEmpty() || !asked.distinct().allMatch(refused::contains));
    }

    private void print(List<RulesTrial.Step> steps, boolean taken) {
        if (steps.isEmpty()) {
            io.line("no rule is asked");
        } else {
            var table = new Table("STAGE", "RULE", "MODE", "RESULT", "WHAT FOLLOWS");
            for (var step : steps) {
                table.row(
                        step.stage() + (step.to().isEmpty() ? "" : " " + step.to()),
                        step.rule(),
                        mode(step.shadow()),
                        step.result().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        follows(step));
            }
            table.print(io);
        }
        io.line(taken ? "taken by the rules" : "not taken");
    }

    private static String follows(RulesTrial.Step step) {
        return switch (step.result()) {
            case HOLDS -> step.shadow() ? "nothing; it would " + step.effect() : step.effect();
            case DOES_NOT_HOLD, OTHER_LISTENER -> "-";
            case NOT_ASKED -> "-";
            case FAILED -> "nothing; " + step.why();
        };
    }

    /// Which file.
    static final class File {
        @Mixin Common common = new Common();

        @Option(
                names = "--config",
                paramLabel = "FILE",
                required = true,
                description = "The configuration.")
        Path config = Path.of("postern.toml");

        Config read(Io io) {
            return ConfigReader.read(io.file(config));
        }
    }
}
