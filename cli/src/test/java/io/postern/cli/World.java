package io.postern.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A folder and captured streams in which commands run.
///
/// @param width columns of the terminal
record World(Path folder, Map<String, String> environment, int width) {
    static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");

    /// What a command did.
    record Result(int code, String out, String err) {}

    World(Path folder) {
        this(folder, Map.of());
    }

    World(Path folder, Map<String, String> environment) {
        this(folder, environment, 120);
    }

    Result run(String... words) {
        return runWith("", words);
    }

    Result runWith(String input, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var io =
                new Io(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        folder,
                        () -> NOW,
                        width);
        int code = Main.run(io, List.of(words));
        return new Result(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
