package io.postern.cli;

import io.postern.admin.OperationException;
import io.postern.gateway.config.ConfigException;
import io.postern.keys.KeysException;
import io.postern.km.secret.KmException;
import io.postern.store.StoreException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `postern` command.
///
/// Only what the named command needs is loaded: reading the annotations of all of them would take
/// longer than most of them run.
public final class Main {
    private static final Map<String, Function<Io, Object>> COMMANDS = commands();

    private Main() {}

    private static Map<String, Function<Io, Object>> commands() {
        var commands = new LinkedHashMap<String, Function<Io, Object>>();
        commands.put("serve", ServeCommand::new);
        commands.put("sendmail", SendmailCommand::new);
        commands.put("domain", DomainCommand::new);
        commands.put("dkim", DkimCommand::new);
        commands.put("import", ImportCommand::new);
        commands.put("dmarc", DmarcCommand::new);
        commands.put("sign", SignCommand::new);
        commands.put("verify", VerifyCommand::new);
        commands.put("queue", QueueCommand::new);
        commands.put("recipients", RecipientsCommand::new);
        commands.put("rates", RatesCommand::new);
        commands.put("users", UsersCommand::new);
        // Not KmCommand::line, which would load it, and part of key management, for every command.
        commands.put("km", io -> KmCommand.line(io));
        commands.put("track", TrackCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("rules", RulesCommand::new);
        commands.put("replay", ReplayCommand::new);
        commands.put("reload", ReloadCommand::new);
        commands.put("config", ConfigCommand::new);
        commands.put("version", VersionCommand::new);
        return commands;
    }

    /// Runs a command and ends the process with its exit code.
    public static void main(String[] args) {
        var io = Io.ofProcess();
        int code = run(io, List.of(args));
        io.out().flush();
        if (io.out().checkError() && code == 0) {
            code = Failure.NOT;
        }
        System.exit(code);
    }

    /// Runs a command.
    ///
    /// @return its exit code
    static int run(Io io, List<String> args) {
        // sendmail's flags are older than any convention, and cron is in a hurry.
        if (!args.isEmpty()
                && args.getFirst().equals("sendmail")
                && !args.subList(1, args.size()).equals(List.of("--help"))) {
            return Sendmail.run(io, args.subList(1, args.size()));
        }
        var root = new CommandLine(new Root(io));
        var named = args.isEmpty() ? null : COMMANDS.get(args.getFirst());
        if (named != null) {
            root.addSubcommand(args.getFirst(), named.apply(io));
        } else {
            COMMANDS.forEach((name, make) -> root.addSubcommand(name, make.apply(io)));
            root.addSubcommand("help", new CommandLine.HelpCommand());
        }
        root.setOut(new PrintWriter(io.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(io.err(), true, StandardCharsets.UTF_8));
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(Math.min(io.width(), 100));
        root.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        boolean debug = args.contains("--debug");
        root.setExecutionExceptionHandler(failures(io, debug));
        root.setParameterExceptionHandler(misuse(io));
        return root.execute(args.toArray(String[]::new));
    }

    private static IExecutionExceptionHandler failures(Io io, boolean debug) {
        return (exception, _, _) -> {
            if (debug) {
                exception.printStackTrace(io.err());
            }
            io.err().println("postern: " + oneLine(words(exception)));
            return exception instanceof Failure failure ? failure.code() : Failure.NOT;
        };
    }

    private static String words(Exception exception) {
        return switch (exception) {
            case Failure failure -> String.valueOf(failure.getMessage());
            case OperationException operation ->
                    operation.remedy().isEmpty()
                            ? operation.error()
                            : operation.error() + "; " + operation.remedy();
            case StoreException store -> String.valueOf(store.getMessage());
            case ConfigException config -> String.valueOf(config.getMessage());
            case KmException km -> String.valueOf(km.getMessage());
            case KeysException keys -> String.valueOf(keys.getMessage());
            default ->
                    "this is a bug of ours: "
                            + exception
                            + "; run it again with --debug and report what it prints";
        };
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static IParameterExceptionHandler misuse(Io io) {
        return (exception, _) -> {
            var command = exception.getCommandLine().getCommandSpec().qualifiedName();
            io.err()
                    .println(
                            "postern: "
                                    + oneLine(complaint(exception))
                                    + guess(exception)
                                    + "; see `"
                                    + command
                                    + " --help`");
            return Failure.USAGE;
        };
    }

    private static String complaint(ParameterException exception) {
        if (exception instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !unmatched.getUnmatched().isEmpty()) {
            var word = unmatched.getUnmatched().getFirst();
            return exception.getCommandLine().getSubcommands().isEmpty()
                    ? "there is one word too many: " + word
                    : "there is no command " + word;
        }
        return String.valueOf(exception.getMessage());
    }

    private static String guess(ParameterException exception) {
        if (exception instanceof UnmatchedArgumentException unmatched) {
            var guesses = unmatched.getSuggestions();
            if (!guesses.isEmpty()) {
                return " (did you mean " + guesses.getFirst() + "?)";
            }
        }
        return "";
    }

    /// `postern` itself.
    @Command(
            name = "postern",
            mixinStandardHelpOptions = false,
            synopsisSubcommandLabel = "COMMAND",
            description = {
                "An e-mail secure gateway: signs with DKIM what leaves, and keeps what it answered 250.",
                ""
            },
            footer = {
                "",
                "Try it, without any configuration:",
                "  postern serve",
                "  echo Hello | postern sendmail -f me@example.com you@example.net",
                "",
                "Every command has --help with examples."
            })
    static final class Root implements Runnable {
        private final Io io;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this and exit.")
        boolean help;

        @Option(
                names = {"-V", "--version"},
                description = "Show the version and exit.")
        boolean version;

        Root(Io io) {
            this.io = io;
        }

        @Override
        public void run() {
            if (version) {
                io.line(VersionCommand.text());
                return;
            }
            throw Failure.usage("name a command; see `postern --help`");
        }
    }
}
