package io.postern.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/// What a command touches of the world around it, so that a test can be that world.
///
/// @param in octets, not text
/// @param out results, for people and scripts; UTF-8
/// @param err what went wrong; UTF-8
/// @param environment variables
/// @param folder relative names are taken from here
/// @param width columns of the terminal, which the launcher looks up; for tables
record Io(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Path folder,
        InstantSource clock,
        int width) {
    /// Of output that goes into a file or another program: nothing is cut.
    private static final int NO_TERMINAL = 10_000;

    /// This process's own.
    static Io ofProcess() {
        var environment = System.getenv();
        return new Io(
                System.in,
                new PrintStream(System.out, false, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                environment,
                Path.of(""),
                InstantSource.system(),
                width(environment.get("POSTERN_COLUMNS")));
    }

    private static int width(@org.jspecify.annotations.Nullable String columns) {
        try {
            return columns == null ? NO_TERMINAL : Math.clamp(Integer.parseInt(columns), 60, 500);
        } catch (NumberFormatException _) {
            return NO_TERMINAL;
        }
    }

    /// Whether somebody watches.
    boolean terminal() {
        return width != NO_TERMINAL;
    }

    /// The file of that name.
    Path file(Path name) {
        return folder.resolve(name);
    }

    /// One line of output.
    void line(String text) {
        out.println(text);
    }
}
