package io.postern.cli;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which gateway is meant.
class DataOptions {
    static final Path DEFAULT = Path.of("data");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The gateway's configuration; its data folder is used.")
    Optional<Path> config = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The gateway's data folder (default: that of --config, else ./data).")
    Optional<Path> data = Optional.empty();

    /// The configuration, when one was named.
    Optional<Config> readConfig(Io io) {
        return config.map(file -> ConfigReader.read(io.file(file)));
    }

    /// Where the data folder is; it need not exist.
    Path folder(Io io) {
        return io.file(data.or(() -> readConfig(io).map(Config::data)).orElse(DEFAULT));
    }

    /// The same for commands that are methods, and have no other place for [Common].
    static final class AndCommon extends DataOptions {
        @Mixin Common common = new Common();
    }
}
