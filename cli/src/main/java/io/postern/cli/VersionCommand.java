package io.postern.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.Command;

@Command(
        name = "version",
        description = "Shows the version and the Java that runs it.",
        footer = {"", "Example:", "  postern version"})
final class VersionCommand extends Common implements Runnable {
    private final Io io;

    VersionCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        io.line(text());
        io.line(
                "java "
                        + Runtime.version()
                        + ", "
                        + System.getProperty("java.vendor")
                        + ", "
                        + System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.arch"));
    }

    static String text() {
        var properties = new Properties();
        try (var in = VersionCommand.class.getResourceAsStream("version.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "postern " + properties.getProperty("version", "(unknown version)");
    }
}
