package io.postern.cli;

import picocli.CommandLine.Option;

/// Options of every command.
class Common {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    boolean help;

    @Option(
            names = "--debug",
            hidden = true,
            description = "Show where in the program an error comes from.")
    boolean debug;
}
