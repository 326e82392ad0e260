package io.postern.cli;

import io.postern.admin.ConfigView;
import io.postern.admin.Json;
import io.postern.admin.RemoteOperations;
import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.config.ConfigReference;
import io.postern.gateway.config.Sandbox;
import io.postern.gateway.rules.Rules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "config",
        synopsisSubcommandLabel = "COMMAND",
        description = "Checks, shows and explains settings.",
        footer = {
            "",
            "Examples:",
            "  postern config check --config postern.toml",
            "  postern config show",
            "  postern config reference"
        })
final class ConfigCommand extends Common implements Runnable {
    private final Io io;

    ConfigCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern config --help`");
    }

    @Command(
            name = "check",
            description =
                    "Reads a configuration file as `serve` would, and says what is wrong with it.",
            footer = {
                "",
                "Examples:",
                "  postern config check --config postern.toml",
                "  postern config check postern.toml"
            })
    int check(@Mixin Checked checked) {
        var file = checked.file();
        var config = ConfigReader.read(io.file(file));
        Rules.of(config);
        var view = SettingsView.of(config, Optional.of(io.file(file)));
        io.line(
                file
                        + ": good. "
                        + Words.count(config.listener().size(), "listener", "listeners")
                        + ", "
                        + Words.count(config.domain().size(), "domain", "domains")
                        + ", mail leaves by "
                        + (config.outbound().capture().isPresent()
                                ? "no way: it is captured"
                                : config.outbound()
                                        .smartHost()
                                        .map(host -> "smart host " + host)
                                        .orElse("MX")));
        io.line("signatures by " + view.crypto());
        if (!view.accelerated()) {
            io.err().println("postern: warning: signing is slow: " + view.crypto());
        }
        return 0;
    }

    @Command(
            name = "show",
            description = {
                "Shows all settings in force, with defaults, and what computes signatures.",
                "Of --config FILE; else of the gateway that runs on the data folder; else of the sandbox."
            },
            footer = {
                "",
                "Examples:",
                "  postern config show --config postern.toml",
                "  postern config show --json | jq .settings"
            })
    int show(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--set", description = "Only what the file sets.") boolean set,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        var view = view(data);
        if (json) {
            io.line(Json.pretty(view));
            return 0;
        }
        io.line("# " + (view.file().isEmpty() ? "the sandbox: no file" : view.file()));
        io.line("# signatures by " + view.crypto());
        for (var setting : view.settings()) {
            if (setting.set() || !set) {
                io.line(
                        setting.key()
                                + " = "
                                + setting.value()
                                + (setting.set() ? "" : "    # default"));
            }
        }
        return 0;
    }

    @Command(
            name = "reference",
            description = "Prints every key with its form, default and meaning, in Markdown.",
            footer = {"", "Example:", "  postern config reference | less"})
    int reference(@Mixin Common common) {
        io.out().print(ConfigReference.page());
        return 0;
    }

    /// The file to be checked, named as other commands name it, or alone.
    static final class Checked {
        @Mixin Common common = new Common();

        @Option(names = "--config", paramLabel = "FILE", description = "The configuration file.")
        Optional<Path> config = Optional.empty();

        @Parameters(arity = "0..1", paramLabel = "FILE", description = "The same.")
        Optional<Path> alone = Optional.empty();

        Path file() {
            if (config.isPresent() == alone.isPresent()) {
                throw Failure.usage(
                        "name one file, as in `postern config check --config postern.toml`");
            }
            return config.or(() -> alone).orElseThrow();
        }
    }

    private ConfigView view(DataOptions data) {
        if (data.config.isPresent()) {
            var file = io.file(data.config.get());
            return SettingsView.of(ConfigReader.read(file), Optional.of(file));
        }
        var folder = data.folder(io);
        if (Files.isDirectory(folder)) {
            var running = RemoteOperations.connect(folder);
            if (running.isPresent()) {
                return running.get().config();
            }
        }
        return SettingsView.of(Sandbox.config(folder), Optional.empty());
    }
}
